"""A network of torchvision as backbone, with published weights that are used as they are."""

import numpy as np
import pytest
import torch
import yaml
from torchvision import models

from playfair.data.stores.feature_store import FeatureStore
from playfair.data.video.gulp import GulpReader
from playfair.files import file_hash
from playfair.models.backbones.architectures import build_backbone
from tests.workflow.project import copy_run, planned_jobs, snakemake

CONFIGURATION = ("--configfile", "configs/tiny.yaml", "published.yaml")
BACKBONE = {
    "architecture": "torchvision/shufflenet_v2_x0_5",
    "feature_dim": 1024,
    "weights": "IMAGENET1K_V1",
}
FEATURES = "results/tiny/features/published/validation.h5"


@pytest.fixture
def project(tiny_run, tmp_path, monkeypatch):
    """The finished tiny run, with a model on published weights, and seeded ones in the cache."""
    folder = copy_run(tiny_run, tmp_path / "project")
    config = {
        "models": ["published"],
        "definitions": {
            "backbones": {"published": BACKBONE},
            "models": {"published": {"head": "tsn", "backbone": "published"}},
        },
    }
    (folder / "published.yaml").write_text(yaml.safe_dump(config))
    cache = tmp_path / "torch" / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    torch.manual_seed(0)
    network = models.shufflenet_v2_x0_5(weights=None)
    torch.save(network.state_dict(), cache / "shufflenetv2_x0.5-f707e7126e.pth")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return folder


def test_features_of_published_weights_come_without_training(project):
    jobs = planned_jobs(project, configuration=CONFIGURATION)
    assert jobs["extract_features"] == 2
    assert "train_backbone" not in jobs
    run = snakemake(project, *CONFIGURATION, target=FEATURES)
    assert run.returncode == 0, run.stderr

    backbone = build_backbone(*BACKBONE.values())
    store = FeatureStore(project / FEATURES)
    frames = GulpReader(project / "results/tiny/gulp/validation").frames(store.uid[0], [0, 1])
    with torch.inference_mode():
        expected = backbone(backbone.preprocess(frames)).numpy()
    np.testing.assert_allclose(store.features(0)[:2], expected, rtol=0, atol=1e-4)
    (file,) = (project.parent / "torch/hub/checkpoints").iterdir()
    assert store.attributes["checkpoint_hash"] == file_hash(file)
