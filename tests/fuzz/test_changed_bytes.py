"""Changed bytes of stored files: every one of the data is noticed, others change no value."""

import h5py
import numpy as np
import pytest

from playfair.errors import InputError
from tests.unit.data.stores.stored_files import KINDS, flipped

FLIPS = 200


def data_ranges(path):
    """Where the values of each column lie in a file, as pairs of a first byte and a number."""
    ranges = []
    whole = path.read_bytes()

    def note(_, column):
        if not isinstance(column, h5py.Dataset):
            return
        if column.dtype.kind == "O":
            texts = [whole.index(text) for text in column[:]]
            ranges.append([(at, len(text)) for at, text in zip(texts, column[:], strict=True)])
            return
        chunks = [column.id.get_chunk_info(chunk) for chunk in range(column.id.get_num_chunks())]
        ranges.append([(chunk.byte_offset, chunk.size) for chunk in chunks])

    with h5py.File(path) as file:
        file.visititems(note)
    return ranges


@pytest.mark.parametrize("kind", KINDS)
def test_every_changed_byte_of_the_data_is_noticed(tmp_path, kind):
    make, read = KINDS[kind]
    path = make(tmp_path / "stored.h5")
    read(path)
    columns = data_ranges(path)
    rng = np.random.default_rng(0)
    for number in range(FLIPS):
        # Each column in turn, however few bytes it has.
        column = columns[number % len(columns)]
        first, length = column[rng.integers(len(column))]
        copy = flipped(path, first + rng.integers(length), rng.integers(8))
        with pytest.raises(InputError) as caught:
            read(copy)
        assert str(copy) in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_byte_anywhere_is_noticed_or_makes_no_difference(tmp_path, kind):
    make, read = KINDS[kind]
    path = make(tmp_path / "stored.h5")
    expected = read(path)
    rng = np.random.default_rng(1)
    for _ in range(FLIPS):
        copy = flipped(path, rng.integers(path.stat().st_size), rng.integers(8))
        try:
            found = read(copy)
        except InputError as error:
            assert "\n" not in str(error)
        else:
            np.testing.assert_equal(found, expected)
