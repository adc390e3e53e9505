/** What the API and the exported files send; see playfair/dashboard/video_index.py and tables.py. */

import type { Packed } from "./packing";
import type { Unit } from "./words";

export interface ModelAbout {
  name: string;
  title: string;
  n_frames: number[];
  method: string;
  /** The unit of scores, prior and values. */
  score: Unit;
  /** By number of frames, why none can be switched off. */
  why_no_table: Record<number, string>;
  why_no_order: string;
  prior: Packed;
}

export interface PackedOutcomes {
  predicted: Packed;
  score: Packed;
  true_score: Packed;
  distraction: Packed;
  largest: Packed;
  strongest: Packed;
  by_class: Packed;
}

export interface PackedIndex {
  dataset: string;
  models: ModelAbout[];
  class_name: string[];
  uid: string[];
  no_frames: number[];
  label: Packed;
  length: Packed;
  outcomes: Record<string, Record<string, PackedOutcomes>>;
  thumbnails?: Packed[];
  /** How large a clip of the visitor's may be, where any is taken. */
  uploads?: { bytes: number } | null;
}

export interface PackedValues {
  frame_idx: number[];
  element_frame_idx?: number[][];
  scores: Packed;
  esv: Packed;
  esv_se?: Packed;
  class_idx?: number[];
  method?: string;
}

export interface PackedVideo {
  uid: string;
  label: number;
  length: number;
  fps: number | null;
  frames: boolean;
  clip: boolean;
  truth: number[][] | null;
  models: Record<string, Record<string, PackedValues>>;
  methods: Record<string, Record<string, Record<string, { class_idx: number[]; value: Packed }>>>;
  every_frame: Record<string, PackedValues>;
}

export interface PackedTable {
  frame_idx: number[];
  class_idx: number[];
  bits: 14 | 32;
  /** Of scores in 14 bits, the lowest and the highest that there may be. */
  range?: [number, number];
  scores: Packed;
  /** Predicted classes or, without their scores, their places in class_idx. */
  top: Packed;
  top_score?: Packed;
  /** Whether the same scores belong to the frames in any order. */
  any_order?: boolean;
}

/** Values of one video by one model at n frames: scores (C), esv (n x C), se (n x C) or null. */
export interface Values {
  n: number;
  frameIdx: number[];
  elements: number[][] | null;
  scores: Float32Array;
  esv: Float32Array;
  se: Float32Array | null;
}

/** Scores of all subsets by mask: scores (2^n x K) of the classes classIdx (K). */
export interface Table {
  n: number;
  frameIdx: number[];
  classIdx: number[];
  scores: Float32Array;
  top: Uint16Array;
  topScore: Float32Array;
}

export interface EveryFrame {
  frameIdx: number[];
  classIdx: number[];
  scores: Float32Array;
  esv: Float32Array;
  se: Float32Array | null;
  method: string;
}

export interface Video {
  uid: string;
  label: number;
  length: number;
  fps: number | null;
  frames: boolean;
  clip: boolean;
  truth: number[][];
  models: Record<string, Record<number, Values>>;
  methods: Record<string, Record<string, Record<number, { classIdx: number[]; value: Float32Array }>>>;
  everyFrame: Record<string, EveryFrame>;
}
