/** Arrays of numbers as they are sent, see playfair/dashboard/packing.py. */

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

export const uint8 = (packed: Packed) => new Uint8Array(bytes(packed));
export const uint16 = (packed: Packed) => new Uint16Array(bytes(packed));
export const int16 = (packed: Packed) => new Int16Array(bytes(packed));

export function float32(packed: Packed): Float32Array {
  if (typeof packed === "string" || packed.largest === undefined) return new Float32Array(bytes(packed));
  const { largest } = packed;
  return Float32Array.from(new Int16Array(joined(packed).buffer), (steps) => (steps < -LEVELS ? NaN : (steps / LEVELS) * largest));
}

/** Numbers of 16 bits whose upper bytes were sent before the lower ones. */
function joined(packed: Packed): Uint16Array {
  const halves = uint8(packed);
  const count = halves.length / 2;
  return Uint16Array.from({ length: count }, (_, i) => halves[i] * 256 + halves[count + i]);
}

/** Numbers of 0 to 1 that were sent in 16 bits. */
export function shares(packed: Packed): Float32Array {
  return Float32Array.from(uint16(packed), (q) => q / 65535);
}

/** Numbers (K x M) that divide a range evenly, as (M x K). */
export function planes(packed: Packed, size: number, [low, high]: [number, number]): Float32Array {
  const found = joined(packed);
  const rows = found.length / size;
  const numbers = new Float32Array(found.length);
  for (let i = 0; i < found.length; i++)
    numbers[(i % rows) * size + Math.floor(i / rows)] = low + (found[i] / LEVELS) * (high - low);
  return numbers;
}

/** Bytes of which each character holds 15 bits. */
function undensed(text: string, length: number): Uint8Array {
  const found = new Uint8Array(length);
  let [held, bits, at] = [0, 0, 0];
  for (let i = 0; i < text.length; i++) {
    held = ((held << 15) | (text.charCodeAt(i) - 0x3000)) & 0x3fffff;
    for (bits += 15; bits >= 8 && at < length; bits -= 8) found[at++] = held >> (bits - 8);
  }
  return found;
}

/** What a file hands over: JSON, and behind it the bytes that it tells the places of. */
export async function unpacked<T>(text: string, length: number): Promise<T> {
  const compressed = new Blob([undensed(text, length) as BlobPart]);
  const whole = await new Response(compressed.stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer();
  const start = 4 + new DataView(whole).getUint32(0, true);
  const json = new TextDecoder().decode(whole.slice(4, start));
  return JSON.parse(json, (_, value) => {
    if (!Array.isArray(value?.bytes)) return value;
    const [first, count] = value.bytes;
    return { part: whole.slice(start + first, start + first + count), largest: value.largest };
  });
}
