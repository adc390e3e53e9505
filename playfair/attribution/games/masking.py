"""The masking game: for networks that always see n frames, such as 3D CNNs on whole clips.

Such a network cannot be asked about a subsequence. It is asked about a clip of full length in which
the frames outside of the subset are replaced by others that are in it, or by a neutral frame.
"""

from typing import Literal, get_args

import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from playfair.attribution.games.calls import Model, ask
from playfair.attribution.games.game import VariableLengthGame, check_probabilities
from playfair.attribution.games.scores import Score
from playfair.attribution.limits import DEFAULT_BATCH_SIZE
from playfair.errors import InputError

Fill = Literal["nearest", "mean", "black"]
"""What stands in for a frame outside of the subset.

nearest: the nearest frame in time that is in the subset, of two equally near ones the earlier.
mean: the mean frame of the video. black: one and the same frame for all videos."""


class MaskedModel(nn.Module):
    """A network of whole clips, in the form that `playfair.explain` takes.

        v(X') = network( x_1', ..., x_n' ),   x_i' = x_i if i is in X', otherwise what stands in

    and v of no frames at all is the prior, as everywhere; `empty_scores` gives another choice.

    network: callable on whole clips, (N, n, ...) -> (N, C) with `time_axis=1`, or (N, C, n, H, W)
    with `time_axis=2`, as torchvision's video networks take them; their number of frames may be
    fixed. outputs: whether it returns "probabilities" or "logits". fill: see `Fill`. black: the
    value of a black frame, a number or an array that fits an element, such as (3, 1, 1); 0 unless
    frames are normalised outside of the network.

    Cost: one call of the network on n frames for each subset, so exact values take 2^n - 1 of them
    per video (8 frames: 255; 16: 65,535), samplers as many as their budget. At most `batch_size`
    masked clips exist at a time, and only those are in memory beside the video itself.

    >>> import torch
    >>> from playfair import explain
    >>> def network(clips):  # (N, 3, 1, 1, 1) -> (N, 2): the middle frame decides
    ...     return torch.stack([clips[:, 1, 0, 0, 0], 1 - clips[:, 1, 0, 0, 0]], dim=1)
    >>> clip = torch.tensor([0.2, 0.8, 0.2])[:, None, None, None]
    >>> result = explain(clip, MaskedModel(network), priors=[0.5, 0.5], element_ndim=3)
    >>> print(result.esv[:, 0].round(2))
    [-0.1  0.5 -0.1]
    """

    def __init__(
        self,
        network: Model,
        fill: Fill = "nearest",
        *,
        time_axis: int = 1,
        outputs: Literal["probabilities", "logits"] = "probabilities",
        black: ArrayLike = 0.0,
        batch_size: int = 32,
    ) -> None:
        super().__init__()
        if not callable(network):
            raise InputError(f"A network is a callable, not {type(network).__name__}.")
        if fill not in get_args(Fill):
            raise InputError(f"Unknown fill {fill!r}: choose one of {', '.join(get_args(Fill))}.")
        if outputs not in ("probabilities", "logits"):
            raise InputError(f"Unknown outputs {outputs!r}: choose probabilities or logits.")
        if batch_size < 1:
            raise InputError(f"batch_size counts masked clips and is at least 1, not {batch_size}.")
        self.network = network
        self.fill: Fill = fill
        self.time_axis = time_axis
        self.outputs = outputs
        self.black = black
        self.batch_size = batch_size

    def forward(self, clips: Tensor) -> Tensor:
        """Whole clips (N, n, ...) -> probabilities (N, C)."""
        answer = torch.as_tensor(self.network(clips.movedim(1, self.time_axis)))
        return torch.softmax(answer, dim=-1) if self.outputs == "logits" else answer

    def stand_in(self, video: Tensor) -> Tensor:
        """Video (n, ...) -> the frame (...) that stands in with the fills "mean" and "black"."""
        if self.fill == "mean":
            mean = video.double().mean(dim=0)
            return (mean if video.is_floating_point() else mean.round()).to(video.dtype)
        value = torch.as_tensor(self.black, dtype=video.dtype, device=video.device)
        return value.expand(video.shape[1:])

    def empty_scores(self, video: ArrayLike | Tensor) -> Tensor:
        """What the network says when every frame is masked: video (n, ...) -> (C,) probabilities.

        An alternative to the class frequencies as `priors`, for one video at a time. Raises
        `InputError` for the fill "nearest", which has nothing to show then.
        """
        if self.fill == "nearest":
            raise InputError(
                "With fill='nearest' there is no clip without frames: give class frequencies as "
                "priors, or use fill='mean' or 'black'."
            )
        frames = torch.as_tensor(video)
        frames = frames.float() if frames.is_floating_point() else frames
        masked = self.stand_in(frames).repeat(1, len(frames), *[1] * (frames.ndim - 1))
        return ask(self, masked)[0]


class MaskingGame(VariableLengthGame):
    """The scores of masked clips: a game of videos (V, n, ...), played by a `MaskedModel`."""

    def __init__(
        self,
        model: MaskedModel,
        features: Tensor,
        priors: ArrayLike,
        class_count: int,
        score: Score = "probability",
        batch_size: int = DEFAULT_BATCH_SIZE,
    ) -> None:
        batch_size = min(batch_size, model.batch_size)
        super().__init__(model, features, priors, class_count, score, batch_size)
        self.fill = model.fill
        self.stand_in = model.stand_in

    def outputs(self, frame_idx: Tensor) -> Tensor:
        """Subsets (R, k) -> probabilities (R, V, C), from `batch_size` masked clips at a time."""
        if self.fill == "nearest":
            shown = nearest_frames(frame_idx, self.n_frames)
        else:
            shown = own_frames(frame_idx, self.n_frames)
        answers = []
        for video in self.features:
            elements = video
            if self.fill != "nearest":
                elements = torch.cat([video, self.stand_in(video)[None]])
            answers.append(self.model(elements[None], shown))
        probabilities = torch.cat(answers, dim=1)
        check_probabilities(probabilities, self.n_frames)
        return probabilities


def nearest_frames(frame_idx: Tensor, n_frames: int) -> Tensor:
    """Subsets (R, k) -> (R, n): for every place in the clip the nearest frame of the subset.

    Frames are taken to be equally spaced in time; of two equally near ones it is the earlier.
    """
    kept = _membership(frame_idx, n_frames)
    place = torch.arange(n_frames, device=frame_idx.device).expand(len(frame_idx), -1)
    before = torch.where(kept, place, -2 * n_frames).cummax(dim=1).values
    after = torch.where(kept, place, 3 * n_frames).flip(1).cummin(dim=1).values.flip(1)
    return torch.where(place - before <= after - place, before, after)


def own_frames(frame_idx: Tensor, n_frames: int) -> Tensor:
    """Subsets (R, k) -> (R, n): every frame of the subset in its place, n in the places left."""
    place = torch.arange(n_frames, device=frame_idx.device).expand(len(frame_idx), -1)
    return torch.where(_membership(frame_idx, n_frames), place, n_frames)


def _membership(frame_idx: Tensor, n_frames: int) -> Tensor:
    member = torch.zeros(len(frame_idx), n_frames, dtype=torch.bool, device=frame_idx.device)
    return member.scatter_(1, frame_idx.long(), True)
