"""Further methods: their values lie beside those of the models' own; nothing is trained anew."""

import json

import numpy as np

import playfair
from playfair.data.stores.attribution_store import read_attributions
from tests.oracle import softmax
from tests.workflow.project import TINY, copy_run, planned_jobs, snakemake

CONFIG = {
    "methods": ["exact", "quick", "leave_one_out"],
    "definitions": {
        "methods": {"quick": {"method": "regression", "budget": 64, "seed": 3, "score": "logit"}}
    },
}


def test_further_methods_are_made_if_configured_and_nothing_else_is(tiny_run, tmp_path):
    run = copy_run(tiny_run, tmp_path / "project")
    (run / "methods.json").write_text(json.dumps(CONFIG))
    configuration = (*TINY, "methods.json")
    assert planned_jobs(run, target="all").keys() <= {"all"}
    assert planned_jobs(run, target="all", configuration=configuration) == {
        "compute_method_esvs": 12,
        "gather_method_esvs": 12,
        "compute_attributions": 6,
        "gather_attributions": 6,
        "all": 1,
    }
    done = snakemake(run, *configuration, target="all")
    assert done.returncode == 0, done.stdout + done.stderr
    results = run / "results/tiny"
    for model in ("trn", "tsn"):
        own = playfair.load(results / f"esvs/{model}/3_frames.h5")
        exact = playfair.load(results / f"esvs/{model}/exact/3_frames.h5")
        np.testing.assert_array_equal(exact.esv, own.esv)
        quick = playfair.load(results / f"esvs/{model}/quick/3_frames.h5")
        assert (quick.attributes["method"], quick.attributes["seed"]) == ("regression", 3)
        # All outputs of 3 frames are within the budget: these logits are exact.
        assert quick.attributes["score"] == "logit"
        assert not quick.standard_error.any()
        np.testing.assert_allclose(softmax(quick.scores), own.scores, atol=1e-5)
        np.testing.assert_allclose(softmax(quick.prior), own.prior, atol=1e-5)
        left_out = read_attributions(results / f"attributions/{model}/leave_one_out/3_frames.h5")
        assert list(left_out.uid) == list(own.uid)
        assert left_out.value.shape == (len(own.uid), 3, 2)
        np.testing.assert_array_equal(left_out.class_idx[:, 0], own.label)
        np.testing.assert_array_equal(left_out.class_idx[:, 1], own.predicted)
        np.testing.assert_array_equal(left_out.frame_idx, own.frame_idx)
    assert planned_jobs(run, target="all", configuration=configuration).keys() <= {"all"}
    other = {"definitions": {"methods": {"quick": {"budget": 65}}}}
    (run / "other.json").write_text(json.dumps(other))
    planned = planned_jobs(run, target="all", configuration=(*configuration, "other.json"))
    assert planned == {"compute_method_esvs": 6, "gather_method_esvs": 6, "all": 1}
