"""Clips of visitors: explained as the run's own, and what is not taken."""

import base64
import io
import os
import signal
import sys
import tempfile
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from playfair.dashboard import create_app, uploaded_clip
from playfair.dashboard.limits import UploadLimits
from playfair.dashboard.uploads import UploadError, Uploads
from playfair.runs import Run, explain_view
from playfair.trust import Trust
from tests.commands import wait_until
from tests.shown_run import CLASSES, FPS, LENGTH, N_FRAMES
from tests.unit.dashboard.sent_scores import sent_scores

HOST = "http://localhost"
OWN_PAGE = {"Origin": HOST, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def clip(shown_run):
    return (shown_run / "webm/10000.webm").read_bytes()


@pytest.fixture
def post(shown_run, monkeypatch, tmp_path):
    """What uploads bytes: post(content, headers, **limits); what it leaves lies in `tmp_path`."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def send(content, headers=OWN_PAGE, **limits):
        client = create_app(shown_run, uploads=UploadLimits(**limits)).test_client()
        return client.post("/api/explain", data=content, headers=headers)

    yield send
    assert list(tmp_path.iterdir()) == []


def numbers(text, kind="<f4"):
    return np.frombuffer(base64.b64decode(text), kind)


def explain_here(uploads, clip, answer):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploaded_clip, "end_with", lambda *_: None)
        seconds = str(uploads.limits.clip_seconds)
        uploaded_clip.main(
            [str(uploads._directory), str(clip), str(answer), "--most-seconds", seconds]
        )
    return 0


def test_a_clip_is_explained_by_every_model_as_the_run_would(post, clip, shown_run):
    answer = post(clip)
    assert answer.status_code == 200, answer.json
    found = answer.json
    run, cpu = Run(shown_run), torch.device("cpu")
    view = run.view(shown_run / "webm/10000.webm", "small", cpu)
    assert found["video"]["length"] == len(found["frames"]) == LENGTH
    assert found["video"]["fps"] == FPS and found["left_out"] == {}
    for name in ("trn", "tsn"):
        for n in N_FRAMES:
            values = found["video"]["models"][name][str(n)]
            expected = explain_view(view, "x", run.model(name), cpu, n)
            esv = numbers(values["esv"]).reshape(n, len(CLASSES))
            np.testing.assert_allclose(esv, expected.esv[0], atol=1e-6)
            table = found["tables"][f"{name}/{n}"]
            scores = sent_scores(numbers(table["scores"], "u1"), n)
            np.testing.assert_allclose(
                scores[-1], expected.scores[0][table["class_idx"]], atol=4e-5
            )
    assert "trn/5/4.3.2.1.0" in found["tables"] and found["tables"]["tsn/5"]["any_order"]


@pytest.mark.parametrize(
    ("content", "limits", "status", "said"),
    [
        (b"GIF", {}, 422, "The video clip is damaged or in no format"),
        (None, {"clip_seconds": 1.0}, 422, "Clip lasts 2.0 s: expected at most 1 s."),
        (None, {"file_bytes": 100}, 413, "This is too large."),
        (None, {"work_seconds": 0.0}, 422, "takes longer than 0 s to explain"),
    ],
)
def test_what_cannot_be_explained_is_a_sentence(
    post, clip, monkeypatch, content, limits, status, said
):
    if "work_seconds" not in limits:
        # What the process does, without the seconds that it takes to start.
        monkeypatch.setattr(Uploads, "_run", explain_here)
    answer = post(clip if content is None else content, **limits)
    assert answer.status_code == status
    assert said in answer.json["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "null"},
        {"Origin": "http://elsewhere.example"},
        {"Origin": "http://localhost:8051"},
        {"Origin": "https://localhost"},
        {"Origin": HOST, "Sec-Fetch-Site": "cross-site"},
        {"Origin": HOST, "Sec-Fetch-Site": "same-site"},
    ],
)
def test_pages_of_others_may_not_upload(post, clip, headers):
    answer = post(clip, headers)
    assert (answer.status_code, answer.json["error"]) == (
        403,
        "Clips are taken from this page only.",
    )


def test_uploads_are_off_unless_allowed(api, clip):
    answer = api.client.post("/api/explain", data=clip, headers=OWN_PAGE)
    assert answer.status_code == 404
    assert "--allow-uploads" in answer.json["error"]
    assert api.get("/api/index").json["uploads"] is None


def test_the_index_says_how_much_may_be_uploaded(shown_run):
    client = create_app(shown_run, uploads=UploadLimits(file_bytes=7)).test_client()
    assert client.get("/api/index").json["uploads"] == {"bytes": 7}


def test_one_clip_at_a_time(shown_run, clip, monkeypatch):
    """A second one comes while the first is being explained."""
    app = create_app(shown_run, uploads=UploadLimits())
    seen = SimpleNamespace(second=None)

    def work(self, clip_file, answer):
        if seen.second is None:
            seen.second = app.test_client().post("/api/explain", data=clip, headers=OWN_PAGE)
        answer.write_text("{}")
        return 0

    monkeypatch.setattr(Uploads, "_run", work)
    for _ in range(2):
        first = app.test_client().post("/api/explain", data=clip, headers=OWN_PAGE)
        assert first.status_code == 200
    assert seen.second.status_code == 429
    assert "Another clip is being explained" in seen.second.json["error"]


def test_a_process_that_crashes_costs_its_clip(post, clip, monkeypatch, tmp_path):
    crashing = tmp_path.parent / "crashing.sh"
    crashing.write_text("#!/bin/sh\nkill -SEGV $$\n")
    crashing.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(crashing))
    answer = post(clip)
    assert answer.status_code == 422
    assert f"has failed ({-signal.SIGSEGV})" in answer.json["error"]


def test_all_that_a_late_process_started_is_ended(shown_run, monkeypatch, tmp_path):
    program, child = tmp_path / "late.sh", tmp_path / "child"
    # The pipe ends when the last of its writers has.
    os.mkfifo(child)
    program.write_text(f"#!/bin/sh\nexec 3<>{child}\nsleep 99999 &\nsleep 99999\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(UploadError, match="takes longer"):
        Uploads(shown_run, Trust(), UploadLimits(work_seconds=0.3)).explain(io.BytesIO())

    def has_ended():
        try:
            os.close(os.open(child, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return True
        return False

    wait_until(has_ended, "a process outlived the limit")


def test_a_model_that_cannot_see_the_clip_is_left_out_and_named(post, clip, shown_run, monkeypatch):
    run = Run(shown_run)
    models = [run.model("tsn"), run.model("trn")]
    models[1].n_frames[:] = [LENGTH + 1]
    monkeypatch.setattr(uploaded_clip.Run, "usable_models", lambda _: (models, ["clip"]))
    monkeypatch.setattr(Uploads, "_run", explain_here)
    found = post(clip).json
    assert list(found["video"]["models"]) == ["tsn"]
    assert found["left_out"]["trn"] == f"it needs {LENGTH + 1} frames"
    assert "cannot be used" in found["left_out"]["clip"]
