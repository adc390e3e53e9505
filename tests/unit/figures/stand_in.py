"""Seeded stand-ins for results: ESV tables that obey efficiency, ground truth, frames and logs."""

import dataclasses
from itertools import product

import numpy as np
import pandas as pd

from playfair.data.stores.esv_table import EsvTable

TEMPLATES = (
    "Moving [something] from left to right",
    "Moving [something] from right to left",
    "Dropping [something] behind [something]",
    "Trying but failing to attach [something] to [something] because it doesn't stick",
    "Turning [something] upside down",
    "Opening [something]",
    "Closing [something]",
    "Pretending or failing to wipe [something] off of [something]",
    "[Something] colliding with [something] and both are being deflected",
    "Spinning [something] that quickly stops spinning",
    "Covering [something] with [something]",
    "Uncovering [something]",
)


def class_names(class_count):
    return np.array(
        [
            TEMPLATES[c % len(TEMPLATES)]
            + ("" if c < len(TEMPLATES) else f", kind {c // len(TEMPLATES)}")
            for c in range(class_count)
        ],
        dtype=object,
    )


def ground_truth_table(video_count=60, seed=0):
    generator = np.random.default_rng([seed, 1])
    length = generator.integers(20, 37, video_count)
    first = generator.integers(0, length // 2)
    return pd.DataFrame(
        {
            "uid": [f"{v:04d}" for v in range(video_count)],
            "first_frame": first,
            "last_frame": first + length // 3,
            "length": length,
        }
    )


def esv_table(model, n_frames, video_count=60, class_count=12, skill=0.8, seed=0, labelled=True):
    truth = ground_truth_table(video_count, seed)
    generator = np.random.default_rng([seed, 2, n_frames, sum(map(ord, model))])
    label = np.arange(video_count) % class_count
    prior = np.full(class_count, 1 / class_count)
    length = truth["length"].to_numpy()
    frame_idx = ((np.arange(n_frames) + 0.5) * length[:, None] / n_frames).astype(np.int64)

    logits = generator.normal(size=(video_count, class_count))
    logits[np.arange(video_count), label] += 5 * skill * n_frames / (n_frames + 2)
    scores = np.exp(1.2 * logits)
    scores /= scores.sum(axis=1, keepdims=True)

    inside = (frame_idx >= truth["first_frame"].to_numpy()[:, None]) & (
        frame_idx <= truth["last_frame"].to_numpy()[:, None]
    )
    weight = np.where(inside, 1.0, 0.15) * generator.uniform(0.5, 1.5, inside.shape)
    weight /= weight.sum(axis=1, keepdims=True)
    noise = generator.normal(scale=0.25 / n_frames, size=(video_count, n_frames, class_count))
    noise *= np.sqrt(scores)[:, None, :]
    noise -= noise.mean(axis=1, keepdims=True)
    esv = weight[:, :, None] * (scores - prior)[:, None, :] + noise
    return EsvTable(
        uid=truth["uid"].to_numpy(dtype=object),
        label=label if labelled else np.full(video_count, -1),
        sequence_length=length,
        frame_idx=frame_idx,
        scores=scores.astype(np.float32),
        esv=esv.astype(np.float32),
        prior=prior.astype(np.float32),
        class_name=class_names(class_count),
        attributes={"model": model},
    )


def every_frame_tables(models=("trn", "tsn"), lengths=(24, 31), labelled=True, seed=0):
    """One table per model and video, as sampled: with standard errors."""
    tables = []
    for model in models:
        for video, length in enumerate(lengths):
            whole = esv_table(model, length, 2, 6, seed=seed + video, labelled=labelled)
            generator = np.random.default_rng([seed, 6, video, length])
            tables.append(
                dataclasses.replace(
                    whole,
                    uid=np.array([f"{video:04d}"], dtype=object),
                    label=whole.label[:1],
                    sequence_length=np.array([length]),
                    frame_idx=np.arange(length)[None],
                    scores=whole.scores[:1],
                    esv=whole.esv[:1],
                    standard_error=generator.uniform(0.001, 0.03, whole.esv[:1].shape),
                    evaluations=np.array([1000 + video]),
                    efficiency_gap=np.zeros((1, 6)),
                )
            )
    return tables


def collated(models=("trn", "tsn"), n_frames=range(1, 9), **options):
    skill = {"trn": 0.85, "tsn": 0.5}
    return {
        model: {n: esv_table(model, n, skill=skill.get(model, 0.7), **options) for n in n_frames}
        for model in models
    }


def coloured_frames(uid, frame_idx, height=64, width=64):
    """Frames with a disc that moves across a textured ground."""
    generator = np.random.default_rng([int(uid), 3])
    ground = generator.integers(90, 160, (height // 8, width // 8, 3)).repeat(8, 0).repeat(8, 1)
    colour = generator.integers(0, 256, 3)
    rows, columns = np.mgrid[:height, :width]
    frames = []
    for index in frame_idx:
        centre = width * ((index * 0.04) % 1)
        frame = ground.copy()
        frame[(rows - height / 2) ** 2 + (columns - centre) ** 2 < (height / 6) ** 2] = colour
        frames.append(frame.astype(np.uint8))
    return frames


def training_log(seed=0, epochs=12, splits=("train", "validation")):
    generator = np.random.default_rng([seed, 4])
    rows = []
    for epoch in range(1, epochs + 1):
        for split in splits:
            lag = 1.0 if split == "train" else 1.3
            loss = 2.4 * np.exp(-epoch / (4 * lag)) + 0.1 * lag + generator.normal(scale=0.02)
            accuracy = min(1.0, np.exp(-0.6 * loss))
            count = 700 if split == "train" else 180
            rows.append((epoch, split, max(loss, 0.01), accuracy, count, epoch == epochs))
    return pd.DataFrame(rows, columns=["epoch", "split", "loss", "accuracy", "clip_count", "kept"])


def sampling_runs(
    models=("trn", "tsn"),
    samplers=("constructive", "permutation", "stratified_regression"),
    budgets=(256, 1024, 4096),
    video_count=6,
    seed=0,
):
    generator = np.random.default_rng([seed, 5])
    rows = []
    for sequences in ("16 frames", "every frame"):
        for model in models:
            for place, sampler in enumerate(samplers):
                for budget in budgets:
                    error = 10 / np.sqrt(budget) / (place + 1)
                    error = error * generator.uniform(0.7, 1.3, video_count)
                    block = pd.DataFrame({"video": np.arange(video_count)})
                    block = block.assign(
                        sequences=sequences, model=model, sampler=sampler, budget=budget
                    )
                    block["seconds"] = 1e-5 * budget * generator.uniform(0.9, 1.1, video_count)
                    if sequences == "16 frames":
                        block["error"], block["correlation"] = error, 1 / np.sqrt(1 + error**2)
                    else:
                        block["distance"], block["standard_error"] = error, 0.1 * error
                        block["efficiency_gap"] = 0.0 if place else 0.02 * error
                    rows.append(block)
    return pd.concat(rows, ignore_index=True)


METHODS = ("esv", "leave_one_out", "integrated_gradients", "mine", "uniform", "centred_gaussian")


def comparison_tables(
    models=("trn", "tsn"), methods=METHODS, n_frames=(8,), video_count=40, class_count=5, **how
):
    """Tables of clips, curves and costs of random numbers, as a comparison leaves them."""
    parts = {"clips": [], "curves": [], "costs": []}
    for model, n in product(models, n_frames):
        generator = np.random.default_rng([7, n, sum(map(ord, model))])
        label = np.arange(video_count) % class_count
        explained = ("true", "predicted") if how.get("labelled", True) else ("predicted",)
        clips, curves = [], []
        is_right = generator.random(video_count) < 0.8
        for method, of_class in product((*methods, "best_order"), explained):
            part = pd.DataFrame({"uid": [f"{video:04d}" for video in range(video_count)]})
            part = part.assign(method=method, explained=of_class, is_right=is_right)
            names = class_names(class_count)[label] if how.get("labelled", True) else np.nan
            part["class_name"] = names
            numbers = generator.random((video_count, 8))
            has_values = method != "best_order"
            columns = ["score_highest", "score_lowest", "accuracy_highest", "accuracy_lowest"]
            columns += ["mass_inside", "auroc", "average_precision", "largest_inside"]
            for place, column in enumerate(columns):
                part[column] = numbers[:, place] if place < 2 or has_values else np.nan
            clips.append(part)
            for first in ("highest", "lowest") if has_values else ():
                falling = np.linspace(1, 0.1, n + 1) ** (0.5 if first == "lowest" else 2)
                part = pd.DataFrame({"discarded": np.arange(n + 1), "score": falling})
                part = part.assign(method=method, explained=of_class, first=first)
                part["video_count"] = video_count
                part["accuracy"] = np.where(part["discarded"] < n, falling, np.nan)
                part["gain"] = part["accuracy"] - falling[0]
                for measure in ("score", "accuracy", "gain"):
                    part[f"{measure}_low"] = part[measure] - 0.05
                    part[f"{measure}_high"] = part[measure] + 0.05
                curves.append(part)
        costs = pd.DataFrame({"method": methods[:3], "timed_count": 24})
        costs = costs.assign(evaluations=[255.0, 9.0, 32.0][: len(costs)], seconds=0.001)
        for name, found in (("clips", clips), ("curves", curves), ("costs", [costs])):
            parts[name].append(pd.concat(found).assign(model=model, n_frames=n))
    return {name: pd.concat(found, ignore_index=True) for name, found in parts.items()}
