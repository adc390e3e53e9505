"""Tables of a finished run as they are asked for: its networks load with the first of them."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from playfair.dashboard.limits import BusyError
from playfair.dashboard.packed_tables import table_json
from playfair.dashboard.shown_model import UnknownError
from playfair.dashboard.shown_results import ShownResults
from playfair.dashboard.stored_tables import StoredTables
from playfair.errors import InputError
from playfair.trust import Trust

if TYPE_CHECKING:
    from playfair.dashboard.tables import TableMaker

_MOST_KEPT_BYTES = 64 << 20
MOST_WAITING = 3
"""Tables that a client may wait for, beside the one that is being made."""


class LiveTables:
    """Makes tables one after the other, and keeps those that were last asked for."""

    def __init__(self, results: ShownResults, trust: Trust | None = None):
        self._results = results
        self._trust = trust or Trust()
        self._makers: dict[str, TableMaker | StoredTables] = {}
        self._kept: OrderedDict[tuple[Any, ...], dict[str, Any]] = OrderedDict()
        self._kept_bytes = 0
        self._making = threading.Lock()
        self._counting = threading.Lock()
        self._waiting: dict[str, int] = {}

    def table(
        self,
        client: str,
        model: str,
        n_frames: int,
        uid: str,
        order: Sequence[int] = (),
        wanted: Sequence[int] = (),
    ) -> dict[str, Any]:
        """The table as the page takes it.

        Raises:
            UnknownError: if there is none, saying why.
            BusyError: if the client waits for others already.
        """
        key = (model, n_frames, uid, tuple(order), tuple(wanted))
        with self._counting:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            if self._waiting.get(client, 0) > MOST_WAITING:
                raise BusyError("One table at a time: wait for those that you have asked for.")
            self._waiting[client] = self._waiting.get(client, 0) + 1
        try:
            with self._making:
                made = table_json(self._maker(model).table(uid, n_frames, order, wanted))
        finally:
            with self._counting:
                self._waiting[client] -= 1
                if not self._waiting[client]:
                    del self._waiting[client]
        with self._counting:
            self._keep(key, made)
        return made

    def _keep(self, key: tuple[Any, ...], made: dict[str, Any]) -> None:
        self._kept_bytes += 0 if key in self._kept else made["scores"].nbytes
        self._kept[key] = made
        while self._kept_bytes > _MOST_KEPT_BYTES and len(self._kept) > 1:
            self._kept_bytes -= self._kept.popitem(last=False)[1]["scores"].nbytes

    def _maker(self, model: str) -> "TableMaker | StoredTables":
        if model not in self._makers and self._results.models[model].sees_clips:
            self._makers[model] = StoredTables(self._results, model)
        if model not in self._makers:
            # Here, because torch takes seconds to load, and most of the memory.
            from playfair.dashboard.run_networks import table_maker

            try:
                self._makers[model] = table_maker(self._results.directory, model, self._trust)
            except InputError as error:
                raise UnknownError(f"No frame can be switched off: {error}.") from error
        return self._makers[model]
