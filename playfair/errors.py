"""Errors that a user can mend: one sentence, no traceback needed."""


class InputError(ValueError):
    """Bad input: the message names the file, key or uid, what was found and what was expected."""


def printable(text: str) -> str:
    """Text from a file as a terminal may show it: control characters as their escapes."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def quoted(text: str, most: int = 100) -> str:
    """Text from a file in quotation marks, on one line, and cut short where it is long."""
    return repr(text) if len(text) <= most else f"{text[:most]!r} ..."
