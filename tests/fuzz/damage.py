"""Damage to the bytes of a good file, drawn by Hypothesis."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

HEAD_BYTES = 512
"""Where most formats say what the rest is."""
LONGEST = 4096
NUMBERS = sorted(
    {
        number.to_bytes(width, order)
        for width in (1, 2, 4, 8)
        for power in (0, 1, 7, 8, 15, 16, 24, 31, 32, 40, 63)
        for number in (0, (1 << power) - 1, 1 << power, (1 << 8 * width) - 1)
        if number < 1 << 8 * width
        for order in ("big", "little")
    }
)
"""What sizes, counts and stamps may be set to."""


@dataclass(frozen=True)
class Edit:
    """One damage: at `place` (modulo the length of the file), to `length` bytes from there.

    `other` is a place, too: where another block lies, or by how much a copy is repeated.
    """

    kind: str
    place: int
    length: int = 1
    other: int = 0
    content: bytes = b""


def edits(largest: int = 1 << 20, most: int = 4) -> st.SearchStrategy[list[Edit]]:
    """Up to so many damages, half of them near the beginning of the file."""
    place = st.one_of(st.integers(0, HEAD_BYTES - 1), st.integers(0, largest))
    length = st.one_of(st.integers(1, 16), st.integers(1, LONGEST))
    edit = st.one_of(
        st.builds(Edit, st.just("flip"), place, other=st.integers(0, 7)),
        st.builds(Edit, st.just("set"), place, content=st.sampled_from(NUMBERS)),
        st.builds(Edit, st.just("set"), place, content=st.binary(min_size=1, max_size=8)),
        st.builds(Edit, st.sampled_from(("cut", "end")), place, length),
        st.builds(Edit, st.just("insert"), place, content=st.binary(min_size=1, max_size=64)),
        st.builds(Edit, st.just("zero"), place, length),
        st.builds(Edit, st.sampled_from(("copy", "swap")), place, length, place),
        st.builds(Edit, st.just("repeat"), place, length, st.integers(2, 50)),
        st.builds(Edit, st.just("splice"), place, length, place),
    )
    return st.lists(edit, min_size=1, max_size=most)


def damaged(content: bytes, damage: Sequence[Edit], donor: bytes = b"") -> bytes:
    """A file's content after damage; splices come from a donor, by default the file as it was."""
    donor = donor or content
    for edit in damage:
        content = _apply(edit, content, donor) if content else content
    return content


def _apply(edit: Edit, content: bytes, donor: bytes) -> bytes:
    place, other = edit.place % len(content), edit.other % len(content)
    end = min(place + edit.length, len(content))
    before, block, after = content[:place], content[place:end], content[end:]
    match edit.kind:
        case "flip":
            return before + bytes([content[place] ^ 1 << edit.other]) + content[place + 1 :]
        case "set":
            return before + edit.content + content[place + len(edit.content) :]
        case "cut":
            return before + after
        case "end":
            return before
        case "insert":
            return before + edit.content + block + after
        case "zero":
            return before + bytes(len(block)) + after
        case "copy":
            return before + content[other : other + edit.length] + after
        case "swap":
            if other < end:
                return before + block[::-1] + after
            second = content[other : other + len(block)]
            return before + second + content[end:other] + block + content[other + len(second) :]
        case "repeat":
            return before + block * edit.other + after
        case "splice":
            start = edit.other % len(donor)
            return before + donor[start : start + edit.length] + block + after
    raise ValueError(edit.kind)
