"""Features and results in HDF5 files: written, read, imported, gathered and collated."""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.data.stores.collation import collate_esvs
    from playfair.data.stores.esv_store import (
        Collated,
        load,
        read_all_frames_esvs,
        read_esvs,
        write_esvs,
    )
    from playfair.data.stores.esv_table import EsvTable
    from playfair.data.stores.feature_store import FeatureStore, write_features

__all__ = [
    "Collated",
    "EsvTable",
    "FeatureStore",
    "collate_esvs",
    "load",
    "read_all_frames_esvs",
    "read_esvs",
    "write_esvs",
    "write_features",
]

__getattr__, __dir__ = loading_on_use(
    __name__,
    {
        "Collated": "playfair.data.stores.esv_store",
        "EsvTable": "playfair.data.stores.esv_table",
        "FeatureStore": "playfair.data.stores.feature_store",
        "collate_esvs": "playfair.data.stores.collation",
        "load": "playfair.data.stores.esv_store",
        "read_all_frames_esvs": "playfair.data.stores.esv_store",
        "read_esvs": "playfair.data.stores.esv_store",
        "write_esvs": "playfair.data.stores.esv_store",
        "write_features": "playfair.data.stores.feature_store",
    },
)
