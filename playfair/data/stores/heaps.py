"""The heaps of an HDF5 file, in which it keeps texts: whether the HDF5 library gets through them.

The library walks through a heap from object to object by their sizes, and by a free one of no size
for ever (HDF5 2.0). A heap (HDF5 file format 3.0, section III.E, "global heap") begins with GCOL,
its version, and its size; each object with its number (0: free space to the heap's end) and size.
"""

import mmap
from collections.abc import Iterator, Sequence
from pathlib import Path

import h5py
from h5py import h5d

HEADER_BYTES = 16
"""Of a heap, and of each object in it."""
LARGE = 1 << 26
"""Bytes of an array beyond which it is not searched for heaps; none lies in an array by itself."""


def has_endless_heap(path: str | Path, file: h5py.File, arrays: Sequence[h5d.DatasetID]) -> bool:
    """Whether a heap in a file would keep the library for ever. Reads all but large arrays once.

    Args:
        arrays: all that the file holds.
    """
    size_bytes = file.id.get_create_plist().get_sizes()[1]
    with (
        open(path, "rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        # Heaps do not overlap: a file has no more objects than it has bytes for.
        objects_left = len(content) // HEADER_BYTES
        for first, last in _between(sorted(_large_extents(arrays)), len(content)):
            place = content.find(b"GCOL", first, last)
            while place >= 0:
                objects_left -= _count_objects(content, place, size_bytes, objects_left)
                if objects_left <= 0:
                    return True
                place = content.find(b"GCOL", place + 1, last)
    return False


def _count_objects(file: mmap.mmap, place: int, size_bytes: int, most: int) -> int:
    """How many objects the heap at a place holds, at most `most`; that many if it is endless."""
    end = min(place + _size(file, place + 8, size_bytes), len(file))
    place += HEADER_BYTES
    count = 0
    while place + HEADER_BYTES <= end and count < most:
        number = int.from_bytes(file[place : place + 2], "little")
        size = _size(file, place + 8, size_bytes)
        if number == 0 and size == 0:
            return most
        place += size if number == 0 else HEADER_BYTES + -(-size // 8) * 8
        count += 1
    return count


def _size(file: mmap.mmap, place: int, size_bytes: int) -> int:
    return int.from_bytes(file[place : place + size_bytes], "little")


def _large_extents(arrays: Sequence[h5d.DatasetID]) -> Iterator[tuple[int, int]]:
    """First and last byte of what the parts of large arrays take in the file."""
    for array in arrays:
        if array.get_storage_size() <= LARGE:
            continue
        if array.get_create_plist().get_layout() == h5d.CHUNKED:
            chunks: list[tuple[int, int]] = []
            array.chunk_iter(
                lambda chunk, found=chunks: found.append((chunk.byte_offset, chunk.size))
            )
            yield from ((first, first + size) for first, size in chunks)
        elif array.get_offset() is not None:
            yield array.get_offset(), array.get_offset() + array.get_storage_size()


def _between(extents: Sequence[tuple[int, int]], end: int) -> Iterator[tuple[int, int]]:
    """What lies between ascending extents, from 0 to `end`."""
    place = 0
    for first, last in extents:
        if first > place:
            yield place, first
        place = max(place, last)
    yield place, end
