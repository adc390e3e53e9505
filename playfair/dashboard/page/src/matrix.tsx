/** The confusion matrix of many classes, as a picture: a cell is named when pointed at, and clicked. */

import { useEffect, useRef, useState } from "preact/hooks";
import { arrow } from "./keys";

interface MatrixProps {
  className: string[];
  /** How often each class (row) is taken for each (column): (C x C). */
  counts: Uint32Array;
  onOpen(truth: number, said: number): void;
}

const PIXELS = 4;

export function MatrixPicture({ className, counts, onOpen }: MatrixProps) {
  const size = className.length;
  const picture = useRef<HTMLCanvasElement>(null);
  const [cell, setCell] = useState<[number, number]>([0, 0]);
  const [truth, said] = cell;
  const count = counts[truth * size + said];
  const words = `${count} of ${className[truth]}, said: ${className[said]}`;

  useEffect(() => {
    const context = picture.current!.getContext("2d")!;
    const style = getComputedStyle(picture.current!);
    const most = counts.reduce((largest, count) => Math.max(largest, count), 1);
    context.clearRect(0, 0, size * PIXELS, size * PIXELS);
    for (let i = 0; i < counts.length; i++) {
      if (!counts[i]) continue;
      const [row, column] = [Math.floor(i / size), i % size];
      context.fillStyle = style.getPropertyValue(row === column ? "--for" : "--against");
      context.globalAlpha = 0.25 + 0.75 * (counts[i] / most);
      context.fillRect(column * PIXELS, row * PIXELS, PIXELS, PIXELS);
    }
  }, [counts]);

  const at = (event: MouseEvent): [number, number] => {
    const box = picture.current!.getBoundingClientRect();
    const place = (offset: number, length: number) => Math.max(0, Math.min(size - 1, Math.floor((offset / length) * size)));
    return [place(event.clientY - box.top, box.height), place(event.clientX - box.left, box.width)];
  };
  const open = ([row, column]: [number, number]) => counts[row * size + column] && onOpen(row, column);
  const walk = (event: KeyboardEvent) => {
    if (event.key === "Enter") return open(cell);
    const [down, right] = arrow(event);
    if (!down && !right) return;
    event.preventDefault();
    const kept = (place: number) => Math.max(0, Math.min(size - 1, place));
    setCell([kept(truth + down), kept(said + right)]);
  };
  return (
    <figure class="matrix-picture">
      <div class="sheet">
        <canvas
          ref={picture}
          width={size * PIXELS}
          height={size * PIXELS}
          role="img"
          aria-label="Confusion matrix: arrow keys go from cell to cell, Enter opens its clips"
          tabIndex={0}
          onKeyDown={walk}
          onPointerMove={(event) => setCell(at(event))}
          onClick={(event) => open(at(event))}
        />
        <i class="at" style={{ left: `${(100 * said) / size}%`, top: `${(100 * truth) / size}%`, width: `${100 / size}%`, height: `${100 / size}%` }} />
      </div>
      <figcaption aria-live="polite">{words}</figcaption>
      <p class="pale">Rows: true classes; columns: what is said. A cell opens its clips.</p>
    </figure>
  );
}
