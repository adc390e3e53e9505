import base64
import shutil

import numpy as np
import pytest
import torch

import playfair
from playfair.attribution.exact import exact_values
from playfair.attribution.games.from_model import make_game
from playfair.dashboard import create_app, limits, live_tables
from playfair.dashboard.app import SECURITY
from playfair.dashboard.run_networks import table_maker
from playfair.dashboard.shown_results import ShownResults
from playfair.data.stores.esv_store import load
from playfair.trust import Trust
from tests.shown_run import CLASSES, N_FRAMES, TRUTH, UIDS

NOT_FOUND = 404


def numbers(text, kind="<f4"):
    return np.frombuffer(base64.b64decode(text), kind)


def test_index_lists_models_classes_and_videos(api):
    index = api.get("/api/index").json
    assert [model["name"] for model in index["models"]] == ["trn", "tsn"]
    assert index["models"][0]["n_frames"] == list(N_FRAMES)
    assert index["class_name"] == CLASSES
    assert index["uid"] == UIDS


def test_index_has_the_outcomes_at_the_most_frames_and_gives_others(api, shown_run):
    table = load(shown_run / "collated/trn.h5")
    assert list(api.get("/api/index").json["outcomes"]["trn"]) == ["5"]
    for n, found in [
        (5, api.get("/api/index").json["outcomes"]),
        (2, api.get("/api/index?n=2").json),
    ]:
        outcomes = found["trn"][str(n)]
        np.testing.assert_array_equal(numbers(outcomes["predicted"], "<i2"), table[n].predicted)
        score = numbers(outcomes["score"], "<u2") / 65535
        np.testing.assert_allclose(score, table[n].scores.max(axis=1), atol=1e-5)


@pytest.mark.parametrize("uid", UIDS)
def test_video_gives_the_values_of_the_files(api, shown_run, uid):
    video = api.get("/api/video/{}", uid).json
    assert video["uid"] == uid
    assert video["truth"] == ([list(span) for span in TRUTH[uid]] if uid in TRUTH else None)
    assert (video["frames"], video["clip"]) == (
        uid != "no frames",
        uid not in ("no clip", "no frames", "../x", "a/b#c"),
    )
    row = UIDS.index(uid)
    for model in ("tsn", "trn"):
        table = load(shown_run / f"collated/{model}.h5")
        for n in N_FRAMES:
            found = video["models"][model][str(n)]
            assert found["frame_idx"] == table[n].frame_idx[row].tolist()
            esv = numbers(found["esv"]).reshape(n, len(CLASSES))
            np.testing.assert_array_equal(esv, table[n].esv[row])
    assert list(video["methods"]) == ["tsn"]
    assert len(video["every_frame"]["trn"]["frame_idx"]) == video["length"]


@pytest.mark.parametrize("model", ["tsn", "trn"])
@pytest.mark.parametrize("order", [[], [3, 0, 4, 1, 2]])
def test_table_holds_the_scores_of_all_subsets_in_any_order(api, shown_run, model, order):
    query = f"?order={','.join(map(str, order))}" if order else ""
    table = api.get(f"/api/table/{model}/5/{{}}{query}", "漢字").json
    maker = table_maker(shown_run, model, Trust())
    store, row = maker._row["漢字"]
    places = np.array(load(shown_run / f"collated/{model}.h5")[5].frame_idx[row])[order or ...]
    assert table["frame_idx"] == places.tolist()
    features = np.ascontiguousarray(store.features(row)[places])[None]
    game = make_game(maker._heads, torch.from_numpy(features), maker._priors)
    expected = exact_values(game, keep_table=True).table[0].numpy()
    scores = numbers(table["scores"]).reshape(32, -1)
    np.testing.assert_allclose(scores, expected[:, table["class_idx"]], atol=1e-6)
    np.testing.assert_array_equal(numbers(table["top"], "<u2"), expected.argmax(axis=1))
    np.testing.assert_allclose(numbers(table["top_score"]), expected.max(axis=1), atol=1e-6)


