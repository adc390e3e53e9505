"""Names that are directories below results/."""

import re
from pathlib import Path

from playfair.definitions.names import RESERVED

PROJECT = Path(__file__).parents[3]


def test_reserved_is_all_that_rules_write_beside_data_sets():
    rules = "".join(path.read_text() for path in PROJECT.glob("rules/*.smk"))
    written = set(re.findall(r'"results/(\w+)', rules))
    assert written <= set(RESERVED)
    # The dashboard has a place of its own, whether a rule writes it or not.
    assert set(RESERVED) - written <= {"dashboard"}
