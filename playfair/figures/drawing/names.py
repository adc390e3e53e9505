"""Names as people write them."""

_ABBREVIATIONS = {"tsn", "trn", "mtrn"}


def model_title(model: str) -> str:
    """A model's name as people write it: "trn" -> "TRN", "my_model" -> "my model"."""
    words = model.replace("_", " ").split()
    return " ".join(word.upper() if word.lower() in _ABBREVIATIONS else word for word in words)
