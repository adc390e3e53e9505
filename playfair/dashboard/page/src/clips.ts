/** The clips of the index: filters and sorts over all of them. */

import { float32, int16, shares, uint16 } from "./packing";
import type { ModelAbout, PackedIndex, PackedOutcomes } from "./types";
import type { Filters } from "./state";

export interface Outcomes {
  predicted: Int16Array;
  score: Float32Array;
  trueScore: Float32Array;
  distraction: Float32Array;
  largest: Float32Array;
  /** The position with the largest value. */
  strongest: Uint16Array;
  byClass: Float32Array;
}

export interface Clips {
  dataset: string;
  models: ModelAbout[];
  prior: Record<string, Float32Array>;
  className: string[];
  uid: string[];
  position: Map<string, number>;
  /** Positions of the clips of which there are no pictures. */
  noFrames: Set<number>;
  label: Int16Array;
  length: Uint16Array;
  uploads: PackedIndex["uploads"] | null;
  /** By model, then by number of frames, as far as they have been asked for. */
  outcomes: Record<string, Record<number, Outcomes>>;
  /** What a search looks in, for each clip. */
  words: string[];
}

export function unpackOutcomes(packed: PackedOutcomes): Outcomes {
  return {
    predicted: int16(packed.predicted),
    score: shares(packed.score),
    trueScore: shares(packed.true_score),
    distraction: shares(packed.distraction),
    largest: shares(packed.largest),
    strongest: uint16(packed.strongest),
    byClass: float32(packed.by_class),
  };
}

export function takeOutcomes(clips: Clips, packed: Record<string, Record<string, PackedOutcomes>>) {
  for (const [model, byN] of Object.entries(packed))
    for (const [n, outcomes] of Object.entries(byN))
      (clips.outcomes[model] ??= {})[Number(n)] ??= unpackOutcomes(outcomes);
}

export function unpackIndex(packed: PackedIndex): Clips {
  const label = int16(packed.label);
  const className = packed.class_name;
  const clips: Clips = {
    dataset: packed.dataset,
    models: packed.models,
    prior: Object.fromEntries(packed.models.map((model) => [model.name, float32(model.prior)])),
    className,
    uid: packed.uid,
    position: new Map(packed.uid.map((uid, i) => [uid, i])),
    noFrames: new Set(packed.no_frames),
    label,
    length: uint16(packed.length),
    uploads: packed.uploads ?? null,
    outcomes: {},
    words: packed.uid.map((uid, i) => `${uid} ${className[label[i]] ?? ""}`.toLowerCase()),
  };
  takeOutcomes(clips, packed.outcomes);
  return clips;
}

/** The outcomes of a model at n frames, or at the next known number of frames. */
export function outcomesOf(clips: Clips, model: string, n: number): Outcomes {
  const known = clips.outcomes[model];
  return known[n] ?? known[Math.max(...Object.keys(known).map(Number))];
}

/** Positions of the clips that pass the filters, sorted; by the first model's outcomes. */
export function listed(clips: Clips, filters: Filters, shown: Outcomes[], others: Outcomes[]): Uint32Array {
  const [first] = shown;
  const { label, words } = clips;
  const wanted = filters.q.toLowerCase().split(/\s+/).filter(Boolean);
  const found: number[] = [];
  const compared = shown.length > 1 ? shown : others;
  for (let i = 0; i < label.length; i++) {
    if (filters.class !== null && label[i] !== filters.class) continue;
    if (filters.confused !== null && first.predicted[i] !== filters.confused) continue;
    if (filters.strongest !== null && (first.predicted[i] < 0 || first.strongest[i] !== filters.strongest)) continue;
    if (filters.outcome === "right" && first.predicted[i] !== label[i]) continue;
    if (filters.outcome === "wrong" && (label[i] < 0 || first.predicted[i] === label[i])) continue;
    if (filters.outcome === "disagree" && compared.every((one) => one.predicted[i] === first.predicted[i])) continue;
    if (wanted.length && !wanted.every((word) => words[i].includes(word))) continue;
    found.push(i);
  }
  const positions = Uint32Array.from(found);
  const key = sortKey(filters.sort, first, compared);
  if (!key) return positions;
  const values = Float64Array.from(label, (_, i) => key(i));
  return positions.sort((a, b) => values[a] - values[b] || a - b);
}

function sortKey(sort: Filters["sort"], first: Outcomes, compared: Outcomes[]) {
  switch (sort) {
    case "certainty":
      return (i: number) => -first.score[i];
    case "uncertainty":
      return (i: number) => first.score[i];
    case "one":
      return (i: number) => -first.largest[i];
    case "distracting":
      return (i: number) => -first.distraction[i];
    case "disagreement":
      return (i: number) => -Math.max(...compared.map((one) => apart(one, first, i)));
    default:
      return null;
  }
}

/** How far two models are apart on a clip: by their true scores, and more if they say other classes. */
function apart(one: Outcomes, other: Outcomes, i: number): number {
  return Math.abs(one.trueScore[i] - other.trueScore[i]) + (one.predicted[i] === other.predicted[i] ? 0 : 1);
}

/** How often each class (row) is taken for each (column): (C x C). */
export function confusion(clips: Clips, outcomes: Outcomes): Uint32Array {
  const size = clips.className.length;
  const counts = new Uint32Array(size * size);
  for (let i = 0; i < clips.label.length; i++)
    if (clips.label[i] >= 0 && outcomes.predicted[i] >= 0)
      counts[clips.label[i] * size + outcomes.predicted[i]]++;
  return counts;
}
