"""The masking game: for networks that always see F frames, such as 3D CNNs on whole clips.

Such a network cannot be asked about a subsequence. It is asked about a clip of full length in which
the elements outside of the subset are replaced; or, if it can do without them, about the others.
"""

from collections.abc import Callable
from typing import Any, Literal, get_args

import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from playfair.attribution.games.calls import CheckedModel, Model, ask
from playfair.attribution.games.fills import FILLS_WITHOUT_EMPTY, Fill
from playfair.attribution.games.game import VariableLengthGame, check_probabilities
from playfair.attribution.games.stand_ins import frames_seen, pool_of_frames
from playfair.attribution.limits import DEFAULT_BATCH_SIZE
from playfair.attribution.result import Score
from playfair.errors import InputError


class MaskedModel(nn.Module):
    """A network of whole clips, in the form that `playfair.explain` takes.

        v(X') = network( x_1', ..., x_n' ),   x_i' = x_i if i is in X', otherwise what stands in

    and v of no elements at all is the prior, as everywhere; `empty_scores` gives another choice.

    network: callable on whole clips, (N, F, ...) -> (N, C) with `time_axis=1`, or (N, C, F, H, W)
    with `time_axis=2`, as torchvision's video networks take them; their number of frames may be
    fixed. outputs: whether it returns "probabilities" or "logits". fill: see `Fill`; with "drop" it
    needs a method `forward_visible(clips, visible)`, visible (N, F) bool, the same number in each
    row. black: the value of a black frame, a number or an array that fits a frame, such as
    (3, 1, 1); 0 unless frames are normalised outside of the network. frames_per_element: None for
    elements (...) that are frames, so that F = n; g for elements (g, ...), F = n * g frames.
    on_pass: called after each call of the network with the number of its clips.

    Cost: one call of the network on F frames for each subset, so exact values take 2^n - 1 of them
    per video (8 elements: 255; 16: 65,535), samplers as many as their budget. At most `batch_size`
    masked clips exist at a time, and only those are in memory beside the videos themselves.

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
        frames_per_element: int | None = None,
        batch_size: int = 32,
        on_pass: Callable[[int], None] | None = None,
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
        if fill == "drop" and not callable(getattr(network, "forward_visible", None)):
            raise InputError(
                f"With fill='drop' a network leaves out what it does not see, which "
                f"{type(network).__name__} cannot (it has no method forward_visible): use another "
                "fill, such as 'nearest'."
            )
        self.network = network
        self.fill: Fill = fill
        self.time_axis = time_axis
        self.outputs = outputs
        self.black = black
        self.frames_per_element = frames_per_element
        self.batch_size = batch_size
        self.on_pass = on_pass

    def forward(self, clips: Tensor) -> Tensor:
        """Whole clips (N, F, ...) -> probabilities (N, C)."""
        return self._probabilities(self.network(self._turned(clips)))

    def forward_visible(self, clips: Tensor, visible: Tensor) -> Tensor:
        """Clips (N, F, ...) of which some frames (N, F) are seen -> probabilities (N, C)."""
        network: Any = self.network
        return self._probabilities(network.forward_visible(self._turned(clips), visible))

    def frames_of(self, videos: Tensor) -> Tensor:
        """Videos in elements (V, n, ...) -> frames (V, F, ...)."""
        if self.frames_per_element is None:
            return videos
        if videos.ndim < 3 or videos.shape[2] != self.frames_per_element:
            raise InputError(
                f"Elements have the shape {tuple(videos.shape[2:])}; expected "
                f"{self.frames_per_element} frames each, as frames_per_element says."
            )
        return videos.flatten(1, 2)

    def pool(self, clips: Tensor) -> Tensor:
        """Clips (V, F, ...) -> frames and what stands in for them (V, P, ...)."""
        return pool_of_frames(clips, self.fill, torch.as_tensor(self.black))

    def empty_scores(self, video: ArrayLike | Tensor) -> Tensor:
        """What the network says when all is masked: video (n, ...) -> (C,) probabilities.

        An alternative to the class frequencies as `priors`, for one video at a time. Raises
        `InputError` for fills that have nothing to show then.
        """
        if self.fill in FILLS_WITHOUT_EMPTY:
            raise InputError(
                f"With fill={self.fill!r} there is no clip without frames: give class frequencies "
                "as priors, or use fill='mean', 'black' or 'blur'."
            )
        elements = torch.as_tensor(video)[None]
        clips = self.frames_of(elements.float() if elements.is_floating_point() else elements)
        nothing = torch.zeros(1, clips.shape[1], dtype=torch.bool, device=clips.device)
        return ask(self, self.pool(clips)[0][frames_seen(nothing, 1, self.fill)])[0]

    def _turned(self, clips: Tensor) -> Tensor:
        return clips.movedim(1, self.time_axis)

    def _probabilities(self, answer: Any) -> Tensor:
        scores = torch.as_tensor(answer)
        if self.on_pass is not None:
            self.on_pass(len(scores))
        return torch.softmax(scores.float(), dim=-1) if self.outputs == "logits" else scores


class MaskingGame(VariableLengthGame):
    """The scores of masked clips: a game of videos (V, n, ...), played by a `MaskedModel`.

    Masked clips of all videos and of subsets of any size share a batch, but for the fill drop, with
    which all clips of one batch have equally many elements.
    """

    shares_work = True
    model: "_CheckedMasking"

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
        self.masked = model
        self.model = _CheckedMasking(model, class_count, batch_size)

    def outputs(self, frame_idx: Tensor) -> Tensor:
        """Subsets (R, k) -> probabilities (R, V, C), from `batch_size` masked clips at a time."""
        member = torch.zeros(
            len(frame_idx), self.n_frames, dtype=torch.bool, device=frame_idx.device
        )
        return self._outputs(member.scatter_(1, frame_idx.long(), True))

    def outputs_of_members(self, member: Tensor) -> Tensor:
        """Subsets (R, n) -> probabilities (R, V, C), whatever their sizes."""
        if self.masked.fill == "drop":
            return super().outputs_of_members(member)
        return self._outputs(member)

    def _outputs(self, member: Tensor) -> Tensor:
        clips = self.masked.frames_of(self.features)
        n_frames = clips.shape[1]
        seen = frames_seen(member, n_frames // self.n_frames, self.masked.fill)
        pool = self.masked.pool(clips)
        self.model.visible_below = (n_frames, pool.shape[1])
        first = torch.arange(len(pool), device=pool.device) * pool.shape[1]
        rows = (seen[:, None] + first[:, None]).flatten(0, 1)
        probabilities = self.model(pool.flatten(0, 1)[None], rows)
        check_probabilities(probabilities, n_frames)
        return probabilities.view(len(member), len(pool), -1)


class _CheckedMasking(CheckedModel):
    """A masked model, called on rows of a pool of frames of all videos.

    Attributes:
        visible_below: how many frames of a pool are the clip's own, and how many the pool has.
    """

    model: MaskedModel
    visible_below: tuple[int, int] = (0, 1)

    def ask(self, elements: Tensor, frame_idx: Tensor) -> Tensor:
        clips = elements[frame_idx]
        if self.model.fill != "drop":
            return ask(self.model, clips)
        own, pooled = self.visible_below
        visible = frame_idx % pooled < own
        return ask(lambda given: self.model.forward_visible(given, visible), clips)
