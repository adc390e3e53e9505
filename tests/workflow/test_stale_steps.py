"""After a change exactly the stale steps run, by dry run on a finished tiny run."""

import json
import shutil

import pytest

from playfair.provenance import PLUMBING
from tests.workflow.project import TINY, copy_run, copy_to_plan, planned_jobs, snakemake

GATHERING = {"figures": 1}
PLOTS_OF_RESULTS = {
    "plot_class_by_position": 1,
    "plot_confused_classes": 1,
    "plot_esv_by_length": 1,
    "plot_esv_by_position": 1,
    "plot_every_frame": 1,
    "plot_filmstrips": 1,
    "plot_interactions": 1,
    "plot_localisation": 1,
    "plot_minimal_sets": 1,
    "plot_performance": 1,
}
ALL_PLOTS = {
    **PLOTS_OF_RESULTS,
    "plot_approximation": 1,
    "plot_discarding": 1,
    "plot_frame_order": 1,
    "plot_localisation_by_method": 1,
    "plot_sampling_error": 1,
    "plot_training_curves": 1,
}
SETS = {"list_frame_sets": 1}
ESVS = {"compute_esvs": 6, "gather_esvs": 8, "collate_esvs": 2, **SETS}
COMPARED = {
    "compare_attributions": 2,
    "plot_discarding": 1,
    "plot_localisation_by_method": 1,
    "check_frame_order": 2,
    "plot_frame_order": 1,
}
COMPARISON = {"compute_attributions": 2, "gather_attributions": 2, **COMPARED}
SAMPLING = {
    "compute_all_frames_esvs": 2,
    "measure_sampling_error": 2,
    "plot_sampling_error": 1,
    "plot_approximation": 1,
}


@pytest.fixture
def run(tiny_run, tmp_path):
    """The finished run, whose sources may be changed; its results may not."""
    return copy_to_plan(tiny_run, tmp_path / "project")


@pytest.fixture
def whole_run(tiny_run, tmp_path):
    """A copy of the finished run, to be changed in every way."""
    return copy_run(tiny_run, tmp_path / "project")


def replace(path, old, new):
    text = path.read_text()
    assert old in text, path
    path.write_text(text.replace(old, new, 1))


def append(path, text):
    path.write_text(path.read_text() + text)


def test_nothing_to_do_after_a_finished_run(tiny_run):
    assert planned_jobs(tiny_run) == {}


def test_changed_title_makes_its_figure_and_the_gallery(run):
    replace(run / "playfair/figures/performance.py", "More frames,", "More frames:")
    assert planned_jobs(run) == {"plot_performance": 1, **GATHERING}


def test_changed_module_of_a_figure_makes_that_figure(run):
    append(run / "playfair/figures/training_curves.py", "\nADDED = 1\n")
    assert planned_jobs(run) == {"plot_training_curves": 1, **GATHERING}


@pytest.mark.parametrize("path", ["playfair/figures/drawing/style.py", "scripts/plot_figure.py"])
def test_changed_code_of_all_figures_makes_figures_only(run, path):
    append(run / path, "\nADDED = 1\n")
    assert planned_jobs(run) == {**ALL_PLOTS, **GATHERING}


def test_another_width_makes_figures_only(tiny_run):
    planned = planned_jobs(tiny_run, "--config", "figures={width: 85}")
    assert planned == {**ALL_PLOTS, **GATHERING}


def test_changed_docstring_makes_nothing(run):
    for module in (
        "attribution/exact/shapley",
        "models/heads/tsn_trn",
        "data/video/gulp",
        "figures/drawing/style",
    ):
        replace(run / f"playfair/{module}.py", '"""', '"""Another sentence. ')
    assert planned_jobs(run) == {}


def test_another_version_and_changed_plumbing_make_nothing(run):
    replace(run / "playfair/__init__.py", "__version__ = ", "__version__ = '7.' + ")
    for module in PLUMBING:
        path = run / module.replace(".", "/")
        append(path / "__init__.py" if path.is_dir() else path.with_suffix(".py"), "\nADDED = 1\n")
    assert planned_jobs(run) == {}


def test_changed_sampler_that_no_model_uses_makes_the_sampling_study_only(run):
    append(run / "playfair/attribution/samplers/stratified.py", "\nADDED = 1\n")
    assert planned_jobs(run) == {
        "measure_sampling_error": 2,
        "plot_sampling_error": 1,
        "plot_approximation": 1,
        **GATHERING,
    }


