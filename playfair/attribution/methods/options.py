"""Options of attribution methods: frozen dataclasses whose fields say what they mean and allow.

The configuration, `playfair.explain`, `--help` and the documentation all read them here.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import Field, dataclass, field, fields
from numbers import Integral, Real
from typing import Any, Literal, get_args, get_origin

import numpy as np

from playfair.errors import InputError

BOUNDS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "ge": ("at least", operator.ge),
    "gt": ("greater than", operator.gt),
    "le": ("at most", operator.le),
}
_KINDS: dict[type, tuple[str, tuple[type, ...]]] = {
    bool: ("true or false", (bool, np.bool_)),
    int: ("a whole number", (Integral,)),
    float: ("a number", (Real,)),
}


def option(
    default: Any,
    description: str,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    adds: Sequence[str] = (),
) -> Any:
    """A field of an options dataclass: a bool, int, float or one of some words (a `Literal`), or
    None where its type allows it.

    ge, gt, le: bounds. adds: fields of the result that the option, where it is true, fills.
    """
    bounds = {
        name: bound for name, bound in (("ge", ge), ("gt", gt), ("le", le)) if bound is not None
    }
    metadata = {"description": description, "bounds": bounds, "adds": tuple(adds)}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of a method that has none, and the base of all others.

    Raises `InputError` for a value of another type or out of its bounds.
    """

    def __post_init__(self) -> None:
        for declared in fields(self):
            _check(declared, getattr(self, declared.name))

    def added_fields(self) -> list[str]:
        """The fields of the result that are filled because an option asks for them."""
        return [
            name
            for declared in fields(self)
            if getattr(self, declared.name)
            for name in declared.metadata["adds"]
        ]


def kind_of(declared: Field[Any]) -> type:
    """bool, int, float or (one of some words) str: what an option is when it is not None."""
    if words_of(declared):
        return str
    kind: type
    (kind,) = (one for one in _allowed(declared) if one is not type(None))
    return kind


def words_of(declared: Field[Any]) -> tuple[str, ...]:
    """The words that an option may be, none if it is no option of words."""
    return get_args(declared.type) if get_origin(declared.type) is Literal else ()


def _allowed(declared: Field[Any]) -> tuple[Any, ...]:
    return get_args(declared.type) or (declared.type,)


def _check(declared: Field[Any], value: Any) -> None:
    if value is None and type(None) in _allowed(declared):
        return
    if words_of(declared):
        if value in words_of(declared):
            return
        raise InputError(
            f"The option {declared.name} is {' or '.join(words_of(declared))}, not {value}. "
            f"({declared.metadata['description']})"
        )
    kind = kind_of(declared)
    name, types = _KINDS[kind]
    bounds = declared.metadata["bounds"]
    is_of_kind = isinstance(value, types) and (kind is bool or not isinstance(value, bool))
    if is_of_kind and all(BOUNDS[key][1](value, bound) for key, bound in bounds.items()):
        return
    wanted = " and ".join(f"{BOUNDS[key][0]} {bound:,}" for key, bound in bounds.items())
    rule = f"{name} {wanted}".strip()
    raise InputError(
        f"The option {declared.name} is {rule}, not {value}. ({declared.metadata['description']})"
    )
