"""Networks in folders in the layout of the Hugging Face hub."""

import json
import socket

import numpy as np
import pytest
import torch
import transformers

from playfair.attribution.games.from_model import make_game
from playfair.attribution.games.masking import MaskedModel
from playfair.errors import InputError
from playfair.models.clip_networks.loading import load_clip_network
from tests.unit.models.clip_networks.hub_folders import save_network

torch.set_num_threads(1)
CLASSES = ["Lifting something", "Dropping something", "Nothing"]
KINDS = ("videomae", "timesformer", "vivit", "vjepa2")


def frames(count=4, height=40, width=50):
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(count)]


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("something is looked up on a network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("pickled", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_says_what_the_network_that_was_saved_says(kind, pickled, tmp_path, no_network):
    saved = save_network(tmp_path, kind, CLASSES, pickled=pickled)
    network = load_clip_network(str(tmp_path))
    clip = network.prepare(frames())[None]
    with torch.inference_mode():
        torch.testing.assert_close(network(clip), saved(clip).logits, atol=1e-5, rtol=1e-5)
    assert network.class_names == CLASSES
    assert (network.clip_frames, network.class_count) == (4, 3)


@pytest.mark.parametrize("kind", ["videomae", "vivit", "vjepa2"])
def test_frames_are_prepared_as_by_the_processor_of_transformers(kind, tmp_path):
    save_network(tmp_path, kind, CLASSES)
    if kind == "vjepa2":
        processor = transformers.VJEPA2VideoProcessor.from_pretrained(tmp_path)
    else:
        processor = transformers.AutoImageProcessor.from_pretrained(tmp_path, backend="pil")
    clip = frames(height=72, width=90)
    given = torch.from_numpy(np.stack(clip)).permute(0, 3, 1, 2) if kind == "vjepa2" else clip
    expected = next(iter(processor(given, return_tensors="pt").values()))[0]
    found = load_clip_network(str(tmp_path)).prepare(clip)
    # Two programs that resize differ by some rounding of a value of 0..255.
    assert float((found - expected).abs().mean()) < 0.02
    assert found.shape == expected.shape


def test_black_is_what_a_black_frame_becomes(tmp_path):
    save_network(tmp_path, "vivit", CLASSES)
    network = load_clip_network(str(tmp_path))
    dark = network.prepare([np.zeros((40, 50, 3), dtype=np.uint8)])
    torch.testing.assert_close(dark[0], network.black.expand(3, 32, 32))


def test_dropped_tokens_are_those_of_the_missing_elements(tmp_path):
    saved = save_network(tmp_path, "videomae", CLASSES, n_frames=8)
    network = load_clip_network(str(tmp_path))
    clip = network.prepare(frames(8))
    model = MaskedModel(network, "drop", outputs="logits", frames_per_element=2)
    game = make_game(model, clip.view(1, 4, 2, 3, 32, 32), "uniform")
    for subset in ([0], [1, 3], [0, 1, 2, 3]):
        # By hand: embed all patches, keep the tokens of the subset, 4 of 16 pixels each.
        with torch.inference_mode():
            tokens = saved.videomae.embeddings(clip[None], None)
            kept = torch.cat([tokens[:, 4 * element : 4 * element + 4] for element in subset], 1)
            hidden = saved.videomae.encoder(kept).last_hidden_state
            if saved.videomae.layernorm is not None:
                hidden = saved.videomae.layernorm(hidden)
            pooled = saved.fc_norm(hidden.mean(1)) if saved.fc_norm else hidden[:, 0]
            expected = saved.classifier(pooled).softmax(dim=-1)[0]
        found = game.outputs(torch.tensor([subset]))[0, 0]
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_only_videomae_drops(tmp_path):
    save_network(tmp_path, "timesformer", CLASSES)
    network = load_clip_network(str(tmp_path))
    assert not network.can_drop
    with pytest.raises(InputError, match="cannot leave out elements"):
        network.forward_visible(torch.zeros(1, 4, 3, 32, 32), torch.ones(1, 4).bool())


def test_weights_in_parts_are_joined(tmp_path):
    whole = save_network(tmp_path, "videomae", CLASSES)
    (tmp_path / "model.safetensors").unlink()
    whole.save_pretrained(tmp_path, max_shard_size="40KB")
    assert not (tmp_path / "model.safetensors").exists()
    network = load_clip_network(str(tmp_path))
    clip = network.prepare(frames())[None]
    torch.testing.assert_close(network(clip), whole(clip).logits)


def change(folder, **said):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | said))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda folder: (folder / "model.safetensors").unlink(), "holds no weights"),
        (lambda folder: (folder / "config.json").unlink(), "has no config.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "is no JSON"),
        (lambda folder: (folder / "config.json").write_text("[]"), "no JSON object"),
        (
            lambda folder: (folder / "preprocessor_config.json").unlink(),
            "which says how frames are prepared",
        ),
        (
            lambda folder: (folder / "preprocessor_config.json").write_text("{}"),
            "does not say how frames are prepared",
        ),
        (
            lambda folder: (folder / "model.safetensors").write_bytes(b"no weights"),
            "cannot be read",
        ),
        (lambda folder: change(folder, model_type="bert"), "does not classify videos with"),
        (lambda folder: change(folder, architectures=["VideoMAEModel"]), "for another task"),
        (lambda folder: change(folder, auto_map={"AutoConfig": "own.Config"}), "code of its own"),
        (lambda folder: change(folder, hidden_size="wide"), "no configuration of a videomae"),
        (lambda folder: change(folder, num_hidden_layers=3), "lack"),
    ],
    ids=[
        "a folder without weights",
        "a folder without config.json",
        "a config.json that is no JSON",
        "a config.json that is a list",
        "a folder without preprocessor_config.json",
        "an empty preprocessor_config.json",
        "weights that are no safetensors",
        "a network of texts",
        "a network of another task",
        "a folder that asks for code of its own",
        "a configuration of another type",
        "weights of another depth",
    ],
)
def test_a_folder_that_is_no_network_is_refused(spoil, sentence, tmp_path, refused):
    save_network(tmp_path, "videomae", CLASSES)
    spoil(tmp_path)
    with pytest.raises(InputError, match=sentence) as error:
        load_clip_network(str(tmp_path))
    refused("Networks of whole clips", error.value)


