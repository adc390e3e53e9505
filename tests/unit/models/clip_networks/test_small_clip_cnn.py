"""The small network of whole clips."""

import numpy as np
import pytest
import torch

from playfair.errors import InputError
from playfair.models.checkpoints import save_checkpoint
from playfair.models.clip_networks.loading import load_clip_network
from playfair.models.clip_networks.small_clip_cnn import SmallClipCNN

torch.set_num_threads(1)


def small(clip_frames=4, classes=3):
    torch.manual_seed(0)
    return SmallClipCNN(clip_frames, classes).eval()


def test_sizes_are_read_from_the_checkpoint(tmp_path):
    path = tmp_path / "network.pt"
    save_checkpoint(path, small())
    network = load_clip_network("small", str(path))
    assert (network.clip_frames, network.class_count) == (4, 3)
    frames = [np.full((70, 80, 3), value, dtype=np.uint8) for value in (0, 90, 200, 255)]
    clip = network.prepare(frames)
    assert clip.shape == (4, 3, 64, 64)
    torch.testing.assert_close(clip[0], network.black.expand(3, 64, 64))
    torch.testing.assert_close(network(clip[None]), small()(clip[None]))
    with pytest.raises(InputError, match="takes 4 frames"):
        load_clip_network("small", str(path), clip_frames=8)


def test_the_order_of_frames_matters():
    clip = torch.randn(1, 4, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    network = small()
    with torch.inference_mode():
        assert float((network(clip) - network(clip.flip(1))).abs().max()) > 1e-3


def test_clips_of_a_batch_do_not_see_each_other():
    clips = torch.randn(2, 4, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    network = small()
    with torch.inference_mode():
        torch.testing.assert_close(network(clips)[1:], network(clips[1:]), atol=1e-5, rtol=1e-5)


def test_without_weights_or_with_others_it_is_refused(tmp_path):
    with pytest.raises(InputError, match="has no weights of its own"):
        load_clip_network("small")
    path = tmp_path / "other.pt"
    save_checkpoint(path, torch.nn.Linear(2, 2))
    with pytest.raises(InputError, match="not one of the network small"):
        load_clip_network("small", str(path))
