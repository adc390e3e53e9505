"""How many frames the videos of a split have, wherever they are stored."""

from pathlib import Path

from playfair.data.stores.feature_store import FeatureStore
from playfair.data.video.gulp import GulpReader


def read_sequence_lengths(path: str | Path) -> dict[str, int]:
    """Frames by uid of a directory of GulpIO chunks, or of a feature file; sorted by uid."""
    if Path(path).is_dir():
        reader = GulpReader(path)
        return {uid: reader.lengths[uid] for uid in reader.uids}
    with FeatureStore(path) as store:
        lengths = zip(store.uid, store.sequence_length, strict=True)
        return {str(uid): int(length) for uid, length in sorted(lengths)}
