"""Games of the TSN and TRN heads, which need far less than a call of the model per subsequence."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self, cast

import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from playfair.attribution.games.game import Game
from playfair.attribution.games.lattice import Bags, Chunk, lattice_level, sums_of_rows
from playfair.attribution.games.scores import scores_of_logits
from playfair.attribution.result import Score
from playfair.errors import InputError
from playfair.models.heads.tsn_trn import TRN, TSN


class TSNGame(Game):
    """TSN in closed form: the logits of a subsequence are the mean of its frames' logits.

        v(X') = softmax( 1/|X'| * sum over x in X' of (W relu(x) + b) )

    The head runs once per frame; a subsequence costs a sum of |X'| rows.
    """

    shares_work = True
    calls_model = False

    def __init__(
        self,
        head: TSN,
        features: Tensor,
        priors: ArrayLike,
        score: Score = "probability",
    ) -> None:
        check_feature_dim(features, head.feature_dim)
        super().__init__(features, priors, head.class_count, score)
        self.head = head
        self._frame_logits: Tensor | None = None

    @property
    def logit_scales(self) -> int:
        """1: the logits of a subsequence are the mean of those of its frames."""
        return 1

    def with_features(self, features: Tensor) -> "TSNGame":
        other = super().with_features(features)
        other._frame_logits = None
        return other

    def frame_logits(self) -> Tensor:
        """(n, V, C): the logits of every single frame."""
        if self._frame_logits is None:
            with torch.inference_mode():
                logits = self.head.classifier(torch.relu(self.features.float()))
                self._frame_logits = logits.transpose(0, 1).contiguous()
        return self._frame_logits

    def outputs(self, frame_idx: Tensor) -> Tensor:
        logits = self.frame_logits()
        total = sums_of_rows(frame_idx, logits.flatten(start_dim=1))
        return total.div_(frame_idx.shape[1]).view(-1, *logits.shape[1:])

    def outputs_of_chunk(self, chunk: Chunk) -> Tensor:
        logits = self.frame_logits()
        bags = _bags_of_means(self.n_frames, str(self.device))
        return bags.sums(logits.flatten(start_dim=1), chunk.rows).view(-1, *logits.shape[1:])

    def scores(self, outputs: Tensor, out: Tensor | None = None) -> Tensor:
        return scores_of_logits(outputs, self.score, out)


class TRNGame(Game):
    """Multi-scale TRN whose first layer is split into one product per frame and position.

        f_s(x_1 ... x_s) = W_2 relu( sum over p of (W_1p x_p) + b_1 ) + b_2

    W_1p is the part of W_1 that meets position p. A frame i of n stands at position p of some
    subsequence of s frames when p <= i <= p + n - s, so (n - s + 1) * s products of D x H cover
    them all, and the hidden vector of a subset is a sum of s precomputed vectors.
    """

    n_max: int
    shares_work = True
    calls_model = False

    def __init__(
        self,
        heads: Sequence[TRN],
        features: Tensor,
        priors: ArrayLike,
        score: Score = "probability",
    ) -> None:
        check_heads(heads)
        check_feature_dim(features, heads[0].feature_dim)
        super().__init__(features, priors, heads[0].class_count, score)
        self.heads = list(heads)
        self.n_max = len(self.heads)
        with torch.no_grad():
            self._layers = [_Layers.of(head) for head in self.heads]
        self._hidden_dim = max(head.hidden_dim for head in self.heads)
        self._products: Tensor | None = None
        self._elements: dict[bool, Tensor] = {}

    def with_features(self, features: Tensor) -> "TRNGame":
        other = super().with_features(features)
        other._products = None
        other._elements = {}
        return other

    def products(self) -> Tensor:
        """(P, V * H): what a frame adds to a hidden vector by standing at a position.

        Frame p + j at position p of scale s stands in row p * (n - s + 1) + j of those of its
        scale, which begin at `first_product`; at position 0 with b_1. H is the most hidden units
        of a head; columns beyond those of a scale are not written.

        All scales are done at once, so that W_1, of which there is far more than of anything else,
        goes through the cache alone. It is read where it is: a copy would cost more than the
        products of a few videos.
        """
        if self._products is None:
            n_frames, video_count = self.n_frames, self.video_count
            scales = min(n_frames, self.n_max)
            rows = first_product(n_frames, scales + 1)
            products = torch.empty(rows, video_count * self._hidden_dim, device=self.device)
            for scale in range(1, scales + 1):
                span = slice(first_product(n_frames, scale), first_product(n_frames, scale + 1))
                self._multiply(scale, products[span].view(scale, -1, self._hidden_dim))
            self._products = products
        return self._products

    @torch.no_grad()
    def _multiply(self, scale: int, products: Tensor) -> None:
        """Write the products of a scale: (s, (n - s + 1) * V, H)."""
        head, layers = self.heads[scale - 1], self._layers[scale - 1]
        elements = self.elements(head.relu_input)
        _, video_count, width = elements.shape
        windows = elements.as_strided(
            (scale, products.shape[1], width), (video_count * width, width, 1)
        )
        products = products[..., : head.hidden_dim]
        torch.bmm(windows, layers.into_hidden, out=products)
        products[0].add_(layers.hidden_bias)

    def elements(self, relu: bool) -> Tensor:
        """(n, V, D): the features, or their ReLU, frame by frame.

        A copy of their own: products of the same numbers may differ in their last bits with where
        the operands lie in memory, and torch aligns what it allocates.
        """
        if relu not in self._elements:
            by_frame = self.features.transpose(0, 1).float()
            copied = by_frame.relu() if relu else by_frame.clone()
            self._elements[relu] = copied.contiguous()
        return self._elements[relu]

    def hidden(self, frame_idx: Tensor) -> Tensor:
        """Subsets of one size (R, s) -> their hidden vectors, after the ReLU: (R * V, H)."""
        rows = product_rows(frame_idx, self.n_frames)
        hidden = sums_of_rows(rows, self.products()).relu_().view(-1, self._hidden_dim)
        return hidden[:, : self.heads[frame_idx.shape[1] - 1].hidden_dim]

    def outputs(self, frame_idx: Tensor) -> Tensor:
        layers = self._layers[frame_idx.shape[1] - 1]
        logits = torch.addmm(layers.logit_bias, self.hidden(frame_idx), layers.into_logits)
        return logits.view(len(frame_idx), self.video_count, self.class_count)

    def weighted_outputs(self, frame_idx: Tensor, weights: Tensor) -> Tensor:
        """The second layer is linear, so that hidden vectors are summed before it."""
        layers = self._layers[frame_idx.shape[1] - 1]
        hidden = self.hidden(frame_idx)
        sums = (weights @ hidden.reshape(len(frame_idx), -1)).view(-1, hidden.shape[1])
        logits = (sums @ layers.into_logits).view(len(weights), self.video_count, -1)
        return logits.add_(weights.sum(dim=1)[:, None, None] * layers.logit_bias)

    def write_scales(self, chunk: Chunk, out: Tensor, kept: float = 0.0) -> None:
        parts = [part for part in chunk.parts if part.size <= self.n_max]
        if not parts:
            return
        subsets = slice(chunk.rows.start, chunk.rows.start + parts[-1].place.stop)
        bags = _bags_of_products(self.n_frames, self.n_max, str(self.device))
        hidden = bags.sums(self.products(), subsets).relu_()
        for part in parts:
            layers, share = self._layers[part.size - 1], 1 / part.size
            vectors = hidden[part.place].view(-1, self._hidden_dim)[:, : len(layers.hidden_bias)]
            logits = out[part.place].view(-1, self.class_count)
            weight, bias = layers.into_logits, layers.logit_bias
            if kept:
                logits.addmm_(vectors, weight, beta=kept, alpha=share).add_(bias, alpha=share)
            else:
                torch.addmm(bias, vectors, weight, beta=share, alpha=share, out=logits)

    def scores(self, outputs: Tensor, out: Tensor | None = None) -> Tensor:
        return scores_of_logits(outputs, self.score, out)


@dataclass(frozen=True)
class _Layers:
    """Both layers of a head as they are multiplied from the right, views of its parameters.

    into_hidden (s, D, H), hidden_bias (H,), into_logits (H, C), logit_bias (C,).
    """

    into_hidden: Tensor
    hidden_bias: Tensor
    into_logits: Tensor
    logit_bias: Tensor

    @classmethod
    def of(cls, head: TRN) -> Self:
        first, last = linear_layers(head)
        by_position = first.weight.view(head.hidden_dim, head.n_frames, head.feature_dim)
        return cls(
            into_hidden=by_position.permute(1, 2, 0),
            hidden_bias=first.bias.detach(),
            into_logits=last.weight.T,
            logit_bias=last.bias.detach(),
        )


def first_product(n_frames: int, scale: int) -> int:
    """How many rows of `TRNGame.products` smaller scales have: the sum of s * (n - s + 1)."""
    return sum(size * (n_frames - size + 1) for size in range(1, scale))


def product_rows(frame_idx: Tensor, n_frames: int) -> Tensor:
    """Subsequences (R, s) -> the rows of `TRNGame.products` that sum to their hidden vectors."""
    scale = frame_idx.shape[1]
    position = torch.arange(scale, dtype=frame_idx.dtype, device=frame_idx.device)
    return frame_idx + position * (n_frames - scale) + first_product(n_frames, scale)


@lru_cache(maxsize=32)
def _bags_of_products(n_frames: int, n_max: int, device: str) -> Bags:
    levels = (lattice_level(n_frames, s, device) for s in range(1, min(n_frames, n_max) + 1))
    return Bags.of([product_rows(level.frame_idx, n_frames) for level in levels])


@lru_cache(maxsize=32)
def _bags_of_means(n_frames: int, device: str) -> Bags:
    levels = [lattice_level(n_frames, s, device) for s in range(1, n_frames + 1)]
    return Bags.of([level.frame_idx for level in levels], [1 / level.size for level in levels])


def linear_layers(head: TRN) -> tuple[nn.Linear, nn.Linear]:
    """The two linear layers of a TRN head: W_1 with b_1, and W_2 with b_2."""
    # Looked up by number, each takes longer than all of them.
    _, first, _, last = head.model
    return cast(nn.Linear, first), cast(nn.Linear, last)


def check_feature_dim(features: Tensor, feature_dim: int) -> None:
    """Raise `InputError` unless features are (V, n, feature_dim) vectors."""
    if features.ndim != 3 or features.shape[2] != feature_dim:
        raise InputError(
            f"The head takes features of {feature_dim} numbers per frame, (V, n, {feature_dim}), "
            f"but these have the shape {tuple(features.shape)}."
        )


def check_heads(heads: Sequence[TRN]) -> None:
    """Raise `InputError` unless the s-th head is of scale s and all agree on their sizes."""
    if not heads:
        raise InputError("A multi-scale TRN needs at least one head.")
    for scale, head in enumerate(heads, start=1):
        if head.n_frames != scale:
            raise InputError(
                f"TRN head number {scale} takes {head.n_frames} frames: give one head per scale, "
                "in order, starting with 1 frame."
            )
        if (head.feature_dim, head.class_count) != (heads[0].feature_dim, heads[0].class_count):
            raise InputError(
                f"TRN head {scale} takes {head.feature_dim} features and gives {head.class_count} "
                f"classes, but head 1 takes {heads[0].feature_dim} and gives "
                f"{heads[0].class_count}."
            )
