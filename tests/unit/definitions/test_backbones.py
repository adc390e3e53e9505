"""Backbones in the configuration: which architectures and weights it takes."""

import pytest

from playfair.config import complete_config
from playfair.errors import InputError


def complete_backbone(**options):
    completed = complete_config({"definitions": {"backbones": {"small": {}, "own": options}}})
    return completed["definitions"]["backbones"]["own"]


@pytest.mark.parametrize(
    "architecture", ["small", "bninception", "resnet50", "torchvision/vit_b_16"]
)
def test_architectures_of_every_kind_are_taken(architecture):
    found = complete_backbone(architecture=architecture, feature_dim=768)
    assert found["architecture"] == architecture


def test_a_backbone_of_ones_own_has_a_factory_and_no_other_has():
    own = {"architecture": "custom", "factory": "package.module:make"}
    found = complete_backbone(**own, arguments={"width": 8})
    assert found["arguments"] == {"width": 8}
    for options in ({"architecture": "custom"}, {**own, "architecture": "small"}):
        with pytest.raises(InputError, match="custom needs a factory"):
            complete_backbone(**options)
    for factory in ("module", "module:", ":make", "a/b:make", "module:make()"):
        with pytest.raises(InputError, match=r"backbones\.own\.factory is"):
            complete_backbone(architecture="custom", factory=factory)


@pytest.mark.parametrize("architecture", ["resnet", "torchvision/", "torchvision/../x", "timm/x"])
def test_other_architectures_are_refused_with_the_choice(architecture):
    with pytest.raises(InputError, match=r"backbones\.own\.architecture is .*bninception.*<name>"):
        complete_backbone(architecture=architecture)


def test_weights_are_a_name_or_a_file_or_null_also_as_text():
    options = {"architecture": "torchvision/resnet18", "feature_dim": "512"}
    assert complete_backbone(**options)["weights"] is None
    assert complete_backbone(**options, weights="null")["weights"] is None
    for weights in ("IMAGENET1K_V1", "weights/resnet18.pth"):
        assert complete_backbone(**options, weights=weights)["weights"] == weights


def test_weights_of_a_network_that_is_to_be_trained_are_refused():
    with pytest.raises(InputError, match=r"IMAGENET1K_V1.*architecture is resnet50.*remove"):
        complete_backbone(architecture="resnet50", weights="IMAGENET1K_V1")


@pytest.mark.parametrize("options", [{}, {"feature_dim": 256}, {"feature_dim": "256"}])
def test_default_length_of_features_is_refused_where_the_network_has_its_own(options):
    command = r"python -m playfair\.models\.backbones\.torchvision_backbones resnet18"
    with pytest.raises(InputError, match=rf"backbones\.own.*feature_dim is 256, .*{command}"):
        complete_backbone(architecture="torchvision/resnet18", **options)
    assert complete_backbone(architecture="resnet50")["feature_dim"] == 256
