"""One table of every model, of which one at a time is in memory."""

from collections.abc import Iterator, Mapping

from playfair.data.stores.esv_table import EsvTable


class TableOfEach(Mapping[str, EsvTable]):
    """By model, its table at one number of frames; read when it is asked for.

    The last one asked for is kept, until another is. Those of thousands of clips and many classes
    take some hundred megabytes each.

    Args:
        results: by model, then by number of frames. n_frames: the number of each model to show;
            models without one are left out.
    """

    def __init__(
        self, results: Mapping[str, Mapping[int, EsvTable]], n_frames: Mapping[str, int]
    ) -> None:
        self._results, self._n_frames = results, n_frames
        self._last: tuple[str, EsvTable] | None = None

    def __getitem__(self, model: str) -> EsvTable:
        number = self._n_frames[model]
        if self._last is None or self._last[0] != model:
            self._last = None
            self._last = model, self._results[model][number]
        return self._last[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._n_frames)

    def __len__(self) -> int:
        return len(self._n_frames)
