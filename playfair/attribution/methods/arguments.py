"""What callers give, made into what is computed with, or refused with a sentence."""

from numbers import Integral, Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

from playfair.errors import InputError


def as_elements(features: Any, name: str = "Features") -> Tensor:
    """Features as a detached tensor: floating-point numbers as float32, whole numbers as given.

    It may share the memory of features, which is not written to. Raises `InputError` for what is
    no array of real numbers; name: how it begins.
    """
    if isinstance(features, Tensor):
        tensor = features.detach()
        if tensor.is_complex() or tensor.is_quantized or tensor.layout != torch.strided:
            raise InputError(f"{name} are a tensor of {tensor.dtype}: give dense real numbers.")
        return tensor.float() if tensor.is_floating_point() else tensor
    try:
        array = np.asarray(features)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{name} are no array of numbers: give an array or tensor, of equally long rows."
        ) from error
    if array.dtype.kind not in "fiub":
        kind = "nothing but None" if features is None else f"of the type {array.dtype.name}"
        raise InputError(f"{name} are {kind}: give an array or tensor of numbers.")
    if array.dtype.kind == "f":
        array = np.asarray(array, dtype=np.float32)
    else:
        array = np.asarray(array, dtype=array.dtype.newbyteorder("="))
    # torch knows neither negative strides nor memory that may not be written to.
    if not array.flags.writeable or any(stride < 0 for stride in array.strides):
        array = array.copy()
    return torch.from_numpy(array)


def chosen_classes(classes: object, class_count: int) -> np.ndarray:
    """Classes to explain (K,) int64, all if None; `InputError` if one of them does not exist."""
    if classes is None:
        return np.arange(class_count)
    chosen = as_whole_numbers(classes, "classes", "class numbers, such as [0, 2]")
    if chosen.ndim != 1 or len(chosen) == 0:
        raise InputError("Classes to explain are given as a list of at least one class number.")
    if chosen.min() < 0 or chosen.max() >= class_count:
        raise InputError(
            f"Classes are numbered 0 to {class_count - 1}; asked for {chosen.tolist()}."
        )
    return chosen


def known_labels(labels: object, video_count: int, class_count: int) -> np.ndarray:
    """True classes (V,) int64, -1 where unknown; `InputError` for others than there are."""
    expected = "the class number of each video, -1 where it is unknown"
    label = np.atleast_1d(as_whole_numbers(labels, "labels", expected))
    if label.shape != (video_count,):
        raise InputError(
            f"labels has the shape {label.shape}: give the class number of each of the "
            f"{video_count} videos, -1 where it is unknown."
        )
    if label.min() < -1 or label.max() >= class_count:
        raise InputError(
            f"Classes are numbered 0 to {class_count - 1}, and -1 stands for an unknown label; "
            f"found labels from {label.min()} to {label.max()}."
        )
    return label


def as_whole_numbers(values: Any, name: str, expected: str) -> np.ndarray:
    """Whole numbers as int64, of any shape; `InputError` for True, 1.7, "1" and the like."""
    found = "something else"
    try:
        numbers = np.asarray(values)
        found = numbers.dtype.name
        each = values if isinstance(values, list | tuple) else ()
        is_mixed = any(isinstance(value, bool | np.bool_) for value in each)
        if numbers.size == 0 or (numbers.dtype.kind in "iu" and not is_mixed):
            return numbers.astype(np.int64)
        found = "bool" if is_mixed else found
    except (TypeError, ValueError, RuntimeError, OverflowError):
        pass
    raise InputError(f"{name} holds {found}: give {expected}.")


def check_whole_number(value: Any, name: str, least: int) -> None:
    """Raise `InputError` unless an argument of that name is a whole number of at least `least`."""
    if isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least:
        return
    raise InputError(f"{name} is a whole number of at least {least}, not {value!r}.")


def check_memory_budget(value: Any) -> None:
    """Raise `InputError` unless it is a positive number of bytes."""
    if isinstance(value, Real) and not isinstance(value, bool) and float(value) > 0:
        return
    raise InputError(f"memory_budget is a number of bytes greater than 0, not {value!r}.")


def bytes_in_words(count: float) -> str:
    """A number of bytes to read, such as 3 MiB; never 0 for more than none."""
    if count >= 2**20:
        return f"{count / 2**20:,.0f} MiB"
    return f"{count / 2**10:,.0f} KiB" if count >= 2**10 else f"{count:,.0f} bytes"
