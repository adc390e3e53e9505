/** Arrays of numbers as they are sent, see playfair/dashboard/packing.py and packed_tables.py. */

import { count } from "./lattice";

/** Base64 of little-endian bytes, or a part of a file; numbers in steps where it says the largest. */
export type Packed = string | { part: ArrayBuffer; largest?: number };

function bytes(packed: Packed): ArrayBuffer {
  if (typeof packed !== "string") return packed.part;
  const binary = atob(packed);
  const array = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) array[i] = binary.charCodeAt(i);
  return array.buffer;
}

const LEVELS = 16383;
const ESCAPE = 0xe000;

export const uint8 = (packed: Packed) => new Uint8Array(bytes(packed));
export const uint16 = (packed: Packed) => new Uint16Array(bytes(packed));
export const int16 = (packed: Packed) => new Int16Array(bytes(packed));

export function float32(packed: Packed): Float32Array {
  if (typeof packed === "string" || packed.largest === undefined) return new Float32Array(bytes(packed));
  const { largest } = packed;
  return Float32Array.from(new Int16Array(joined(packed).buffer), (steps) => (steps < -LEVELS ? NaN : (steps / LEVELS) * largest));
}

/** Numbers of 16 bits whose upper bytes were sent before the lower ones. */
export function joined(packed: Packed): Uint16Array {
  const halves = uint8(packed);
  const length = halves.length / 2;
  return Uint16Array.from({ length }, (_, i) => halves[i] * 256 + halves[length + i]);
}

/** Numbers of 0 to 1 that were sent in 16 bits. */
export function shares(packed: Packed): Float32Array {
  return Float32Array.from(uint16(packed), (q) => q / 65535);
}

/** Numbers that divide a range evenly. */
export function inRange(steps: ArrayLike<number>, [low, high]: [number, number]): Float32Array {
  return Float32Array.from(steps, (step) => low + (step / LEVELS) * (high - low));
}

/** Scores (2^n x K) in steps, of which came how far they are from those that sets of a frame less lead to expect. */
export function scoreSteps(packed: Packed, size: number): Uint16Array {
  const sent = joined(packed);
  const steps = new Uint16Array(sent.length);
  const rows = sent.length / size;
  // Of the classes and of all others together.
  const logs = Array.from({ length: rows }, () => new Float64Array(size + 1));
  const means = logs.map(() => new Float64Array(size + 1));
  const odds = new Float64Array(size + 1);
  const sets = [...Array(rows).keys()].sort((a, b) => count(a) - count(b) || a - b);
  sets.forEach((mask, place) => {
    odds.fill(0);
    for (let frame = 1; frame <= mask; frame *= 2)
      if (mask & frame)
        for (let k = 0; k <= size; k++) {
          means[mask][k] += logs[mask ^ frame][k];
          odds[k] += means[mask ^ frame][k];
        }
    const seen = count(mask) || 1;
    let sum = 0;
    for (let k = 0; k <= size; k++) {
      means[mask][k] /= seen;
      sum += odds[k] = Math.exp(means[mask][k] + (means[mask][k] - odds[k] / seen) / 2);
    }
    let others = LEVELS;
    for (let k = 0; k < size; k++) {
      const surprise = sent[place * size + k];
      const step = Math.floor((LEVELS * odds[k]) / sum + 0.5) + (surprise % 2 ? -(surprise + 1) / 2 : surprise / 2);
      steps[mask * size + k] = step;
      others -= step;
      logs[mask][k] = Math.log(Math.max(step, 0.5));
    }
    logs[mask][size] = Math.log(Math.max(others, 0.5));
  });
  return steps;
}

/** Bytes, two in a unit of the text; a unit behind ESCAPE has its highest bit turned. */
function textBytes(text: string, length: number): Uint8Array {
  const units = new Uint16Array(Math.ceil(length / 2));
  for (let i = 0, at = 0; at < units.length; i++) {
    const unit = text.charCodeAt(i);
    units[at++] = unit === ESCAPE ? text.charCodeAt(++i) ^ 0x8000 : unit;
  }
  return new Uint8Array(units.buffer, 0, length);
}

/** What a file hands over: JSON, and behind it the bytes that it tells the places of. */
export async function unpacked<T>(text: string, length: number): Promise<T> {
  const compressed = new Blob([textBytes(text, length) as BlobPart]);
  const whole = await new Response(compressed.stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer();
  const start = 4 + new DataView(whole).getUint32(0, true);
  const json = new TextDecoder().decode(whole.slice(4, start));
  return JSON.parse(json, (_, value) => {
    if (!Array.isArray(value?.bytes)) return value;
    const [first, count] = value.bytes;
    return { part: whole.slice(start + first, start + first + count), largest: value.largest };
  });
}
