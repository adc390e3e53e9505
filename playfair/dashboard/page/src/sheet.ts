/** The frames of a clip of an exported page: one picture of all, from which each is cut. */

import { uint8, type Packed } from "./packing";

/** Frames frame_idx, row by row in columns of equal size. */
export interface PackedSheet {
  frame_idx: number[];
  columns: number;
  picture: Packed;
}

export interface Sheet {
  /** The address of frame k, undefined where it is not on the sheet. */
  frame(k: number): string | undefined;
}

const QUALITY = 0.92;

export async function makeSheet({ frame_idx: frameIdx, columns, picture }: PackedSheet): Promise<Sheet> {
  const image = await createImageBitmap(new Blob([uint8(picture) as BlobPart]));
  const width = image.width / columns;
  const height = image.height / Math.ceil(frameIdx.length / columns);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const cut = new Map<number, string>();
  return {
    frame(k) {
      const place = frameIdx.indexOf(k);
      if (place < 0) return undefined;
      if (!cut.has(k)) {
        const [x, y] = [(place % columns) * width, Math.floor(place / columns) * height];
        canvas.getContext("2d")!.drawImage(image, x, y, width, height, 0, 0, width, height);
        cut.set(k, canvas.toDataURL("image/jpeg", QUALITY));
      }
      return cut.get(k);
    },
  };
}

export function pictureAddress(picture: Packed): string {
  const bytes = uint8(picture);
  return bytes.length ? `data:image/webp;base64,${btoa(String.fromCharCode(...bytes))}` : "data:,";
}
