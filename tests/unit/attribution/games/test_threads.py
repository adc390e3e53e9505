"""Small work is done by one thread, and the number of threads is as before afterwards."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch

import playfair
from playfair.attribution.games.masking import MaskedModel
from playfair.attribution.games.threads import SMALL_WORK, threads_for
from tests.unit.attribution.vectors import priors, tsn_head


@pytest.fixture(autouse=True)
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)


def test_small_work_has_one_thread_and_large_work_all():
    with threads_for(SMALL_WORK):
        assert torch.get_num_threads() == 1
    with threads_for(SMALL_WORK + 1):
        assert torch.get_num_threads() == 2


def test_threads_come_back_after_an_error():
    with pytest.raises(ZeroDivisionError), threads_for(1):
        raise ZeroDivisionError


def test_exact_values_of_a_few_videos_take_one_thread(monkeypatch):
    from playfair.attribution.games.head_games import TSNGame

    seen = []
    scores = TSNGame.scores

    def watched(self, outputs, out=None):
        seen.append(torch.get_num_threads())
        return scores(self, outputs, out)

    monkeypatch.setattr(TSNGame, "scores", watched)
    playfair.explain(np.zeros((4, 32)), tsn_head(), priors())
    assert set(seen) == {1}
    seen.clear()
    playfair.explain(np.zeros((16, 32)), tsn_head(), priors())
    assert set(seen) == {2}


def test_networks_of_whole_clips_keep_their_threads(two_threads):
    seen = set()

    def network(clips):
        seen.add(torch.get_num_threads())
        return torch.softmax(clips.mean(dim=1), dim=-1)

    playfair.explain(np.zeros((4, 3)), MaskedModel(network), "uniform")
    assert seen == {2}


@pytest.mark.parametrize(
    ("given", "expected"), [({}, "passive"), ({"OMP_WAIT_POLICY": "active"}, "active")]
)
def test_threads_wait_without_keeping_a_core_unless_asked_to(given, expected):
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    command = "import playfair, os; print(os.environ['OMP_WAIT_POLICY'])"
    said = subprocess.run(
        [sys.executable, "-c", command],
        env=environment | given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == expected
