"""Errors that a user can mend: one sentence, no traceback needed."""


class InputError(ValueError):
    """Bad input: the message names the file, key or uid, what was found and what was expected."""


def printable(text: str) -> str:
    """Text from a file as a terminal may show it: control characters as their escapes."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
