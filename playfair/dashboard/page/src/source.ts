/** Where results come from: the API, or the files that an export has written beside the page. */

import { float32, inRange, joined, scoreSteps, uint16, uint8, unpacked } from "./packing";
import { makeSheet, pictureAddress, type PackedSheet, type Sheet } from "./sheet";
import type {
  EveryFrame, PackedIndex, PackedOutcomes, PackedTable, PackedValues, PackedVideo, Table, Values, Video,
} from "./types";

export interface Source {
  files: boolean;
  index(): Promise<PackedIndex>;
  outcomes(n: number): Promise<Record<string, Record<string, PackedOutcomes>>>;
  video(uid: string): Promise<Video>;
  /** A video that has come before. */
  known(uid: string): Video | undefined;
  /** Raises an Error with a sentence where there is no such table. */
  table(model: string, n: number, uid: string, order: number[] | null, classes: number[]): Promise<Table>;
  frame(uid: string, k: number): string;
  clip(uid: string): string;
  /** Whether no tables of this clip can be had but those that are kept. */
  fixed(uid: string): boolean;
  /** Has a clip of the visitor's explained, which then is one of the clips that can be asked for. */
  explain(clip: File): Promise<OwnClip>;
}

/** A clip of the visitor's: explained by the server, kept by the page alone. */
export interface OwnClip {
  uid: string;
  /** By model, why it says nothing of this clip. */
  leftOut: Record<string, string>;
}

function values(packed: PackedValues): Values {
  return {
    n: packed.frame_idx.length,
    frameIdx: packed.frame_idx,
    elements: packed.element_frame_idx ?? null,
    scores: float32(packed.scores),
    esv: float32(packed.esv),
    se: packed.esv_se ? float32(packed.esv_se) : null,
  };
}

function everyFrame(packed: PackedValues): EveryFrame {
  return { ...values(packed), classIdx: packed.class_idx ?? [], method: packed.method ?? "" };
}

function mapped<A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

export function unpackVideo(packed: PackedVideo): Video {
  return {
    ...packed,
    truth: packed.truth ?? [],
    models: mapped(packed.models, (byN) => mapped(byN, values)),
    methods: mapped(packed.methods, (byMethod) =>
      mapped(byMethod, (byN) =>
        mapped(byN, (found) => ({ classIdx: found.class_idx, value: float32(found.value) })))),
    everyFrame: mapped(packed.every_frame, everyFrame),
  };
}

export function unpackTable(packed: PackedTable): Table {
  const { class_idx: classIdx, frame_idx: frameIdx, top_score: topScore } = packed;
  const size = classIdx.length;
  const { range } = packed;
  const scores = range ? inRange(scoreSteps(packed.scores, size), range) : float32(packed.scores);
  const about = { n: frameIdx.length, frameIdx, classIdx, scores };
  if (topScore !== undefined)
    return { ...about, top: uint16(packed.top), topScore: range ? inRange(joined(topScore), range) : float32(topScore) };
  const places = uint8(packed.top);
  return {
    ...about,
    top: Uint16Array.from(places, (place) => classIdx[place]),
    topScore: Float32Array.from(places, (place, mask) => scores[mask * size + place]),
  };
}

/** The table of the same frames in another order, of a model that tells no order apart. */
function arrangedTable(table: Table, order: number[]): Table {
  const size = table.classIdx.length;
  const scores = new Float32Array(table.scores.length);
  const top = new Uint16Array(table.top.length);
  const topScore = new Float32Array(table.top.length);
  for (let mask = 0; mask < top.length; mask++) {
    const own = order.reduce((sum, frame, place) => sum | (((mask >> place) & 1) << frame), 0);
    scores.set(table.scores.subarray(own * size, (own + 1) * size), mask * size);
    top[mask] = table.top[own];
    topScore[mask] = table.topScore[own];
  }
  return { ...table, frameIdx: order.map((frame) => table.frameIdx[frame]), scores, top, topScore };
}

/** Keeps the last `most` answers, and asks once for what is asked for twice. */
function remembered<T>(most: number, ask: (key: string) => Promise<T>) {
  const kept = new Map<string, { answer: Promise<T>; value?: T }>();
  const get = (key: string) => {
    const known = kept.get(key);
    if (known) {
      kept.delete(key);
      kept.set(key, known);
      return known.answer;
    }
    const asked: { answer: Promise<T>; value?: T } = { answer: ask(key) };
    kept.set(key, asked);
    asked.answer.then((value) => (asked.value = value), () => kept.delete(key));
    if (kept.size > most) kept.delete(kept.keys().next().value as string);
    return asked.answer;
  };
  return Object.assign(get, { known: (key: string) => kept.get(key)?.value });
}

async function fetched<T>(address: string, how: RequestInit = {}): Promise<T> {
  const answer = await fetch(address, how);
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error);
  return said;
}

