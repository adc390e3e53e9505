"""Configuration files as text: what is broken, or says one thing twice, by file and line."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from playfair.errors import InputError, printable, quoted

_NOT_DECIMAL = re.compile(r"[-+]?(0[0-9_]+|[0-9_]+(:[0-5]?[0-9])+(\.[0-9_]*)?)")
"""Numbers that YAML reads in base 8 or 60."""


def read_config_file(path: str | Path) -> dict[str, Any]:
    """Read a configuration (YAML or JSON) as plain values.

    Raises:
        InputError: naming the file and, where there is one, the line, if the file cannot be read,
            is neither, has a key twice in one section, or a number in base 8 or 60.
    """
    try:
        text = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"the configuration {path} cannot be read ({reason})") from error
    try:
        config = _read(path, text)
    except RecursionError as error:
        raise InputError(f"{path} is nested too deeply for a configuration") from error
    if not isinstance(config, dict):
        raise InputError(f"{path} is no configuration: expected lines such as `n_frames: [4, 8]`")
    return config


def _read(path: str | Path, text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: _unique(path, pairs))
    except json.JSONDecodeError:
        pass
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is None:
            return {}
        is_template = isinstance(root, yaml.MappingNode) and any(
            key.value == "__use_yte__" for key, _ in root.value
        )
        if not is_template:
            _check_nodes(path, root)
        return loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise InputError(
            f"{path}{line}, is not valid YAML ({error.problem or error.context}): mend it"
        ) from error
    except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        reason = printable(" ".join(str(error).split()))
        raise InputError(f"{path} is not valid YAML ({reason}): mend it") from error


def _unique(path: str | Path, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(f"{path} has the key {quoted(key)} twice in one section: leave one")
        found[key] = value
    return found


def _check_nodes(path: str | Path, root: yaml.Node) -> None:
    for node in _nodes(root):
        if isinstance(node, yaml.MappingNode):
            _check_keys(path, node)
        elif isinstance(node, yaml.ScalarNode) and node.style is None:
            is_number = node.tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
            if is_number and _NOT_DECIMAL.fullmatch(node.value):
                raise InputError(
                    f"{path}, line {_line(node)}, has the number {node.value[:100]}, which YAML "
                    "reads in base 8 or 60: write it without a leading zero or colon, or in "
                    "quotation marks"
                )


def _check_keys(path: str | Path, section: yaml.MappingNode) -> None:
    first: dict[str, yaml.Node] = {}
    for key, _ in section.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
            continue
        other = first.setdefault(key.value, key)
        if other is not key:
            raise InputError(
                f"{path} has the key {quoted(key.value)} twice in one section, in the lines "
                f"{_line(other)} and {_line(key)}: leave one"
            )


def _nodes(root: yaml.Node) -> Iterator[yaml.Node]:
    """A node and all below it, each once, whatever its aliases."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, yaml.MappingNode):
            waiting += [part for pair in reversed(node.value) for part in reversed(pair)]
        elif isinstance(node, yaml.SequenceNode):
            waiting += reversed(node.value)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
