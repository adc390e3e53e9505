"""Names of weights that torchvision publishes, told from paths of files."""

import re

_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


def is_published_name(weights: str) -> bool:
    """Whether this is a name such as IMAGENET1K_V1, in capitals, and not the path of a file."""
    return _NAME.fullmatch(weights) is not None
