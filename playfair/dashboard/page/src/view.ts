/** What one panel shows: scores, values and sets of one model on one clip, as far as is known. */

import type { Clips } from "./clips";
import { count, esvs, interactions, necessary, sufficient } from "./lattice";
import { all, type Panel, type State } from "./state";
import type { Table, Values, Video } from "./types";
import { inUnit, listing, quoted, type Unit } from "./words";

export interface View {
  panel: Panel;
  title: string;
  /** What scores, prior and values are in. */
  unit: Unit;
  frameIdx: number[];
  elements: number[][] | null;
  label: number;
  /** The class that is explained: the true one or, without a label, the one that is predicted. */
  explained: number;
  /** -1 where there is no other class. */
  rival: number;
  predicted: number;
  predictedScore: number;
  /** What all frames in this order predict. */
  whole: number;
  /** Score of a class now, NaN where it is not known. */
  score(classIdx: number): number;
  prior(classIdx: number): number;
  /** Values of the places for a class, null where they are not known. */
  values(classIdx: number): Float64Array | null;
  error(classIdx: number): Float64Array | null;
  table: Table | null;
  /** Whether values of another method are shown, which need not add up. */
  foreign: boolean;
  changed: boolean;
  pending: boolean;
}

function column(table: Table, classIdx: number): Float32Array | null {
  const place = table.classIdx.indexOf(classIdx);
  if (place < 0) return null;
  const size = table.classIdx.length;
  const found = new Float32Array(table.topScore.length);
  for (let mask = 0; mask < found.length; mask++) found[mask] = table.scores[mask * size + place];
  return found;
}

const columns = new WeakMap<Table, Map<number, Float32Array | null>>();
export function columnOf(table: Table, classIdx: number): Float32Array | null {
  let known = columns.get(table);
  if (!known) columns.set(table, (known = new Map()));
  if (!known.has(classIdx)) known.set(classIdx, column(table, classIdx));
  return known.get(classIdx) ?? null;
}

function best(scores: Float32Array, but = -1): number {
  let found = -1;
  for (let i = 0; i < scores.length; i++)
    if (i !== but && (found < 0 || scores[i] > scores[found])) found = i;
  return found;
}

export function makeView(clips: Clips, video: Video, state: State, panel: Panel, table: Table | null): View | null {
  const stored: Values | undefined = video.models[panel.model]?.[panel.n];
  if (!stored) return null;
  const { n, mask, order } = panel;
  const seenAll = mask === all(n);
  const plain = seenAll && !order;
  const classes = clips.className.length;
  const prior = clips.prior[panel.model];
  const storedBest = best(stored.scores);
  const whole = plain || !table ? storedBest : table.top[all(n)];
  const explained = video.label >= 0 ? video.label : whole;
  const method = plain ? video.methods[panel.model]?.[state.values]?.[n] : undefined;
  const places = [...(order ?? Array(n).keys())];

  const scoreOf = (classIdx: number): number => {
    if (plain) return stored.scores[classIdx];
    if (!table) return NaN;
    if (table.top[mask] === classIdx) return table.topScore[mask];
    return columnOf(table, classIdx)?.[mask] ?? NaN;
  };
  const predicted = plain ? storedBest : table ? table.top[mask] : storedBest;
  let rival = state.rival ?? -1;
  if (rival < 0 || rival === explained) {
    const scores = Float32Array.from({ length: classes }, (_, i) => {
      const known = scoreOf(i);
      return Number.isNaN(known) ? -Infinity : known;
    });
    rival = best(scores, explained);
  }
  const cache = new Map<number, Float64Array | null>();
  const values = (classIdx: number): Float64Array | null => {
    if (cache.has(classIdx)) return cache.get(classIdx)!;
    let found: Float64Array | null = null;
    if (method) {
      const place = method.classIdx.indexOf(classIdx);
      found = place < 0 ? null : Float64Array.from({ length: n }, (_, i) => method.value[i * 2 + place]);
    } else if (plain) {
      found = Float64Array.from({ length: n }, (_, i) => stored.esv[i * classes + classIdx]);
    } else if (table) {
      const scores = columnOf(table, classIdx);
      found = scores && esvs(scores, n, mask);
    }
    cache.set(classIdx, found);
    return found;
  };
  const about = clips.models.find((model) => model.name === panel.model)!;
  return {
    panel,
    title: about.title,
    unit: about.score,
    frameIdx: places.map((i) => stored.frameIdx[i]),
    elements: stored.elements && places.map((i) => stored.elements![i]),
    label: video.label,
    explained,
    rival,
    predicted,
    predictedScore: scoreOf(predicted),
    whole,
    score: scoreOf,
    prior: (classIdx) => prior[classIdx],
    values,
    error: (classIdx) =>
      plain && !method && stored.se
        ? Float64Array.from({ length: n }, (_, i) => stored.se![i * classes + classIdx])
        : null,
    table,
    foreign: Boolean(method),
    changed: !plain,
    pending: !plain && !table,
  };
}

