"""Names of classes, as a network and as a data set say them."""

import re
from collections.abc import Sequence

from playfair.errors import InputError
from playfair.models.clip_networks.clip_network import ClipNetwork

MOST_SHOWN = 3


def match_classes(network: ClipNetwork, class_names: Sequence[str]) -> list[int] | None:
    """For every class of a data set (C,) the network's number of it; None for the same order.

    Names are compared as they are, then without case, brackets and punctuation. A network that
    names no classes has those of the data set, in their order.

    Raises:
        InputError: if a class of one of the two has no counterpart, or there are others many.
    """
    if network.class_names is None:
        if network.class_count != len(class_names):
            raise InputError(
                f"{network.name} has {network.class_count} classes, which it does not name, but "
                f"the data set has {len(class_names)}: expected the data set's, in their order"
            )
        return None
    own = network.class_names
    number_of = {name: number for number, name in enumerate(own)}
    plain_number_of = {plain_name(name): number for number, name in enumerate(own)}
    found = [number_of.get(name, plain_number_of.get(plain_name(name))) for name in class_names]
    numbers = [number for number in found if number is not None]
    left = [name for number, name in enumerate(own) if number not in set(numbers)]
    unknown = [name for name, number in zip(class_names, found, strict=True) if number is None]
    if left or unknown or len(set(numbers)) < len(numbers):
        raise InputError(
            f"the classes of {network.name} are not those of the data set: {_first(unknown)} of "
            f"the data set and {_first(left)} of the network have no counterpart; give the data "
            "set's classes (labels) the network's names, or take its labels out to explain each "
            "clip for the class that is predicted"
        )
    return None if numbers == list(range(len(own))) else numbers


def plain_name(name: str) -> str:
    """A name without case, brackets and punctuation, its words apart by single blanks."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", name).casefold().split())


def _first(names: Sequence[str]) -> str:
    if not names:
        return "none"
    shown = ", ".join(repr(name) for name in names[:MOST_SHOWN])
    return shown + (f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else "")
