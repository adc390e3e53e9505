"""Pretrained checkpoints in the workflow: what is downloaded, and what need not be trained."""

import hashlib
import json

import pytest

from tests.file_server import file_server
from tests.workflow.project import TINY, copy_project, planned_jobs, snakemake

BODY = bytes(range(256)) * 1000
HASH = hashlib.sha256(BODY).hexdigest()
TRAINING = {"train_backbone", "train_single_scale_head", "train_variable_length_head"}


@pytest.fixture
def project(tmp_path):
    return copy_project(tmp_path / "project")


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with file_server() as served:
        served.files["/small.pth"] = BODY
        yield served


def configuration(project, backbone=None, trn=None, tsn=None, own=None):
    """Options that add pretrained checkpoints to the tiny configuration."""
    definitions = {"backbones": {"small": backbone or {}}, "models": {"trn": trn or {}}}
    definitions["models"]["tsn"] = tsn or {}
    if own:
        definitions["models"]["own"] = own
    path = project / "configs/pretrained.json"
    path.write_text(json.dumps({"definitions": definitions}))
    return (*TINY, "configs/pretrained.json")


def put(project, *paths):
    for path in paths:
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_bytes(b"weights")
    return list(paths)


def download(project, options):
    return snakemake(project, *options, target="checkpoints/tiny/small.pth")


def test_checkpoint_is_downloaded_checked_and_then_left_alone(project, server):
    checkpoint = {
        "path": "checkpoints/tiny/small.pth",
        "url": f"{server.url}/small.pth?dl=1",
        "sha256": HASH,
    }
    options = configuration(project, {"checkpoint": checkpoint})
    server.drops = [100_000]
    run = download(project, options)
    assert run.returncode == 0, run.stderr
    assert (project / "checkpoints/tiny/small.pth").read_bytes() == BODY
    assert "localrule download_checkpoint" in run.stderr
    log = project / "results/logs/download_checkpoint/tiny/small.pth.log"
    assert f"{HASH} (as configured)" in log.read_text()
    planned = planned_jobs(project, "--forceall", configuration=options)
    assert "download_checkpoint" not in planned
    assert "extract_features" in planned


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": "{server}/nothing.pth"}, "404 Not Found"),
        ({"sha256": "0" * 64}, f"has the SHA-256 {HASH}, expected {'0' * 64}"),
    ],
)
def test_failed_download_ends_with_one_sentence_and_no_file(project, server, change, words):
    checkpoint = {"path": "checkpoints/tiny/small.pth", "url": "{server}/small.pth"} | change
    checkpoint["url"] = checkpoint["url"].format(server=server.url)
    run = download(project, configuration(project, {"checkpoint": checkpoint}))
    assert run.returncode != 0
    assert words in run.stderr
    assert "Traceback" not in run.stderr
    log = project / "results/logs/download_checkpoint/tiny/small.pth.log"
    (sentence,) = [line for line in log.read_text().splitlines() if line.startswith("error: ")]
    assert words in sentence
    assert "put it at checkpoints/tiny/small.pth" in sentence
    assert not (project / "checkpoints/tiny/small.pth").exists()


@pytest.mark.parametrize(
    ("options", "key", "remedy"),
    [
        (
            {"backbone": {"checkpoint": "mine/a.pth"}},
            "backbones.small.checkpoint",
            "give its url",
        ),
        (
            {"trn": {"n_scales": 1, "checkpoints": ["mine/a.pth"]}},
            "models.trn.checkpoints",
            "give its url",
        ),
        (
            {"backbone": {"training": {"initial_checkpoint": "mine/a.pth"}}},
            "backbones.small.training.initial_checkpoint",
            "name another",
        ),
        (
            {
                "backbone": {
                    "architecture": "torchvision/resnet18",
                    "feature_dim": 512,
                    "weights": "mine/a.pth",
                }
            },
            "backbones.small.weights",
            "name another",
        ),
        (
            {"own": {"head": "exported", "backbone": "small", "file": "mine/a.pth"}},
            "models.own.file",
            "name another",
        ),
        (
            {
                "own": {
                    "head": "custom",
                    "backbone": "small",
                    "factory": "absent:make",
                    "files": ["mine/a.pth"],
                }
            },
            "models.own.files",
            "name another",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_missing_file_that_no_rule_makes_is_one_sentence(project, options, key, remedy):
    models = ["--config", "models=[own]"] if "own" in options else []
    run = snakemake(project, "-n", *configuration(project, **options), *models)
    assert run.returncode != 0
    errors = [line for line in run.stderr.splitlines() if "error" in line.lower()]
    assert errors == [
        f"error: the file 'mine/a.pth' of the config key definitions.{key} is not there: put it "
        f"there, or {remedy} in the configuration"
    ]
    assert "Traceback" not in run.stderr


def test_missing_checkpoint_of_a_model_that_is_not_used_is_no_matter(project):
    options = configuration(project, tsn={"checkpoint": "mine/weights.pth"})
    assert planned_jobs(project, "--config", "models=[trn]", configuration=options)


def test_missing_module_or_file_of_a_model_that_is_not_used_is_no_matter(project):
    own = {"head": "custom", "backbone": "small", "factory": "absent:make", "files": ["a.pth"]}
    assert planned_jobs(project, configuration=configuration(project, own=own))


def test_only_what_is_not_pretrained_is_trained(project):
    backbone, *heads = put(project, *(f"weights/{name}.pth" for name in ("small", 1, 2, 3)))
    options = configuration(project, {"checkpoint": backbone}, trn={"checkpoints": heads})
    planned = planned_jobs(project, configuration=options)
    assert planned.keys() & TRAINING == {"train_variable_length_head"}
    assert planned["plot_training_curves"] == 1
    assert planned["gulp_videos"] == planned["extract_features"] == 2


def test_with_nothing_to_train_training_clips_are_not_decoded(project):
    backbone, trn, tsn = put(project, *(f"weights/{name}.pth" for name in ("small", "trn", "tsn")))
    options = configuration(
        project, {"checkpoint": backbone}, {"checkpoint": trn}, {"checkpoint": tsn}
    )
    planned = planned_jobs(project, configuration=options)
    assert not planned.keys() & {*TRAINING, "plot_training_curves", "download_checkpoint"}
    assert planned["gulp_videos"] == planned["extract_features"] == 1
    assert planned["compute_class_priors"] == 1
    assert planned["compute_esvs"] == 6


def test_checkpoint_from_the_training_on_another_data_set_is_made(project):
    trained = "results/synthetic/checkpoints/small/backbone.pt"
    options = configuration(project, {"checkpoint": trained})
    planned = planned_jobs(project, configuration=options)
    assert planned["train_backbone"] == 1
    assert planned["make_synthetic_dataset"] == 2
