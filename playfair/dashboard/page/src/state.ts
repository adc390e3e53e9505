/** The state of the page, which is all in the address behind "#". */

export interface Panel {
  model: string;
  n: number;
  /** Which places are seen: bit i of the frame at place i. */
  mask: number;
  /** Which sampled frame stands at each place; null: as in the clip. */
  order: number[] | null;
}

export interface Filters {
  q: string;
  outcome: "" | "right" | "wrong" | "disagree";
  class: number | null;
  confused: number | null;
  /** The position of the frame with the largest value, from 0. */
  strongest: number | null;
  sort: "" | "certainty" | "uncertainty" | "disagreement" | "one" | "distracting";
}

export interface State {
  video: string | null;
  panels: Panel[];
  rival: number | null;
  show: "true" | "rival" | "diff";
  /** The values that bars show: "esv" or the name of another method. */
  values: string;
  filters: Filters;
}

export const NO_FILTERS: Filters = { q: "", outcome: "", class: null, confused: null, strongest: null, sort: "" };
export const OUTCOMES = { "": "all", right: "right", wrong: "wrong", disagree: "models disagree" };
export const SORTS = {
  "": "as listed",
  certainty: "most certain first",
  uncertainty: "least certain first",
  disagreement: "models apart first",
  one: "one frame carries it",
  distracting: "distracting frames first",
};

export const all = (n: number) => 2 ** n - 1;

export function formatHash(state: State): string {
  const parts = new URLSearchParams();
  if (state.video !== null) parts.set("video", state.video);
  parts.set("model", state.panels.map((panel) => panel.model).join(","));
  parts.set("n", state.panels.map((panel) => panel.n).join(","));
  if (state.panels.some((panel) => panel.mask !== all(panel.n)))
    parts.set("frames", state.panels.map((panel) => bits(panel)).join(","));
  if (state.panels.some((panel) => panel.order))
    parts.set("order", state.panels.map((panel) => (panel.order ?? []).join(".")).join(","));
  if (state.rival !== null) parts.set("rival", String(state.rival));
  if (state.show !== "true") parts.set("show", state.show);
  if (state.values !== "esv") parts.set("values", state.values);
  const { q, outcome, sort } = state.filters;
  if (q) parts.set("q", q);
  if (outcome) parts.set("outcome", outcome);
  if (state.filters.class !== null) parts.set("class", String(state.filters.class));
  if (state.filters.confused !== null) parts.set("confused", String(state.filters.confused));
  if (state.filters.strongest !== null) parts.set("strongest", String(state.filters.strongest + 1));
  if (sort) parts.set("sort", sort);
  return `#${parts}`;
}

const bits = ({ mask, n }: Panel) => [...Array(n).keys()].map((i) => ((mask >> i) & 1 ? "1" : "0")).join("");

export interface Known {
  models: { name: string; n_frames: number[]; why_no_order: string }[];
  uids: { has(uid: string): boolean };
  classes: number;
}

/** What an address says, with a sentence for each part that means nothing here. */
export function parseHash(hash: string, known: Known): { state: State; unknown: string[] } {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const unknown: string[] = [];
  const text = (name: string) => parts.get(name) ?? "";
  const list = (name: string) => (parts.get(name) ? text(name).split(",") : []);
  const number = (name: string, below: number) => {
    if (!parts.has(name)) return null;
    if (/^\d{1,6}$/.test(text(name)) && Number(text(name)) < below) return Number(text(name));
    unknown.push(`${name} ${text(name)}`);
    return null;
  };
  const place = (name: string, most: number) => {
    const found = number(name, most + 1);
    if (found !== 0) return found && found - 1;
    unknown.push(`${name} 0`);
    return null;
  };
  const choice = <T extends string>(name: string, allowed: string[], otherwise: T): T => {
    if (!parts.has(name)) return otherwise;
    if (allowed.includes(text(name))) return text(name) as T;
    unknown.push(`${name} ${text(name)}`);
    return otherwise;
  };
  let video = parts.get("video");
  if (video !== null && !known.uids.has(video)) {
    unknown.push(`video ${video}`);
    video = null;
  }
  const panels: Panel[] = [];
  const asked = list("model");
  const names = asked.filter((name, i) => known.models.some((model) => model.name === name) && asked.indexOf(name) === i);
  if (names.length < asked.length) unknown.push(`model ${text("model")}`);
  if (!names.length) names.push(known.models[0].name);
  for (const [place, name] of names.entries()) {
    const { n_frames: offered, why_no_order } = known.models.find((model) => model.name === name)!;
    const wanted = list("n")[place] ?? list("n")[0];
    let n = offered[offered.length - 1];
    if (wanted !== undefined) {
      if (offered.includes(Number(wanted))) n = Number(wanted);
      else unknown.push(`${wanted} frames`);
    }
    const panel: Panel = { model: name, n, mask: all(n), order: null };
    const frames = list("frames")[place];
    if (frames !== undefined) {
      if (/^[01]+$/.test(frames) && frames.length === n)
        panel.mask = [...frames].reduce((mask, bit, i) => mask + (bit === "1" ? 2 ** i : 0), 0);
      else unknown.push(`frames ${frames}`);
    }
    const order = list("order")[place];
    if (order) {
      const places = order.split(".").map(Number);
      if (isPermutation(places, n) && !why_no_order) panel.order = places;
      else unknown.push(`order ${order}`);
    }
    panels.push(panel);
  }
  const state: State = {
    video,
    panels,
    rival: number("rival", known.classes),
    show: choice("show", ["true", "rival", "diff"], "true"),
    values: text("values") || "esv",
    filters: {
      q: text("q"),
      outcome: choice("outcome", Object.keys(OUTCOMES), ""),
      class: number("class", known.classes),
      confused: number("confused", known.classes),
      strongest: place("strongest", panels[0].n),
      sort: choice("sort", Object.keys(SORTS), ""),
    },
  };
  return { state, unknown };
}

export function isPermutation(places: number[], n: number): boolean {
  return places.length === n && [...places].sort((a, b) => a - b).every((value, i) => value === i);
}

/** The panel with the frame at one place moved to another; whether it is seen moves with it. */
export function moved(panel: Panel, from: number, to: number): Panel {
  const order = [...(panel.order ?? Array(panel.n).keys())];
  const seen = order.map((_, i) => (panel.mask >> i) & 1);
  order.splice(to, 0, ...order.splice(from, 1));
  seen.splice(to, 0, ...seen.splice(from, 1));
  return arranged(panel, order, seen);
}

export function arranged(panel: Panel, order: number[], seen: number[]): Panel {
  const mask = seen.reduce((sum, bit, i) => sum + (bit ? 2 ** i : 0), 0);
  return { ...panel, mask, order: order.every((frame, i) => frame === i) ? null : order };
}

export function reversed(panel: Panel): Panel {
  const order = [...(panel.order ?? Array(panel.n).keys())].reverse();
  const seen = order.map((_, i) => (panel.mask >> (panel.n - 1 - i)) & 1);
  return arranged(panel, order, seen);
}
