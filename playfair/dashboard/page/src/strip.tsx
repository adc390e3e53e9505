/** The strip: each frame with its bars above and its number below; a click switches it off. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { cursor } from "./cursor";
import type { Source } from "./source";
import type { State } from "./state";
import type { Video } from "./types";
import { besideValues, shownValues, type View } from "./view";
import { seconds, signed } from "./words";

export interface StripProps {
  view: View;
  video: Video;
  source: Source;
  show: State["show"];
  scale: number;
  /** Why no frame can be switched off, "" if it can. */
  locked: string;
  canMove: boolean;
  lit: number[];
  /** What stands for a value that is not known, or not yet. */
  unknown: "…" | "?";
  onToggle(place: number): void;
  onMove(from: number, to: number): void;
}

const HEIGHT = 96;

export function Strip(props: StripProps) {
  const { view, video, show, scale } = props;
  const { panel, frameIdx } = view;
  const root = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const { values, error } = shownValues(view, show);
  const beside = besideValues(view, show);

  const mark = (frame: number | null) => {
    const cells = root.current?.children ?? [];
    const at = frame === null ? -1 : nearest(frameIdx, frame);
    for (let i = 0; i < cells.length; i++) cells[i].classList.toggle("current", i === at);
  };
  useEffect(() => cursor.listen(mark), [frameIdx.join()]);
  // What is drawn anew knows nothing of the cursor.
  useLayoutEffect(() => mark(cursor.frame));

  return (
    <div class="strip" ref={root} style={{ "--frames": panel.n }} role="group" aria-label={`Frames that ${view.title} sees`}>
      {frameIdx.map((frame, place) => {
        const on = Boolean((panel.mask >> place) & 1);
        const value = on && values ? values[place] : null;
        const truth = video.truth.some(([first, last]) => frame >= first && frame <= last);
        const say = [
          `frame ${place + 1}`,
          seconds(frame, video.fps),
          value !== null ? `${view.foreign ? "value" : "ESV"} ${signed(value)}` : "",
          truth ? "evidence" : "",
          on ? "on" : "off",
        ].filter(Boolean).join(", ");
        return (
          <div
            key={place}
            class={`cell${on ? "" : " off"}${truth ? " truth" : ""}${props.lit.includes(place) ? " lit" : ""}${dragged === place ? " dragged" : ""}`}
            onDragOver={(event) => dragged !== null && event.preventDefault()}
            onDrop={(event) => {
              event.preventDefault();
              if (dragged !== null) props.onMove(dragged, place);
              setDragged(null);
            }}
            onPointerEnter={(event) => event.pointerType === "mouse" && cursor.set(frame, true)}
            onPointerLeave={() => cursor.set(null, true)}
          >
            <Bars value={value} rival={on && beside ? beside[place] : null} error={on && error ? error[place] : null} scale={scale} show={show} />
            <button
              type="button"
              class="frame"
              aria-pressed={on}
              aria-label={say}
              aria-disabled={props.locked ? true : undefined}
              title={props.locked || undefined}
              draggable={props.canMove}
              data-place={place}
              onDragStart={() => setDragged(place)}
              onDragEnd={() => setDragged(null)}
              onClick={() => props.onToggle(place)}
              onFocus={() => cursor.set(frame, true)}
              onBlur={() => cursor.set(null, true)}
              onKeyDown={(event) => {
                const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
                if (!step) return;
                event.preventDefault();
                const to = place + step;
                if (to < 0 || to >= panel.n) return;
                if (event.altKey) {
                  if (props.canMove) props.onMove(place, to);
                  else props.onMove(place, place);
                }
                root.current?.querySelector<HTMLElement>(`[data-place="${to}"]`)?.focus();
              }}
            >
              {video.frames ? (
                <img src={props.source.frame(video.uid, frame)} alt="" draggable={false} />
              ) : (
                <span class="noframe">{frame}</span>
              )}
              <span class="place" aria-hidden="true">{panel.order ? `${place + 1}←${panel.order[place] + 1}` : place + 1}</span>
            </button>
            <span class={`value${value === null ? "" : value < 0 ? " against" : " for"}`}>
              {on ? (value === null ? props.unknown : signed(value)) : "off"}
            </span>
            <span class="time">{seconds(frame, video.fps)}</span>
          </div>
        );
      })}
    </div>
  );
}

export function nearest(frameIdx: number[], frame: number): number {
  let best = 0;
  frameIdx.forEach((one, i) => {
    if (Math.abs(one - frame) < Math.abs(frameIdx[best] - frame)) best = i;
  });
  return best;
}

interface BarProps {
  value: number | null;
  rival: number | null;
  error: number | null;
  scale: number;
  show: State["show"];
}

function Bars({ value, rival, error, scale, show }: BarProps) {
  const zero = HEIGHT / 2;
  const y = (x: number) => (x / scale) * (zero - 6);
  const bar = (x: number, at: number, width: number, kind: string) => (
    <rect class={kind} x={at} width={width} rx="1.5" y={x < 0 ? zero : zero - y(x)} height={Math.max(Math.abs(y(x)), 0.75)} />
  );
  const two = rival !== null;
  return (
    <svg class="bars" viewBox={`0 0 100 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {value !== null && bar(value, two ? 20 : 28, two ? 34 : 44, show === "rival" ? "rival" : value < 0 ? "against" : "for")}
      {two && bar(rival, 58, 22, "rival")}
      {value !== null && error !== null && (
        <line class="error" x1={two ? 37 : 50} x2={two ? 37 : 50} y1={zero - y(value + 1.96 * error)} y2={zero - y(value - 1.96 * error)} />
      )}
      <line class="zero" x1="0" x2="100" y1={zero} y2={zero} />
    </svg>
  );
}