/** The values, scores and prior that bars and waterfall show: of a class, or of a difference. */
export function shownValues(view: View, asked: State["show"]) {
  const show = view.rival < 0 ? "true" : asked;
  const one = show === "rival" ? view.rival : view.explained;
  const values = view.values(one);
  if (show !== "diff")
    return { values, error: view.error(one), prior: view.prior(one), score: view.score(one) };
  const other = view.values(view.rival);
  return {
    values: values && other && values.map((x, i) => x - other[i]),
    error: null,
    prior: view.prior(one) - view.prior(view.rival),
    score: view.score(one) - view.score(view.rival),
  };
}

/** Works out all that is drawn of a view, for what is kept of it. */
export function answered(view: View, show: State["show"]): void {
  shownValues(view, show);
  besideValues(view, show);
  pairsOf(view, show);
}

/** The values that stand beside those of the true class: the rival's. */
export function besideValues(view: View, show: State["show"]): Float64Array | null {
  return show === "true" && view.rival >= 0 ? view.values(view.rival) : null;
}

export function pairsOf(view: View, asked: State["show"]): Float64Array | null {
  const { table, panel } = view;
  if (!table) return null;
  const show = view.rival < 0 ? "true" : asked;
  const one = columnOf(table, show === "rival" ? view.rival : view.explained);
  if (!one) return null;
  if (show !== "diff") return interactions(one, panel.n, panel.mask);
  const other = columnOf(table, view.rival);
  return other && interactions(one.map((x, i) => x - other[i]), panel.n, panel.mask);
}

/** Masks of the fewest frames that keep the answer, and of those whose loss changes it. */
export function setsOf(table: Table): { keep: number; change: number } {
  const scores = columnOf(table, table.top[all(table.n)]) ?? table.topScore;
  return { keep: sufficient(table.top, scores, table.n), change: necessary(table.top, scores, table.n) };
}

/** The answer in words. */
export function sentence(view: View, className: string[]): string {
  const { panel, title, predicted, explained, label } = view;
  if (view.pending) return `${title} is being asked …`;
  const off = [...Array(panel.n).keys()].filter((i) => !((panel.mask >> i) & 1));
  const seen = panel.n - off.length;
  const ways: string[] = [];
  if (off.length && seen === 0) ways.push("without any frame");
  else if (off.length && off.length <= seen) ways.push(`without ${off.length > 1 ? "frames" : "frame"} ${listing(off.map((i) => i + 1))}`);
  else if (off.length) {
    const on = [...Array(panel.n).keys()].filter((i) => (panel.mask >> i) & 1).map((i) => i + 1);
    ways.push(`with only ${on.length > 1 ? "frames" : "frame"} ${listing(on)}`);
  }
  if (panel.order) ways.push(panel.order.every((frame, i) => frame === panel.n - 1 - i) ? "backwards" : "in another order");
  const how = ways.join(", ");
  const said = `${quoted(className[predicted])} ${inUnit(view.predictedScore, view.unit)}`;
  const start = how ? `${how[0].toUpperCase()}${how.slice(1)}, ${title}` : title;
  const turned = how && predicted !== view.whole ? "now says" : how ? "still says" : "says";
  if (seen === 0) return `${start} knows only how frequent classes are: ${said}`;
  if (label < 0) return `${start} ${turned} ${said}`;
  if (predicted === label) return `${start} ${turned} ${said} ✓ right`;
  return `${start} ${turned} ${said} ✗ true: ${quoted(className[explained])} ${inUnit(view.score(explained), view.unit)}`;
}

export const seenCount = (panel: Panel) => count(panel.mask);
