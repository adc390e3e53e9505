/** Arrays of numbers from base64 of their little-endian bytes. */

function bytes(text: string): ArrayBuffer {
  const binary = atob(text);
  const array = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) array[i] = binary.charCodeAt(i);
  return array.buffer;
}

export const float32 = (text: string) => new Float32Array(bytes(text));
export const uint16 = (text: string) => new Uint16Array(bytes(text));
export const int16 = (text: string) => new Int16Array(bytes(text));

/** Numbers of 0 to 1 that were sent in 16 bits. */
export function shares(text: string): Float32Array {
  return Float32Array.from(uint16(text), (q) => q / 65535);
}
