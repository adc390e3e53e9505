"""The page `docs/configuration.md`: every option, what is allowed, its default and its meaning."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from playfair.config import SHARED_SECTIONS, Config, Definitions
from playfair.definitions.checkpoints import Checkpoint
from playfair.definitions.section import Section, sections_in

INTRODUCTION = """\
# Configuration

Every option of the workflow, written from `playfair/config.py` by `make config`.

`config.yaml` holds the defaults. Say what differs in a file of your own, or on the command line,
which comes first:

```
snakemake --cores all results/figures --configfile mine.yaml --config 'training={epochs: 10}'
```

Snakemake merges them option by option, however deep; a list is replaced as a whole. An option that
is not known, or a value that is not allowed, stops with one sentence before anything runs.

Editors with a YAML language server (VS Code, Neovim, Emacs, ...) complete options, show what they
mean and mark mistakes in a file whose first line leads them to the schema:

```yaml
# yaml-language-server: $schema=config.schema.json
```

`attribution` and `all_frames` at the top hold for all models, and so does `training`, which holds
for backbones as well, but for the options that have another default there. A model or backbone
overrides single options in a section of the same name:

```yaml
attribution:
  method: regression
  budget: 4096
definitions:
  models:
    tsn:
      attribution:
        method: exact
```
"""

TABLE_HEAD = ["| option | allowed | default | meaning |", "| --- | --- | --- | --- |"]
NO_DEFAULT = "(to be given)"


def reference_page() -> str:
    """The text of the page."""
    return INTRODUCTION + "\n" + "\n".join(_chapters()) + "\n"


def _chapters() -> Iterator[str]:
    single = {
        name: field
        for name, field in Config.model_fields.items()
        if not sections_in(field.annotation) and name != "definitions"
    }
    yield from ["## The run", "", *TABLE_HEAD, *_rows(Config, single), ""]
    for name, field in Config.model_fields.items():
        if name in single or name == "definitions":
            continue
        (section,) = sections_in(field.annotation)
        yield from [f"## `{name}`", "", _text(field.description), ""]
        yield from [*TABLE_HEAD, *_rows(section, section.model_fields), ""]
    for name, field in Definitions.model_fields.items():
        yield from [f"## `definitions.{name}.<name>`", "", _text(field.description), ""]
        kinds = sections_in(get_args(field.annotation)[1])
        for section in kinds:
            if len(kinds) > 1:
                kind, tag = next(iter(section.model_fields.items()))
                yield from [f"### `{kind}: {get_args(tag.annotation)[0]}`", ""]
            yield from [_text(section.__doc__), ""]
            yield from [*TABLE_HEAD, *_rows(section, section.model_fields, in_definition=True), ""]
    yield from ["## Checkpoints", "", _text(Checkpoint.__doc__) + " A path alone will do.", ""]
    yield from [*TABLE_HEAD, *_rows(Checkpoint, Checkpoint.model_fields)]


def _rows(
    section: type[Section],
    fields: Mapping[str, FieldInfo],
    prefix: str = "",
    in_definition: bool = False,
) -> Iterator[str]:
    """Table rows of some fields of a section, and of the sections in them."""
    properties = section.model_json_schema()["properties"]
    for name, field in fields.items():
        parts = [part for part in sections_in(field.annotation) if part is not Checkpoint]
        if in_definition and name in SHARED_SECTIONS:
            yield _row(f"{prefix}{name}", "its options", f"as [{name}](#{name})", field)
            yield from _rows(parts[0], _fields_of_its_own(name, parts[0]), f"{prefix}{name}.")
        elif parts:
            named = "\\<name>." if get_origin(field.annotation) is dict else ""
            yield from _rows(parts[0], parts[0].model_fields, f"{prefix}{name}.{named}")
        else:
            yield _row(f"{prefix}{name}", _allowed(properties[name]), _default(field), field)


def _fields_of_its_own(shared_name: str, section: type[Section]) -> dict[str, FieldInfo]:
    """The options of a definition's section that the one at the top does not decide."""
    (shared,) = sections_in(Config.model_fields[shared_name].annotation)
    return {
        name: field
        for name, field in section.model_fields.items()
        if name in section.own_defaults or name not in shared.model_fields
    }


def _row(option: str, allowed: str, default: str, field: FieldInfo) -> str:
    return f"| `{option}` | {allowed} | {default} | {_text(field.description)} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return NO_DEFAULT
    default = field.get_default(call_default_factory=True)
    return f"`{json.dumps(default).strip(chr(34))}`"


def _allowed(schema: Mapping[str, Any]) -> str:
    """What a JSON schema of one option allows, in words."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_allowed(part) for part in schema["anyOf"]))
    if "$ref" in schema:
        return "[checkpoint](#checkpoints)"
    if "const" in schema or "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    if schema["type"] == "array":
        return f"list of: {_allowed(schema['items'])}"
    if schema["type"] in ("integer", "number"):
        return f"{schema['type']}{_bounds(schema)}"
    return {"string": "text", "boolean": "`true`, `false`", "null": "`null`", "object": "options"}[
        schema["type"]
    ]


def _bounds(schema: Mapping[str, Any]) -> str:
    words = {
        "minimum": "at least",
        "exclusiveMinimum": "over",
        "maximum": "at most",
        "exclusiveMaximum": "under",
    }
    if "minimum" in schema and "maximum" in schema:
        return f", {schema['minimum']:,} to {schema['maximum']:,}"
    return "".join(f", {words[key]} {schema[key]:,}" for key in words if key in schema)


def _text(description: str | None) -> str:
    """A description for a cell of a table."""
    return " ".join((description or "").split()).replace("|", "\\|").replace("<", "\\<")
