"""Calls of a user's model: on memory that is the model's own, with answers that can be used."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from playfair.errors import InputError

Model = Callable[[Tensor], Tensor]
"""A model of subsequences: (N, k, ...) -> (N, C)."""

REPEAT_TOLERANCE = 1e-4
"""How far two answers to the same input may lie apart, as a share of the largest number in them:
some GPUs add in another order each time."""


class CheckedModel:
    """A user's model whose answers are checked before anything is computed from them.

    model: see `Model`; class_count: C; batch_size: most subsequences in one call. The very first
    subsequence is put to it twice, by itself, which costs one evaluation more than is counted: a
    model that draws random numbers, as in training mode, has no ESVs.
    """

    def __init__(self, model: Model, class_count: int, batch_size: int) -> None:
        self.model = model
        self.class_count = class_count
        self.batch_size = batch_size
        self._repeats_itself = False

    def __call__(self, features: Tensor, frame_idx: Tensor) -> Tensor:
        """Subsequences (R, k) of videos (V, n, ...): (R, V, C) float32.

        A call never mixes videos, so that what a video gets does not depend on its neighbours.
        Raises `InputError` for anything but (N, C) finite numbers, the same for the same input.
        """
        outputs = torch.empty(
            len(frame_idx), len(features), self.class_count, device=features.device
        )
        for video, elements in enumerate(features):
            for rows in self._chunks(len(frame_idx)):
                outputs[rows, video] = self._answer(elements, frame_idx[rows])
        return outputs

    def _chunks(self, count: int) -> Iterator[slice]:
        start = 0
        while start < count:
            size = self.batch_size if self._repeats_itself else 1
            yield slice(start, start + size)
            start += size

    def ask(self, elements: Tensor, frame_idx: Tensor) -> Tensor:
        """What the model says of subsequences (N, k) of elements (n, ...)."""
        # Indexing by a tensor copies.
        return ask(self.model, elements[frame_idx])

    def _answer(self, elements: Tensor, frame_idx: Tensor) -> Tensor:
        answer = self._checked(self.ask(elements, frame_idx), frame_idx.shape[1])
        if not self._repeats_itself:
            again = self._checked(self.ask(elements, frame_idx), frame_idx.shape[1])
            check_repetition(answer, again, frame_idx.shape[1])
            self._repeats_itself = True
        return answer

    def _checked(self, answer: Tensor, frame_count: int) -> Tensor:
        if answer.shape[1] != self.class_count:
            raise InputError(
                f"The model gives {answer.shape[1]} class scores for {_named(frame_count)}, but "
                f"there are {self.class_count} priors: give one prior for each of its classes."
            )
        if not bool(answer.isfinite().all()):
            raise InputError(
                f"The model returned NaN or infinity for {_named(frame_count)}: it has to return "
                "finite numbers for every subsequence of frames."
            )
        return answer


def ask(model: Model, subsequences: Tensor) -> Tensor:
    """What a model says of subsequences (N, k, ...), which it may overwrite: (N, C).

    Raises `InputError` when that is no tensor of this shape, or when the model is a network whose
    weights are of another type than the numbers that it is given.
    """
    count, frame_count = subsequences.shape[:2]
    try:
        with torch.inference_mode():
            answer = model(subsequences)
    except RuntimeError as error:
        given, weights = _name(subsequences.dtype), _weights_of_another_type(model, subsequences)
        if weights is not None:
            raise InputError(
                f"The model's weights are {weights}, but the features are {given}: call "
                "model.float(), or give floating-point features, which are passed on as float32."
            ) from error
        if not subsequences.is_floating_point():
            raise InputError(
                f"The model failed on whole numbers ({given}), which are passed on as they are: "
                "give floating-point features if it takes those."
            ) from error
        raise
    try:
        tensor = torch.as_tensor(answer)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f"The model returned {type(answer).__name__} for {_named(frame_count)}; expected one "
            "tensor (N, C), a row of class scores for each subsequence."
        ) from error
    if tensor.ndim != 2 or len(tensor) != count or tensor.is_complex():
        raise InputError(
            f"The model returned the shape {tuple(tensor.shape)} for {count} "
            f"subsequence{'s' if count > 1 else ''} of {_named(frame_count)}; expected "
            f"({count}, C), one row of class scores each."
        )
    return tensor


def check_repetition(first: Tensor, second: Tensor, frame_count: int) -> None:
    """Raise `InputError` unless a model answered the same frames twice with the same scores."""
    difference = float((first.double() - second.double()).abs().max())
    if difference <= REPEAT_TOLERANCE * float(first.abs().max()):
        return
    raise InputError(
        f"The model gave two answers to the same {_named(frame_count)}, up to {difference:.2g} "
        "apart: it draws random numbers, as dropout does in training mode. Call model.eval(), or "
        "make it repeatable. (To see that, one subsequence is evaluated twice.)"
    )


def _weights_of_another_type(model: Model, given: Tensor) -> str | None:
    """The type of a network's floating-point weights, if none of them is of that of `given`."""
    parameters = model.parameters() if isinstance(model, nn.Module) else ()
    found = {parameter.dtype for parameter in parameters if parameter.is_floating_point()}
    return None if given.dtype in found or not found else _name(min(found, key=str))


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _named(frame_count: int) -> str:
    return f"{frame_count} frame{'s' if frame_count > 1 else ''}"
