/** Arrays of numbers from base64 of their little-endian bytes. */

function bytes(text: string): ArrayBuffer {
  const binary = atob(text);
  const array = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) array[i] = binary.charCodeAt(i);
  return array.buffer;
}

export const uint8 = (text: string) => new Uint8Array(bytes(text));
export const float32 = (text: string) => new Float32Array(bytes(text));
export const uint16 = (text: string) => new Uint16Array(bytes(text));
export const int16 = (text: string) => new Int16Array(bytes(text));

/** Numbers of 0 to 1 that were sent in 16 bits. */
export function shares(text: string): Float32Array {
  return Float32Array.from(uint16(text), (q) => q / 65535);
}

/** The same (K x M), the upper bytes of all numbers before the lower ones, as (M x K). */
export function planes(text: string, size: number): Float32Array {
  const found = uint8(text);
  const count = found.length / 2;
  const rows = count / size;
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++)
    numbers[(i % rows) * size + Math.floor(i / rows)] = (found[i] * 256 + found[count + i]) / 65535;
  return numbers;
}

/** What was sent as base64 of compressed JSON. */
export function inflated<T>(text: string): Promise<T> {
  const whole = new Blob([bytes(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(whole).json();
}
