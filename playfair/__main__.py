"""`python -m playfair`: the command-line program."""

import sys

from playfair.cli import main

if __name__ == "__main__":
    sys.exit(main())
