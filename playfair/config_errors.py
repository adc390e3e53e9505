"""Sentences for what is wrong with a configuration."""

import difflib
import json
from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from playfair.definitions.section import Section, sections_in, unwrapped
from playfair.errors import printable


def choices(found: str, allowed: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest of the allowed ones, and all."""
    close = difflib.get_close_matches(found, list(allowed), n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{hint}allowed are {', '.join(sorted(allowed))}"


def error_sentence(error: ErrorDetails, root: type[Section]) -> str:
    """What is wrong, as one sentence: the key as the user wrote it, its value, what is allowed.

    Args:
        error: an error of pydantic about a value of `root`.
    """
    path, section, field = _walk(error["loc"], root)
    key = ".".join(path)
    if error["type"] == "value_error":
        said = printable(str(error["ctx"]["error"]))
        return f"config key {key}: {said}" if key else said
    if error["type"] == "extra_forbidden":
        return f"config key {key} is not known: {_known_options(path, section, root)}"
    description = f" ({_cut(field.description)})" if field and field.description else ""
    if error["type"] == "missing":
        return f"config key {key} is missing{description}: add it"
    message = printable(error["msg"][0].lower() + error["msg"][1:])
    return f"config key {key} is {_shown(error['input'])}: {_cut(message)}{description}"


def _cut(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:300]} ..."


def _shown(value: Any) -> str:
    """A value as YAML would have it, long ones cut short."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int) and abs(value) > 10**30:
        return "a very large number"
    text = repr(value)
    return printable(text if len(text) <= 200 else f"{text[:200]} ...")


def _known_options(path: list[str], section: type[Section], root: type[Section]) -> str:
    """The end of a sentence about an unknown option: the nearest one here, or where it is known."""
    here = choices(path[-1], section.model_fields)
    elsewhere = set(_keys(path[-1], root))
    if here.startswith("did you mean") or not elsewhere:
        return here
    namesakes = [key for key in elsewhere if key.split(".")[-2:-1] == path[-2:-1]]
    nearest = sorted(namesakes or elsewhere, key=lambda key: (len(key), key))[:3]
    return f"did you mean {' or '.join(map(repr, nearest))}? {here}"


def _keys(option: str, section: type[Section], path: str = "") -> Iterator[str]:
    """The dotted keys of all options of this name in a section and below it."""
    for name, field in section.model_fields.items():
        if name == option:
            yield path + name
        if get_origin(field.annotation) is dict:
            annotation, below = get_args(field.annotation)[1], f"{path}{name}.<name>."
        else:
            annotation, below = field.annotation, f"{path}{name}."
        for part in sections_in(annotation):
            yield from _keys(option, part, below)


def _walk(
    loc: tuple[int | str, ...], root: type[Section]
) -> tuple[list[str], type[Section], FieldInfo | None]:
    """Follow an error's location: the key as the user wrote it, its section and its field."""
    path: list[str] = []
    section: type[Section] = root
    field: FieldInfo | None = None
    annotation: Any = root
    for part in loc:
        if part == "[key]":
            # pydantic's word for a name itself, not what stands under it.
            continue
        annotation = unwrapped(annotation)
        if get_origin(annotation) is UnionType:
            # pydantic names the member of a tagged union in the location; the user did not.
            members = [member for member in get_args(annotation) if _tag(member) == part]
            if members:
                annotation = members[0]
                continue
        path.append(printable(str(part))[:200])
        if isinstance(annotation, type) and issubclass(annotation, Section):
            section = annotation
            found = section.model_fields.get(str(part))
            field, annotation = (found, found.annotation) if found else (None, None)
        elif get_args(annotation):
            annotation = get_args(annotation)[-1]
    return path, section, field


def _tag(member: Any) -> str | None:
    """The value of the field that tells the members of a tagged union apart."""
    if not (isinstance(member, type) and issubclass(member, Section)):
        return None
    return str(get_args(next(iter(member.model_fields.values())).annotation)[0])
