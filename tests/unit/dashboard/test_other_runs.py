"""Networks of whole clips, many frames, other units, and one class alone."""

import base64
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from playfair.attribution.exact import exact_values
from playfair.attribution.games.from_model import make_game
from playfair.dashboard import create_app
from playfair.dashboard.run_networks import table_maker
from playfair.dashboard.shown_results import ShownResults
from playfair.dashboard.video_index import outcomes
from playfair.data.stores.esv_store import load
from playfair.trust import Trust
from tests.shown_run import write_other_run

NOT_FOUND = 404
NAMES = ["Opening something", "Closing something", "Moving something up", "Dropping something"]


@pytest.fixture(scope="module")
def other_run(tmp_path_factory):
    return write_other_run(tmp_path_factory.mktemp("probabilities"), NAMES)


@pytest.fixture(scope="module")
def logit_run(tmp_path_factory):
    return write_other_run(tmp_path_factory.mktemp("logits"), NAMES, "logit")


def asked(run: Path, path: str):
    return create_app(run).test_client().get(path)


def scores_of(table):
    found = np.frombuffer(base64.b64decode(table["scores"]), "<f4")
    return found.reshape(2 ** len(table["frame_idx"]), -1)


def test_networks_of_whole_clips_answer_from_what_is_stored(other_run):
    with h5py.File(other_run / "esvs/net/4_frames.h5") as file:
        stored = file["subset_scores"][:]
    for row, uid in enumerate(["10000", "10001"]):
        table = asked(other_run, f"/api/table/net/4/{uid}").json
        np.testing.assert_array_equal(scores_of(table), stored[row][:, table["class_idx"]])
        assert table["class_idx"] == list(range(len(NAMES)))
    # Which is what the same head says live.
    live = asked(other_run, "/api/table/tsn/4/10001").json
    np.testing.assert_allclose(scores_of(table), scores_of(live), atol=1e-6)


def test_what_is_not_stored_of_networks_says_why(other_run):
    (net,) = (
        model for model in asked(other_run, "/api/index").json["models"] if model["name"] == "net"
    )
    assert list(net["why_no_table"]) == ["8"]
    assert "other subsets of 8 elements are not stored" in net["why_no_table"]["8"]
    for path, said in [
        ("8/10000", "are not stored"),
        ("4/10000?order=3,2,1,0", "other orders are not known"),
    ]:
        answer = asked(other_run, f"/api/table/net/{path}")
        assert answer.status_code == NOT_FOUND and said in answer.json["error"]


def test_stored_answers_of_another_computation_are_not_shown(other_run, tmp_path):
    copy = shutil.copytree(other_run, tmp_path / "other")
    with h5py.File(copy / "esvs/net/4_frames.h5", "a") as file:
        file["subset_scores"][0, -1] = 0.25
    answer = asked(copy, "/api/table/net/4/10000")
    assert answer.status_code == NOT_FOUND and "another computation" in answer.json["error"]


def test_from_13_frames_on_tables_have_the_true_and_the_rival_class_only(other_run):
    table = load(other_run / "collated/tsn.h5")[13]
    order = np.argsort(-table.scores[1])
    wanted = {int(table.label[1]), *order[:2].tolist()}
    found = asked(other_run, "/api/table/tsn/13/10001").json
    assert set(found["class_idx"]) == wanted and len(wanted) < len(NAMES)
    maker = table_maker(other_run, "tsn", Trust())
    store, row = maker._row["10001"]
    features = torch.from_numpy(store.features(row)[table.frame_idx[1]])[None]
    game = make_game(maker._heads, features, maker._priors)
    whole = exact_values(game, keep_table=True).table[0].numpy()
    np.testing.assert_allclose(scores_of(found), whole[:, found["class_idx"]], atol=1e-6)
    top = np.frombuffer(base64.b64decode(found["top"]), "<u2")
    np.testing.assert_array_equal(top, whole.argmax(axis=1))
    # Another class is there where it is asked for.
    another = min(set(range(len(NAMES))) - wanted)
    more = asked(other_run, f"/api/table/tsn/13/10001?classes={another}").json
    assert set(more["class_idx"]) == {*wanted, another}


@pytest.mark.parametrize("model", ["tsn", "net"])
def test_tables_are_in_the_unit_of_the_run_and_lists_in_probabilities(logit_run, model):
    shown = load(logit_run / f"collated/{model}.h5")[4]
    table = asked(logit_run, f"/api/table/{model}/4/10001").json
    expected = shown.scores[1][table["class_idx"]]
    np.testing.assert_allclose(scores_of(table)[-1], expected, atol=1e-5)
    assert (scores_of(table) < 0).any()
    results = ShownResults(logit_run)
    assert results.models[model].score == "logit"
    likely = np.exp(shown.scores) / np.exp(shown.scores).sum(axis=1, keepdims=True)
    found = outcomes(results.models[model], 4)
    np.testing.assert_allclose(found["score"], likely.max(axis=1), atol=1e-6)
    np.testing.assert_allclose(found["true_score"], likely[range(3), shown.label], atol=1e-6)
