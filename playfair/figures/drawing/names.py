"""Names as people write them."""

import textwrap
import unicodedata

_ABBREVIATIONS = {"tsn", "trn", "mtrn"}
_SECOND_HALF = "\0"
_CUT = " …"


def model_title(model: str) -> str:
    """A model's name as people write it: "trn" -> "TRN", "my_model" -> "my model"."""
    words = model.replace("_", " ").split()
    return " ".join(word.upper() if word.lower() in _ABBREVIATIONS else word for word in words)


def model_heading(model: str, width: int = 20, max_lines: int = 2) -> str:
    """A model's name in lines of at most `width` letters; what goes beyond `max_lines` is cut."""
    return wrap(model_title(model), width, max_lines)


def wrap(words: str, width: int, max_lines: int | None = None) -> str:
    """Words in lines of at most `width` letters; what goes beyond `max_lines` ends in "…"."""
    # Letters of some scripts are two wide.
    widened = "".join(
        letter + _SECOND_HALF * (unicodedata.east_asian_width(letter) in "WF") for letter in words
    )
    lines = textwrap.wrap(widened, width)
    if max_lines is not None and len(lines) > max_lines:
        last = lines[max_lines - 1]
        while len(last) + len(_CUT) > width and last:
            last = last.rpartition(" ")[0] or last[:-1]
        lines[max_lines - 1 :] = [last + _CUT]
    return "\n".join(lines).replace(_SECOND_HALF, "")
