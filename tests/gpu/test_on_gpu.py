"""On a GPU everything that runs a network gives what it gives on a processor, up to rounding."""

import copy

import numpy as np
import pytest
import torch

import playfair
from playfair.data.video.gulp import GulpReader, VideoFile, gulp_videos
from playfair.models.backbones.architectures import build_backbone
from playfair.models.backbones.extraction import extract_features
from playfair.models.training.backbone_training import train_backbone
from playfair.models.training.head_training import train_head
from tests.conformance import inputs
from tests.unit.attribution.vectors import priors, trn_heads, tsn_head
from tests.unit.data.drawn_clips import write_clips
from tests.unit.models.training_data import ClipsInMemory, ordered_clips

pytestmark = pytest.mark.gpu
GPU = "cuda"
BATCH = inputs("gpu", (3, 8, 32), -1, 1)


def values(model, device, **options):
    return playfair.explain(BATCH, model, priors(), device=device, **options)


@pytest.mark.parametrize("make_model", [trn_heads, tsn_head])
def test_exact_values_are_those_of_the_processor(make_model):
    on_gpu, expected = values(make_model(), GPU), values(make_model(), "cpu")
    np.testing.assert_allclose(on_gpu.scores, expected.scores, rtol=0, atol=1e-5)
    np.testing.assert_allclose(on_gpu.esv, expected.esv, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "method", ["regression", "adaptive", "permutation", "stratified", "constructive"]
)
@pytest.mark.parametrize("make_model", [trn_heads, tsn_head])
def test_samples_are_those_of_the_processor(make_model, method):
    options = {"method": method, "budget": 64}
    on_gpu, expected = values(make_model(), GPU, **options), values(make_model(), "cpu", **options)
    assert on_gpu.evaluations.tolist() == expected.evaluations.tolist()
    np.testing.assert_allclose(on_gpu.esv, expected.esv, rtol=0, atol=1e-4)


@pytest.mark.parametrize("architecture", ["small", "bninception", "resnet50"])
def test_features_are_those_of_the_processor(architecture, tmp_path):
    write_clips(tmp_path / "videos", {"a": 9})
    video = VideoFile("a", tmp_path / "videos/a.webm", {})
    gulp_videos([video], tmp_path / "gulp", progress=False)
    torch.manual_seed(0)
    backbone = build_backbone(architecture, 16).eval()
    on_gpu, expected = (
        np.concatenate(
            list(
                extract_features(
                    copy.deepcopy(backbone),
                    GulpReader(tmp_path / "gulp"),
                    ["a"],
                    batch_size=4,
                    device=device,
                    decoders=1,
                    progress=False,
                )
            )
        )
        for device in ([GPU, GPU], "cpu")
    )
    # Convolutions may use TF32, of ten bits.
    np.testing.assert_allclose(on_gpu, expected, rtol=0, atol=1e-2 * np.abs(expected).max())


@pytest.mark.parametrize("mixed_precision", ["off", "auto"])
def test_a_backbone_and_heads_are_trained(mixed_precision):
    options = {
        "hidden_dim": 8, "n_frames": 4, "epochs": 2, "batch_size": 8, "device": GPU,
        "mixed_precision": mixed_precision, "progress": False,
    }  # fmt: skip
    clips = ClipsInMemory(20, 0), ClipsInMemory(6, 1)
    trained = train_backbone(*clips, 2, feature_dim=8, **options)
    assert np.isfinite(trained.log["loss"]).all()
    for kind in ("trn", "tsn"):
        head = train_head(kind, ordered_clips(20, 0), ordered_clips(9, 1), 2, **options)
        assert np.isfinite(head.log["loss"]).all()
