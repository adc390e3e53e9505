"""Clips and features small enough to train on in a second."""

import numpy as np

from playfair.models.training.head_training import FeaturesInMemory


class ClipsInMemory:
    """Clips of a bright square that moves to the right (class 0) or to the left (class 1)."""

    def __init__(self, clip_count, seed, lengths=(10, 16)):
        generator = np.random.default_rng(seed)
        self.uids = [str(100 + number) for number in range(clip_count)]
        self.labels = {uid: number % 2 for number, uid in enumerate(self.uids)}
        self.lengths = {uid: int(generator.integers(*lengths)) for uid in self.uids}
        self.asked = []
        self._clips = {uid: self._clip(uid, generator) for uid in self.uids}

    def _clip(self, uid, generator):
        length = self.lengths[uid]
        clip = generator.integers(0, 60, (length, 66, 70, 3), dtype=np.uint8)
        for frame, left in zip(clip, np.linspace(0, 50, length).astype(int), strict=True):
            frame[24:44, left : left + 20] = 230
        return clip if self.labels[uid] == 0 else clip[::-1]

    def frames(self, uid, idx=None):
        self.asked.append(uid)
        return [self._clips[uid][i] for i in (range(self.lengths[uid]) if idx is None else idx)]


def ordered_features(clip_count, seed, lengths=(8, 20), feature_dim=6):
    """Features that rise with time in class 0 and fall in class 1, apart from noise."""
    generator = np.random.default_rng(seed)
    labels = np.arange(clip_count) % 2
    features = []
    for label in labels:
        values = generator.normal(0, 0.3, (generator.integers(*lengths), feature_dim))
        ramp = np.linspace(-1, 1, len(values))
        values[:, 0] += ramp if label == 0 else -ramp
        features.append(values.astype(np.float32))
    return features, labels


def ordered_clips(clip_count, seed, **options):
    """The same as a split to train a head on."""
    return FeaturesInMemory(*ordered_features(clip_count, seed, **options))
