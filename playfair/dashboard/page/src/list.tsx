/** The list of clips; only the rows in sight are drawn, however many clips there are. */

import { memo } from "preact/compat";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Clips, Outcomes } from "./clips";
import type { Source } from "./source";
import { score } from "./words";

const ROW = 64;

interface ListProps {
  clips: Clips;
  source: Source;
  positions: Uint32Array;
  current: number;
  shown: { title: string; outcomes: Outcomes }[];
  onOpen(position: number): void;
}

export const ClipList = memo(({ clips, source, positions, current, shown, onOpen }: ListProps) => {
  const root = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(900);
  useEffect(() => {
    const measure = () => setHeight(root.current?.clientHeight || 900);
    measure();
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }, []);
  useEffect(() => {
    const row = positions.indexOf(current);
    const box = root.current;
    if (!box || row < 0) return;
    if (row * ROW < box.scrollTop) box.scrollTop = row * ROW;
    else if ((row + 1) * ROW > box.scrollTop + box.clientHeight) box.scrollTop = (row + 1) * ROW - box.clientHeight;
  }, [current, positions]);

  const first = Math.max(0, Math.floor(top / ROW) - 4);
  const last = Math.min(positions.length, Math.ceil((top + height) / ROW) + 4);
  const rows = [];
  for (let row = first; row < last; row++) {
    const position = positions[row];
    const uid = clips.uid[position];
    const label = clips.label[position];
    rows.push(
      <button key={uid} type="button" class="clip" style={{ top: `${row * ROW}px` }} aria-current={position === current ? "true" : undefined} onClick={() => onOpen(position)}>
        {clips.noFrames.has(position) ? <span class="nothumb" /> : <img src={source.frame(uid, clips.length[position] >> 1)} alt="" loading="lazy" />}
        <span class="what">
          <span class="name">{clips.className[label] ?? "no label"}</span>
          <span class="pale">
            {shown.map(({ title, outcomes }) => {
              const predicted = outcomes.predicted[position];
              if (predicted < 0) return null;
              const right = predicted === label;
              return (
                <span key={title} class="opinion">
                  {title} {label < 0 ? "" : right ? <b class="right" aria-label="right">✓</b> : <b class="wrong" aria-label="wrong">✗</b>} {shown.length < 3 && score(outcomes.score[position])}
                </span>
              );
            })}
          </span>
        </span>
      </button>,
    );
  }
  return (
    <div class="clips" ref={root} tabIndex={-1} onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
      {positions.length === 0 && <p class="pale none">No clip passes these filters.</p>}
      <div class="all" style={{ height: `${positions.length * ROW}px` }}>{rows}</div>
    </div>
  );
});
