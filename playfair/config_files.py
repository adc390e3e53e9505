"""Writes the files that follow from the configuration's models: `config.yaml` and its JSON schema.

python -m playfair.config_files            write both into the current directory
python -m playfair.config_files --check    exit with 1 if either differs from what would be written
"""

import argparse
import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from playfair.config import Config

HEADER = """\
# The defaults of every option. Generated from playfair/config.py by `make config`: to change a
# default edit it there; to change an option for a run use --configfile or --config, for instance
#   snakemake --cores all results/figures --config 'n_frames=[4, 8]'
"""


def default_yaml() -> str:
    """`config.yaml`: the defaults, with the descriptions as comments."""
    return HEADER + "\n" + "\n".join(_section_lines(Config(), indent=0)) + "\n"


def schema_json() -> str:
    """`config.schema.json`: the JSON schema that the Snakefile validates against."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema | Config.model_json_schema(), indent=2) + "\n"


def _section_lines(section: BaseModel, indent: int) -> Iterator[str]:
    for name, field in type(section).model_fields.items():
        yield from _comment(field, indent)
        yield from _value_lines(name, getattr(section, name), indent)
        if indent == 0:
            yield ""


def _value_lines(name: str, value: Any, indent: int) -> Iterator[str]:
    pad = " " * indent
    if isinstance(value, BaseModel):
        yield f"{pad}{name}:"
        yield from _section_lines(value, indent + 2)
    elif isinstance(value, dict):
        yield f"{pad}{name}:"
        for key, item in value.items():
            yield from _value_lines(key, item, indent + 2)
    else:
        flow = yaml.safe_dump(value, default_flow_style=True, width=1000).splitlines()[0]
        yield f"{pad}{name}: {flow}"


def _comment(field: FieldInfo, indent: int) -> Iterator[str]:
    pad = " " * indent
    yield from (f"{pad}# {line}" for line in textwrap.wrap(field.description or "", 96 - indent))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args(argv)
    drifted = False
    for path, text in (
        (Path("config.yaml"), default_yaml()),
        (Path("config.schema.json"), schema_json()),
    ):
        if not arguments.check:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            drifted = True
            print(f"{path} differs from playfair/config.py: run `make config`", file=sys.stderr)
    return int(drifted)


if __name__ == "__main__":
    sys.exit(main())
