"""Writes what follows from the configuration's models: `config.yaml`, its JSON schema, its page.

python -m playfair.config_files            write them into the current directory
python -m playfair.config_files --check    exit with 1 if one differs from what would be written
python -m playfair.config_files FILE ...   say whether a run with --configfile FILE ... could begin
"""

import argparse
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from playfair.config import Config, complete_config
from playfair.config_reference import reference_page
from playfair.definitions.config_text import read_config_file
from playfair.errors import InputError

HEADER = """\
# yaml-language-server: $schema=config.schema.json
# The defaults. Generated from playfair/config.py by `make config`: to change a default edit it
# there; to change an option for a run use --configfile or --config, for instance
#   snakemake --cores all results/figures --config 'n_frames=[4, 8]'
# The first ten options, down to gulp.short_side, are what people change most. A section per stage
# follows, and last the definitions, which show what is not default; docs/configuration.md lists
# their other options.
"""


def default_yaml() -> str:
    """`config.yaml`: the defaults, with the descriptions as comments."""
    return HEADER + "\n" + "\n".join(_section_lines(Config(), indent=0)) + "\n"


def schema_json() -> str:
    """`config.schema.json`: the JSON schema by which editors complete and check configurations.

    It takes files that say only what differs from `config.yaml`: nothing in it is required, so that
    options are told apart by their names where a file leaves the kind of a definition to others.
    """
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema | _partial(Config.model_json_schema()), indent=2) + "\n"


def _partial(schema: Any) -> Any:
    """A JSON schema of objects of which any part may be left out."""
    if isinstance(schema, list):
        return [_partial(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "discriminator" in schema:
        rest = {key: schema[key] for key in schema if key not in ("discriminator", "oneOf")}
        return _partial({"anyOf": schema["oneOf"], **rest})
    return {
        key: _partial(value)
        for key, value in schema.items()
        if not (key == "required" and isinstance(value, list))
    }


def _section_lines(section: BaseModel, indent: int) -> Iterator[str]:
    for name, field in type(section).model_fields.items():
        yield from _comment(field.description, indent)
        yield from _value_lines(name, getattr(section, name), indent)
        if indent == 0:
            yield ""


def _value_lines(name: str, value: Any, indent: int) -> Iterator[str]:
    pad = " " * indent
    if isinstance(value, BaseModel):
        yield f"{pad}{name}:"
        yield from _section_lines(value, indent + 2)
    elif isinstance(value, dict) and value:
        yield f"{pad}{name}:"
        for key, definition in value.items():
            yield from _definition_lines(key, definition, indent + 2)
    else:
        flow = yaml.safe_dump(value, default_flow_style=True, width=1000).splitlines()[0]
        yield f"{pad}{name}: {flow}"


def _definition_lines(name: str, definition: BaseModel, indent: int) -> Iterator[str]:
    """A definition: of its options, and those of its sections, the ones that are set."""
    yield from _comment(type(definition).__doc__, indent)
    yield f"{' ' * indent}{name}:"
    yield from _set_lines(definition, indent + 2)


def _set_lines(section: BaseModel, indent: int) -> Iterator[str]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            lines = list(_set_lines(value, indent + 2))
            yield from [f"{' ' * indent}{name}:", *lines] if lines else []
        elif name in section.model_fields_set:
            yield from _value_lines(name, value, indent)


def _comment(text: str | None, indent: int) -> Iterator[str]:
    pad = " " * indent
    yield from (f"{pad}# {line}" for line in textwrap.wrap(text or "", 96 - indent))


def _check_files(files: Sequence[Path]) -> int:
    """Check configurations of the user's, each merged into those before it and the defaults."""
    config = yaml.safe_load(default_yaml())
    try:
        for path in files:
            _merge(config, read_config_file(path))
        complete_config(config)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _merge(config: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Merge as Snakemake does: sections into sections, and all else in place of what was there."""
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(config.get(key), dict):
            _merge(config[key], value)
        else:
            config[key] = value


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("files", nargs="*", type=Path, help="configurations to check instead")
    arguments = parser.parse_args(argv)
    if arguments.files:
        return _check_files(arguments.files)
    drifted = False
    for path, text in (
        (Path("config.yaml"), default_yaml()),
        (Path("config.schema.json"), schema_json()),
        (Path("docs/configuration.md"), reference_page()),
    ):
        if not arguments.check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            drifted = True
            print(f"{path} differs from playfair/config.py: run `make config`", file=sys.stderr)
    return int(drifted)


if __name__ == "__main__":
    sys.exit(main())