def test_changed_backbones_that_are_not_used_make_nothing(run):
    for module in ("bninception", "resnet50", "torchvision_backbones"):
        append(run / f"playfair/models/backbones/{module}.py", "\nADDED = 1\n")
    assert planned_jobs(run) == {}


# Every frame is explained exactly where that is cheaper: the method is `auto`.
@pytest.mark.parametrize("module", ["games/lattice", "games/game", "exact/exact"])
def test_changed_attribution_makes_esvs_and_what_follows(run, module):
    append(run / f"playfair/attribution/{module}.py", "\nADDED = 1\n")
    assert planned_jobs(run) == {
        **ESVS,
        # Gradients need no exact values.
        **(COMPARED if module == "exact/exact" else COMPARISON),
        **SAMPLING,
        **PLOTS_OF_RESULTS,
        **GATHERING,
    }


def test_one_more_number_of_frames_makes_one_esv_job_per_model(tiny_run):
    planned = planned_jobs(tiny_run, "--config", "n_frames=[1,2,3,4]")
    assert planned == {
        "list_too_short_videos": 1,
        "compute_esvs": 2,
        "gather_esvs": 2,
        "collate_esvs": 2,
        **SETS,
        **COMPARISON,
        **PLOTS_OF_RESULTS,
        **GATHERING,
    }


def test_one_more_scale_makes_one_head_and_that_models_esvs(tiny_run):
    planned = planned_jobs(tiny_run, "--config", "definitions={models: {trn: {n_scales: 4}}}")
    assert planned == {
        "train_single_scale_head": 1,
        "compute_esvs": 3,
        "gather_esvs": 4,
        "collate_esvs": 1,
        **SETS,
        "compute_all_frames_esvs": 1,
        "measure_sampling_error": 1,
        "plot_sampling_error": 1,
        "plot_approximation": 1,
        **dict.fromkeys(COMPARISON, 1),
        **PLOTS_OF_RESULTS,
        "plot_training_curves": 1,
        **GATHERING,
    }


def test_changed_sampling_of_every_frame_leaves_the_exact_esvs_alone(tiny_run):
    options = "definitions={models: {tsn: {all_frames: {seed: 1}}}}"
    assert planned_jobs(tiny_run, "--config", options) == {
        "compute_all_frames_esvs": 1,
        "gather_esvs": 1,
        "plot_every_frame": 1,
        **GATHERING,
    }


def test_changed_attribution_leaves_the_samples_of_every_frame_alone(tiny_run):
    options = "definitions={models: {tsn: {attribution: {seed: 1}}}}"
    assert planned_jobs(tiny_run, "--config", options) == {
        "compute_esvs": 3,
        "gather_esvs": 3,
        "collate_esvs": 1,
        **SETS,
        **dict.fromkeys(COMPARED, 1),
        **PLOTS_OF_RESULTS,
        **GATHERING,
    }


def test_training_options_of_a_pretrained_model_make_nothing(whole_run):
    shutil.copy(whole_run / "results/tiny/checkpoints/tsn/head.pt", whole_run / "tsn.pt")
    model = {"checkpoint": "tsn.pt", "training": {"epochs": 2}}
    for epochs in (2, 3):
        model["training"]["epochs"] = epochs
        config = {"definitions": {"models": {"tsn": model}}}
        (whole_run / "pretrained.json").write_text(json.dumps(config))
        configuration = (*TINY, "pretrained.json")
        if epochs == 2:
            assert planned_jobs(whole_run, configuration=configuration)
            assert snakemake(whole_run, "--touch", *configuration).returncode == 0
        assert planned_jobs(whole_run, configuration=configuration) == {}


def test_changed_gulp_option_makes_everything_after_gulping(tiny_run):
    planned = planned_jobs(tiny_run, "--config", "gulp={fps: 7.0}")
    untouched = {"make_synthetic_dataset", "compute_class_priors"}
    everything = planned_jobs(tiny_run, "--forceall").keys()
    assert planned.keys() == everything - untouched


def test_changed_priors_make_esvs_but_no_features(run):
    append(run / "scripts/compute_class_priors.py", "\nprint('done')\n")
    assert planned_jobs(run) == {
        "compute_class_priors": 1,
        **ESVS,
        **COMPARISON,
        **SAMPLING,
        **PLOTS_OF_RESULTS,
        **GATHERING,
    }


def test_deleted_intermediate_makes_nothing(whole_run):
    (whole_run / "results/tiny/class_priors.csv").unlink()
    assert planned_jobs(whole_run) == {}
