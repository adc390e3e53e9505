/** What the API and the exported files send; see playfair/dashboard/video_index.py and tables.py. */

export interface ModelAbout {
  name: string;
  title: string;
  n_frames: number[];
  method: string;
  why_no_table: string;
  prior: string;
}

export interface PackedOutcomes {
  predicted: string;
  score: string;
  true_score: string;
  distraction: string;
  largest: string;
  strongest: string;
  by_class: string;
}

export interface PackedIndex {
  dataset: string;
  models: ModelAbout[];
  class_name: string[];
  uid: string[];
  no_frames: number[];
  label: string;
  length: string;
  outcomes: Record<string, Record<string, PackedOutcomes>>;
  thumbnails?: string[];
  /** How large a clip of the visitor's may be, where any is taken. */
  uploads?: { bytes: number } | null;
}

export interface PackedValues {
  frame_idx: number[];
  element_frame_idx?: number[][];
  scores: string;
  esv: string;
  esv_se?: string;
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
  methods: Record<string, Record<string, Record<string, { class_idx: number[]; value: string }>>>;
  every_frame: Record<string, PackedValues>;
}

export interface PackedTable {
  frame_idx: number[];
  class_idx: number[];
  bits: 16 | 32;
  scores: string;
  /** Predicted classes or, without their scores, their places in class_idx. */
  top: string;
  top_score?: string;
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
