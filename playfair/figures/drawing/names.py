"""Names as people write them."""

import textwrap

_ABBREVIATIONS = {"tsn", "trn", "mtrn"}


def model_title(model: str) -> str:
    """A model's name as people write it: "trn" -> "TRN", "my_model" -> "my model"."""
    words = model.replace("_", " ").split()
    return " ".join(word.upper() if word.lower() in _ABBREVIATIONS else word for word in words)


def model_heading(model: str, width: int = 20, max_lines: int = 2) -> str:
    """A model's name in lines of at most `width` letters; what goes beyond `max_lines` is cut."""
    lines = textwrap.wrap(model_title(model), width, max_lines=max_lines, placeholder=" …")
    return "\n".join(lines)