export function apiSource(): Source {
  const uidPart = encodeURIComponent;
  const video = remembered(60, async (uid) =>
    unpackVideo(await fetched<PackedVideo>(`api/video/${uidPart(uid)}`)));
  // One table at a time is what the server makes for a client.
  let last: Promise<unknown> = Promise.resolve();
  const table = remembered(40, (address) => {
    const next = last.then(async () => unpackTable(await fetched<PackedTable>(address)));
    last = next.catch(() => null);
    return next;
  });
  let own: OwnFile | null = null;
  const isOwn = (uid: string) => own?.video.uid === uid;
  return {
    files: false,
    index: () => fetched<PackedIndex>("api/index"),
    outcomes: (n) => fetched(`api/index?n=${n}`),
    video: async (uid) => (own && isOwn(uid) ? unpackVideo(own.video) : video(uid)),
    known: video.known,
    table: async (model, n, uid, order, classes) => {
      if (own && isOwn(uid))
        return keptTable(own, model, n, order, "Of a clip of your own, its order and its reverse are known only.");
      const asked = [order && `order=${order}`, classes.length && `classes=${classes}`].filter(Boolean);
      const query = asked.length ? `?${asked.join("&")}` : "";
      return table(`api/table/${encodeURIComponent(model)}/${n}/${uidPart(uid)}${query}`);
    },
    frame: (uid, k) => (own && isOwn(uid) ? own.frames[k] : `frame/${uidPart(uid)}/${k}.jpg`),
    clip: (uid) => `clip/${uidPart(uid)}.webm`,
    fixed: isOwn,
    explain: async (clip) => {
      const found = await fetched<OwnFile & { left_out: Record<string, string> }>("api/explain", { method: "POST", body: clip });
      const uid = `${clip.name} (yours)`;
      own = { ...found, video: { ...found.video, uid } };
      return { uid, leftOut: found.left_out };
    },
  };
}

/** What is kept of a clip where nothing more can be asked for. */
interface KeptOfVideo {
  video: PackedVideo;
  tables: Record<string, PackedTable>;
}

/** Of a clip of the visitor's, with the addresses of its frames. */
interface OwnFile extends KeptOfVideo {
  frames: Record<number, string>;
}

/** Of a clip of an exported page. */
interface FileOfVideo extends KeptOfVideo {
  frames: PackedSheet | null;
}

function keptTable({ tables }: KeptOfVideo, model: string, n: number, order: number[] | null, noOrder: string): Table {
  const found = tables[[model, n, ...(order ? [order.join(".")] : [])].join("/")];
  if (found) return unpackTable(found);
  const own = tables[`${model}/${n}`];
  if (order && own?.any_order) return arrangedTable(unpackTable(own), order);
  throw new Error(order ? noOrder : "What the model says without some of these frames is not kept.");
}

/** Files are scripts that hand over what they hold: a page from disk may read nothing else. */
export function fileSource(): Source {
  type Given = [length: number, text: string];
  const waiting = new Map<string, (value: Given) => void>();
  const early = new Map<string, Given>();
  (window as unknown as Record<string, unknown>).PlayFairData = (name: string, ...value: Given) => {
    const take = waiting.get(name);
    if (take) take(value);
    else early.set(name, value);
  };
  const given = <T,>(name: string, path?: string) =>
    new Promise<Given>((resolve, reject) => {
      if (early.has(name)) return resolve(early.get(name)!);
      waiting.set(name, resolve);
      if (!path) return;
      const script = document.createElement("script");
      script.src = path;
      script.onerror = () => reject(new Error("A file of this page is missing."));
      document.head.append(script);
    }).then(([length, text]) => unpacked<T>(text, length));
  let position = new Map<string, number>();
  let index: PackedIndex;
  let thumbnails: string[] = [];
  const sheets = new Map<string, Sheet>();
  const file = remembered(1000, async (uid) => {
    const number = position.get(uid);
    if (number === undefined) throw new Error("This video is not among those of this page.");
    const found = await given<FileOfVideo>(`v${number}`, `data/v${number}.js`);
    if (found.frames) sheets.set(uid, await makeSheet(found.frames));
    return found;
  });
  const opened = remembered(1000, async (uid) => unpackVideo((await file(uid)).video));
  return {
    files: true,
    index: async () => {
      index = await given<PackedIndex>("index");
      position = new Map(index.uid.map((uid, i) => [uid, i]));
      thumbnails = (index.thumbnails ?? []).map(pictureAddress);
      return index;
    },
    outcomes: async () => index.outcomes,
    video: opened,
    known: opened.known,
    table: async (model, n, uid, order) =>
      keptTable(await file(uid), model, n, order, "These files hold the clip's own order and its reverse only: other orders need `playfair serve`."),
    frame: (uid, k) => sheets.get(uid)?.frame(k) ?? thumbnails[position.get(uid) ?? -1] ?? "data:,",
    clip: (uid) => `clips/${position.get(uid)}.webm`,
    fixed: () => true,
    explain: async () => {
      throw new Error("These are files, which explain no further clips: `playfair serve --allow-uploads` does.");
    },
  };
}
