"""A heap of texts that would keep the HDF5 library for ever is found; arrays are no heaps."""

import h5py
import numpy as np
import pytest

from playfair.data.stores import heaps
from playfair.data.stores.hdf5 import open_hdf5
from playfair.errors import InputError

HEAP = b"GCOL" + bytes([1, 0, 0, 0]) + (4096).to_bytes(8, "little")


def write(path, array=None):
    with h5py.File(path, "w") as file:
        file["text"] = ["one", "two", "three"]
        file.attrs["made by"] = "somebody"
        if array is not None:
            file.create_dataset("array", data=array, chunks=(1024,), fletcher32=True)
    return path


def free_object(content):
    """Where the first heap says how large its free space is."""
    place = content.index(HEAP) + 16
    while content[place : place + 2] != bytes(2):
        size = int.from_bytes(content[place + 8 : place + 16], "little")
        place += 16 + -(-size // 8) * 8
    return place + 8


def zeroed(path):
    content = bytearray(path.read_bytes())
    place = free_object(content)
    content[place : place + 8] = bytes(8)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("large", [heaps.LARGE, 0])
def test_a_heap_without_an_end_is_refused(tmp_path, monkeypatch, refused, large):
    monkeypatch.setattr(heaps, "LARGE", large)
    path = zeroed(write(tmp_path / "case.h5", np.zeros(4096)))
    with pytest.raises(InputError, match=r"case\.h5 is damaged \(in a heap of texts\)") as caught:
        open_hdf5(path, "a test")
    if large:
        refused("Features and arrays", caught.value, "texts of HDF5 in a circle")


def test_very_many_heaps_in_one_another_are_refused(tmp_path):
    """Walking through all of them would take the square of the file's size."""
    heap = HEAP[:8] + (1 << 40).to_bytes(8, "little")
    around_the_next_heap = bytes([1, 0, 1, 0, 0, 0, 0, 0]) + (16).to_bytes(8, "little")
    array = np.frombuffer((heap + around_the_next_heap) * 2048, np.uint8)
    path = write(tmp_path / "case.h5", array)
    with pytest.raises(InputError, match="in a heap of texts"):
        open_hdf5(path, "a test")


def test_large_arrays_are_no_heaps(tmp_path, monkeypatch):
    array = np.frombuffer((HEAP + bytes(48)) * 64, np.uint8)
    path = write(tmp_path / "case.h5", array)
    monkeypatch.setattr(heaps, "LARGE", 1024)
    with open_hdf5(path, "a test") as file:
        assert (file["array"][:] == array).all()
