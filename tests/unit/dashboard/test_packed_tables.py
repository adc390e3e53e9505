"""Tables as files have them: exact to the bits that are promised, and small."""

import zlib

import numpy as np
import pytest
import torch

from playfair.dashboard.packed_tables import small_table_json
from playfair.dashboard.packing import LEVELS, as_script, as_shares, planes
from playfair.dashboard.tables import make_table
from playfair.models.heads.tsn_trn import TRN, TSN
from tests.unit.dashboard.sent_scores import sent_scores

N_FRAMES, CLASSES, FEATURES, SHOWN = 8, 15, 16, 10
EXACT = 3.1e-5
"""Half a step of 14 bits."""


def sure(head, by):
    """A head whose scores reach from 0 to 1, as those of trained ones do."""
    for weights in head.parameters():
        weights.data *= by
    return head.eval()


@pytest.fixture(scope="module")
def tables():
    torch.manual_seed(0)
    features = np.random.default_rng(0).normal(size=(N_FRAMES, FEATURES)).astype(np.float32)
    trn = [sure(TRN(s, FEATURES, 32, CLASSES), 4) for s in range(1, N_FRAMES + 1)]
    heads = {"tsn": sure(TSN(FEATURES, CLASSES), 16), "trn": trn}
    prior = np.full(CLASSES, 1 / CLASSES, np.float32)
    return {
        name: make_table(head, prior, features, np.arange(N_FRAMES), most=SHOWN)
        for name, head in heads.items()
    }


@pytest.mark.parametrize("model", ["tsn", "trn"])
def test_scores_in_files_are_off_by_half_a_step_at_most(tables, model):
    table = tables[model]
    assert table.scores.max() > 0.9 and table.scores.min() < 0.001
    found = sent_scores(small_table_json(table)["scores"], N_FRAMES)
    np.testing.assert_allclose(found, table.scores, atol=EXACT, rtol=0)


def test_scores_of_a_model_that_averages_over_frames_take_far_less(tables):
    sent = small_table_json(tables["tsn"])["scores"]
    plain = planes(as_shares(tables["tsn"].scores, LEVELS))
    assert len(sent) == len(plain)
    assert len(zlib.compress(sent, 9)) < len(zlib.compress(plain, 9)) * 0.7


def test_files_are_texts_that_hold_any_bytes():
    """The text is what a script may have between two quotation marks, and UTF-16."""
    content = np.random.default_rng(0).bytes(100_001)
    script = as_script("name", {"any": content}).decode("utf-16")
    start, length, text = script.split(",", 2)
    assert start == 'PlayFairData("name"'
    assert text.endswith('")\n') and not set('"\\\n\r') & set(text[1:-3])
    units = iter(np.frombuffer(text[1:-3].encode("utf-16-le"), "<u2").tolist())
    whole = [next(units) ^ 0x8000 if unit == 0xE000 else unit for unit in units]
    found = zlib.decompress(np.array(whole, "<u2").tobytes()[: int(length)])
    assert found.endswith(content)
    # Of bytes at random three in a hundred units need a second one.
    assert len(text) < 1.04 * int(length) / 2
