import numpy as np
import pytest

from playfair.attribution.samplers.column_products import product


def moved(values, offset):
    """The same numbers, `offset` numbers behind a boundary of 64 bytes in memory."""
    memory = np.empty(values.size + 8 + offset)
    start = -memory.ctypes.data % 64 // memory.itemsize + offset
    placed = memory[start : start + values.size].reshape(values.shape)
    placed[...] = values
    return placed


@pytest.mark.parametrize("shape", [(8, 256, 256), (7, 120, 55)])
def test_a_product_has_the_same_bits_wherever_its_operands_lie(shape):
    rows, inner, columns = shape
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=(rows, inner)), rng.normal(size=(columns, inner))
    expected = product(moved(left, 0), moved(right, 0).T)
    assert np.allclose(expected, left @ right.T, rtol=0, atol=1e-10)
    for offsets in ((1, 0), (0, 1), (3, 2)):
        found = product(moved(left, offsets[0]), moved(right, offsets[1]).T)
        assert np.array_equal(found, expected)
