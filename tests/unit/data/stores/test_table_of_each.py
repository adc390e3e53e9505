"""One table of each model, of which the last asked for alone is in memory."""

import gc
import weakref

from playfair.data.stores.esv_table import TableOfEach
from tests.unit.figures.stand_in import esv_table


class Counted(dict):
    """Tables made anew whenever they are asked for, as those of a file are."""

    def __init__(self, model, asked):
        super().__init__({2: None, 4: None})
        self.model, self.asked = model, asked

    def __getitem__(self, n_frames):
        self.asked.append((self.model, n_frames))
        return esv_table(self.model, n_frames, video_count=6)


def test_tables_are_read_in_turn_and_only_the_last_is_kept():
    asked = []
    results = {model: Counted(model, asked) for model in ("trn", "tsn", "clip")}
    tables = TableOfEach(results, {"trn": 4, "tsn": 2})
    assert (list(tables), len(tables), asked) == (["trn", "tsn"], 2, [])
    first = tables["trn"]
    assert first is tables["trn"]
    assert (first.n_frames, asked) == (4, [("trn", 4)])
    gone = weakref.ref(first)
    del first
    assert tables["tsn"].n_frames == 2
    gc.collect()
    assert gone() is None
    assert [model for model, _ in tables.items()] == ["trn", "tsn"]
    assert asked == [("trn", 4), ("tsn", 2), ("trn", 4), ("tsn", 2)]
