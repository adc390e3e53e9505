"""What a network says of masked clips, by the number of elements that are kept."""

import numpy as np
import pandas as pd
import pytest
import torch

from playfair.attribution.clip_reading import ClipBatch
from playfair.attribution.explained_clips import takes_fill
from playfair.evaluation.masking_check import check_masking, check_stored, chosen_subsets
from playfair.figures.masking_check import masking_check_table, plot_masking_check
from tests.unit.attribution.test_explained_clips import EXACT, clips, explained, network

torch.set_num_threads(1)


def batch(label):
    idx = np.tile(np.arange(8), (2, 1))
    return ClipBatch(
        ["x", "y"], np.array(label), np.array([8, 8]), clips(2), idx[:, ::2], idx.reshape(2, 4, 2)
    )


def test_scores_are_means_over_subsets_of_a_size_by_brute_force():
    models = {"nearest": explained(), "black": explained().with_fill("black")}
    runs, _ = check_masking(models, [batch([2, -1])], 4, 99, 0)
    assert runs.groupby(["uid", "fill"])["subset_count"].apply(list).iloc[0] == [4, 6, 4, 1]
    net, videos = network(), clips(2)
    with torch.inference_mode():
        whole = net(videos).softmax(-1).numpy()
        shown = net.black.expand(8, 3, 4, 4).repeat(4, 1, 1, 1, 1)
        for element in range(4):
            shown[element, 2 * element : 2 * element + 2] = videos[0, 2 * element : 2 * element + 2]
        single = net(shown).softmax(-1).numpy()
    row = runs.query("uid == 'x' and fill == 'black' and kept == 1").iloc[0]
    assert row["score"] == pytest.approx(single[:, 2].mean(), abs=1e-6)
    assert row["accuracy"] == (single.argmax(axis=1) == 2).mean()
    assert bool(row["is_labelled"])
    # Without a label the class is the predicted one.
    full = runs.query("uid == 'y' and kept == 4")
    np.testing.assert_allclose(full["score"], whole[1].max(), atol=1e-6)
    assert full["accuracy"].tolist() == [1.0, 1.0]
    assert not full["is_labelled"].any()


@pytest.mark.parametrize("score", ["probability", "logit", "log_odds"])
def test_stored_scores_say_of_the_own_stand_in_what_the_network_does(score):
    section = {**EXACT, "subset_scores": True, "score": score}
    model, label = explained(), np.array([2, -1])
    stored = model.explain(clips(2), 4, section, label).subset_scores
    asked, _ = check_masking({"nearest": model}, [batch(label)], 4, 99, 0)
    read = check_stored([(np.array(["x", "y"]), label, stored)], "nearest", score)
    assert read.columns.tolist() == asked.columns.tolist()
    exact = ["uid", "fill", "kept", "subset_count", "is_labelled", "accuracy"]
    pd.testing.assert_frame_equal(read[exact], asked[exact])
    np.testing.assert_allclose(read["score"], asked["score"], atol=1e-6)


def test_neighbouring_elements_that_are_alike_have_a_similarity_of_one():
    given = batch([0, 0])
    given.clips[0, 2:4] = given.clips[0, 0:2]
    _, similarity = check_masking({"nearest": explained()}, [given], 4, 2, 0)
    assert similarity["position"].tolist() == [1, 2, 3] * 2
    assert similarity["similarity"].iloc[0] == pytest.approx(1)
    means = given.clips[1].view(4, 2, -1).mean(dim=1).numpy()
    expected = [np.corrcoef(means[place], means[place + 1])[0, 1] for place in range(3)]
    np.testing.assert_allclose(similarity["similarity"].iloc[3:], expected, atol=1e-6)


def test_subsets_are_drawn_by_seed_and_differ():
    first = chosen_subsets(8, 5, 0)
    assert first.sum(axis=1).tolist() == [size for size in range(1, 8) for _ in range(5)] + [8]
    assert len({tuple(subset) for subset in first.tolist()}) == len(first)
    np.testing.assert_array_equal(first, chosen_subsets(8, 5, 0))
    assert (first != chosen_subsets(8, 5, 1)).any()


def test_tokens_are_dropped_only_by_networks_that_can():
    assert takes_fill(network(), "blur", 4)
    assert not takes_fill(network(), "drop", 4)


def test_the_figure_shows_the_table():
    runs, _ = check_masking({"nearest": explained()}, [batch([2, -1])], 4, 99, 0)
    table = masking_check_table(runs.assign(model="net"))
    assert table["kept"].tolist() == [1, 2, 3, 4]
    assert set(table["video_count"]) == {2}
    assert set(table["unlabelled_count"]) == {1}
    axes = plot_masking_check(table).get_axes()
    np.testing.assert_allclose(axes[0].lines[0].get_ydata(), table["accuracy"])
    np.testing.assert_allclose(axes[1].lines[0].get_ydata(), table["score"])
    assert "no clips" in plot_masking_check(pd.DataFrame()).texts[0].get_text()
