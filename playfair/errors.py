"""Errors that a user can mend: one sentence, no traceback needed."""


class InputError(ValueError):
    """Bad input: the message names the file, key or uid, what was found and what was expected."""