def test_moved_frames_change_what_trn_says_and_not_what_tsn_says(api):
    def whole(model, query=""):
        table = api.get(f"/api/table/{model}/5/{{}}{query}", "10000").json
        return numbers(table["scores"]).reshape(32, -1)[-1]

    order = "?order=4,3,2,1,0"
    np.testing.assert_allclose(whole("tsn"), whole("tsn", order), atol=1e-6)
    assert abs(whole("trn") - whole("trn", order)).max() > 0.01


def test_frames_and_clips_are_sent_as_they_are(api, shown_run):
    for uid in ("10000", "../x", "漢字"):
        frame = api.get("/frame/{}/3.jpg", uid)
        assert (frame.status_code, frame.mimetype) == (200, "image/jpeg")
        assert frame.data.startswith(b"\xff\xd8")
    clip = api.get("/clip/{}.webm", "漢字")
    assert clip.data == (shown_run / "webm/漢字.webm").read_bytes()


@pytest.mark.parametrize("path", ["/", "/app.js", "/app.css"])
def test_page_comes_with_headers_that_keep_other_content_out(api, path):
    answer = api.get(path)
    assert answer.status_code == 200
    for name, value in SECURITY.items():
        assert answer.headers[name] == value


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/app.py",
        "/../app.py",
        "/static/app.js",
        "/api/index?n=3",
        "/api/index?n=05",
        "/api/index?n=-1",
        "/api/index?x=1",
        "/api/index?n=2&n=2",
        "/api/video/nobody",
        "/api/video/../../collated/trn.h5",
        "/api/table/other/5/10000",
        "/api/table/trn/3/10000",
        "/api/table/trn/٥/10000",
        "/api/table/trn/5/nobody",
        "/api/table/trn/5/10000?order=0,1,2,3,3",
        "/api/table/trn/5/10000?order=0,1,2,3",
        "/api/table/trn/5/10000?order=0,1,2,3,4,5",
        "/api/table/trn/5/10000?order=a",
        "/api/table/trn/5/10000?order=0,1,2,3,%2B4",
        "/api/table/trn/5/10000?classes=6",
        "/api/table/trn/5/10000?classes=0,1,2,3,4",
        "/frame/10000/16.jpg",
        "/frame/10000/-1.jpg",
        "/frame/10000/1e1.jpg",
        "/frame/no%20frames/0.jpg",
        "/clip/nobody.webm",
        "/clip/no%20clip.webm",
        "/clip/..%2Fx.webm",
        "/clip/..%2F..%2Ffeatures%2Fsmall%2Fvalidation.h5.webm",
    ],
)
def test_what_is_unknown_or_malformed_is_not_found_and_says_so(api, path):
    answer = api.client.get(path)
    assert answer.status_code == NOT_FOUND
    assert answer.json["error"].endswith(".")


@pytest.mark.parametrize("path", ["/", "/api/index", "/api/video/10000", "/api/explain"])
def test_nothing_is_taken(api, path):
    for method in ("post", "put", "delete"):
        assert getattr(api.client, method)(path).status_code in (404, 405)


def test_names_cannot_end_a_script(api):
    assert b"<" not in api.get("/api/index").data


def test_a_client_that_asks_for_too_many_tables_at_once_is_told_to_wait(shown_run):
    tables = live_tables.LiveTables(ShownResults(shown_run))
    tables._waiting["client"] = live_tables.MOST_WAITING + 1
    with pytest.raises(limits.BusyError, match="One table at a time"):
        tables.table("client", "trn", 5, "10000")
    assert tables.table("other", "trn", 5, "10000")["class_idx"]


def test_networks_that_have_changed_are_a_sentence(shown_run, tmp_path):
    copy = shutil.copytree(shown_run, tmp_path / "shown")
    (copy / "checkpoints/tsn/head.pt").write_bytes(b"")
    answer = create_app(copy).test_client().get("/api/table/tsn/5/10000")
    assert answer.status_code == NOT_FOUND
    assert "head.pt has changed since" in answer.json["error"]


def test_a_folder_without_results_is_refused(tmp_path):
    for folder, said in [(tmp_path, "holds no results"), (tmp_path / "x", "does not exist")]:
        with pytest.raises(playfair.InputError, match=said):
            create_app(folder)
