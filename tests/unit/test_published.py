"""The comparison with the authors' published scores, for whoever has the released weights."""

import sys

import numpy as np

from benchmarks.check_published import PUBLISHED, UID, main
from playfair.data.stores.collation import collate_esvs
from playfair.data.stores.esv_store import write_esvs
from tests.unit.results import result_of

CLASSES = [f"class {number}" for number in range(174)]
PRIOR = np.full(174, 1 / 174)


def write_model(run, model, class_id, score, uids=("1", UID)):
    scores = np.full((len(uids), 174), 0.001, np.float32)
    scores[:, class_id] = score
    esv = np.repeat((scores - PRIOR)[:, None] / 8, 8, axis=1)
    path = run / f"esvs/{model}/8_frames.h5"
    with write_esvs(path, 8, CLASSES, PRIOR, {"model": model, "dataset": "ssv2"}) as writer:
        writer.append(
            result_of(scores, esv, prior=PRIOR),
            uid=list(uids),
            label=[0] * len(uids),
            sequence_length=[30] * len(uids),
            frame_idx=np.tile(np.arange(8), (len(uids), 1)),
        )
    (run / "collated").mkdir(exist_ok=True)
    collate_esvs([path], run / f"collated/{model}.h5")


def said(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["check_published", *map(str, arguments)])
    return main(), capsys.readouterr().out


def test_scores_that_were_published_agree(tmp_path, monkeypatch, capsys):
    for published in PUBLISHED:
        write_model(tmp_path, *published)
    assert said(monkeypatch, capsys, tmp_path, "--tolerance", 1e-6) == (
        0,
        "2 published scores agree\n",
    )


def test_other_scores_are_named(tmp_path, monkeypatch, capsys):
    write_model(tmp_path, "mtrn_8", 46, 0.9375)
    write_model(tmp_path, "tsn", 5, 0.471)
    code, out = said(monkeypatch, capsys, tmp_path, "--trn", "mtrn_8")
    assert code == 1
    assert "mtrn_8.h5: class 46 has the score 0.93750000, expected 0.99046445" in out
    assert "class 5" not in out
    assert "class 5" in said(monkeypatch, capsys, tmp_path, "--trn", "mtrn_8", "--tolerance", 0)[1]


def test_a_run_without_the_clip_is_refused(tmp_path, monkeypatch, capsys):
    write_model(tmp_path, "trn", 46, 0.9, uids=("1",))
    code, out = said(monkeypatch, capsys, tmp_path)
    assert code == 1
    assert f"does not explain the clip {UID} at 8 frames" in out
