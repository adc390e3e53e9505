"""Tables of networks of whole clips: what the ESV files hold of them, and nothing is computed."""

from collections.abc import Sequence

from playfair.dashboard.packed_tables import MOST_COLUMNS, Table, table_of_scores
from playfair.dashboard.shown_model import UnknownError
from playfair.dashboard.shown_results import ShownResults


class StoredTables:
    """The stored tables of one model, each of a video's elements in their own order."""

    def __init__(self, results: ShownResults, name: str):
        self._results = results
        self._model = results.models[name]

    def __contains__(self, uid: str) -> bool:
        return uid in self._model.row

    def table(
        self,
        uid: str,
        n_frames: int,
        order: Sequence[int] = (),
        wanted: Sequence[int] = (),
        most: int = MOST_COLUMNS,
    ) -> Table:
        """The table of a video, see `playfair.dashboard.tables.TableMaker.table`.

        Raises:
            UnknownError: if it is not stored, or not in that order.
        """
        if order:
            raise UnknownError(self._model.why_no_order)
        scores = self._results.subset_scores(self._model, n_frames, uid)
        frame_idx = self._model.values(uid, n_frames)["frame_idx"]
        return table_of_scores(scores, frame_idx, wanted, most)