def test_pickled_code_is_not_run(tmp_path, refused):
    class Evil:
        def __reduce__(self):
            return (pytest.fail, ("code of a pickle ran",))

    save_network(tmp_path, "videomae", CLASSES, pickled=True)
    torch.save({"weight": Evil()}, tmp_path / "pytorch_model.bin")
    with pytest.raises(InputError, match="cannot be read safely") as error:
        load_clip_network(str(tmp_path))
    refused("Networks of whole clips", error.value, "a pickle that runs code")


def test_an_index_names_files_beside_it_only(tmp_path, refused):
    save_network(tmp_path, "videomae", CLASSES)
    (tmp_path / "model.safetensors").rename(tmp_path / "other.safetensors")
    listed = {"weight_map": {"classifier.bias": "../other.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(listed))
    with pytest.raises(InputError, match="does not list files beside it") as error:
        load_clip_network(str(tmp_path))
    refused("Networks of whole clips", error.value, "an index that names files elsewhere")


def test_other_numbers_of_frames_need_a_network_that_takes_them(tmp_path, refused):
    save_network(tmp_path, "videomae", CLASSES)
    with pytest.raises(InputError, match="takes 4 frames") as error:
        load_clip_network(str(tmp_path), clip_frames=8)
    refused("Networks of whole clips", error.value, "a number of frames that it does not take")


def test_without_transformers_a_sentence_says_what_to_install(tmp_path, monkeypatch):
    save_network(tmp_path, "videomae", CLASSES)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install"):
        load_clip_network(str(tmp_path))
