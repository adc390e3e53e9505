"""Lists of clips and classes as JSON or JSON.gz, in the form of Something-Something v2."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from playfair.errors import InputError, quoted

MOST_COMPRESSED = 100
"""How many times larger than the file what it unpacks to may be, beyond SMALL bytes."""
SMALL = 1 << 26


class Entry(NamedTuple):
    """One clip of a JSON list; texts are "" where the file does not say."""

    number: int
    uid: str
    template: str
    label: str
    placeholders: list[str]


def read_entries(path: str | Path, label_name: str = "template") -> Iterator[Entry]:
    """Read a JSON list of {id, label, template, placeholders}, of which only id is required.

    Args:
        label_name: the key that takes the place of template, and is required then.

    Raises:
        InputError: naming the file and the entry (counted from 1) at fault.
    """
    entries = read_json(path)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(
            f"{path} holds a JSON {_kind(entries)}: expected a list of objects with id, label, "
            "template and placeholders"
        )
    for number, entry in enumerate(entries, start=1):
        if "id" not in entry:
            raise InputError(f"{path}: entry {number} has no 'id': every clip needs one")
        if not is_whole(entry["id"]) and not isinstance(entry["id"], str):
            raise InputError(
                f"{path}: entry {number} has the id {_shown(entry['id'])}: expected text or a "
                "whole number"
            )
        placeholders = entry.get("placeholders") or []
        if not isinstance(placeholders, list) or not all(map(_is_text, placeholders)):
            raise InputError(
                f"{path}: entry {number} has the placeholders {_shown(placeholders)}: expected a "
                "list of texts"
            )
        if label_name != "template" and label_name not in entry:
            raise InputError(
                f"{path}: entry {number} has no {quoted(label_name)}, which label_name names: "
                f"expected one of {', '.join(entry)}"
            )
        template, label = (_text(path, number, entry, name) for name in (label_name, "label"))
        yield Entry(number, str(entry["id"]), template, label, list(placeholders))


def read_class_ids(path: str | Path) -> dict[str, int]:
    """Read a JSON object {class name: class id}; ids are whole numbers or texts of them.

    Raises:
        InputError: if the file holds anything else.
    """
    ids = read_json(path)
    if not isinstance(ids, dict):
        raise InputError(
            f"{path} holds a JSON {_kind(ids)}: expected an object {{class name: class id}}"
        )
    found = {}
    for name, class_id in ids.items():
        text = str(class_id) if is_whole(class_id) else class_id
        if not isinstance(text, str) or not (text.isascii() and text.isdecimal()) or len(text) > 9:
            raise InputError(
                f"{path} gives the class {quoted(name)} the id {_shown(class_id)}: expected a "
                "whole number from 0"
            )
        found[name] = int(text)
    return found


def read_json(path: str | Path) -> Any:
    """Read a JSON or JSON.gz file in UTF-8.

    Raises:
        InputError: if there is no such file, it is broken, has a key twice in one object, or
            unpacks to very much.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} does not exist: expected a JSON or JSON.gz file of labels")
    most = max(SMALL, MOST_COMPRESSED * path.stat().st_size)
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise InputError(f"{path} unpacks to more than {most} bytes: unpack it yourself")
        return json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_refuse
        )
    except InputError:
        raise
    except (ValueError, OSError, EOFError, zlib.error, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise InputError(f"{path} is not valid JSON ({reason}): mend or replace it") from error


def is_whole(value: Any) -> bool:
    """Whether a value of JSON is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {quoted(twice)} twice in one object")
    return found


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _text(path: str | Path, number: int, entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if value is not None and not _is_text(value):
        raise InputError(
            f"{path}: entry {number} has the {name} {_shown(value)}: expected text, or null"
        )
    return value or ""


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _kind(value: Any) -> str:
    kinds = {dict: "object", list: "list", str: "text", bool: "truth value", type(None): "null"}
    return kinds.get(type(value), "number")


def _shown(value: Any) -> str:
    """A value as JSON has it, long ones cut short."""
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 100 else f"{text[:100]} ..."
