/** Waterfall, predictions, growth by number of frames, pairs of frames, every frame. */

import { memo } from "preact/compat";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Clips } from "./clips";
import { cursor } from "./cursor";
import { arrow } from "./keys";
import type { State } from "./state";
import { nearest } from "./strip";
import type { EveryFrame, Video } from "./types";
import { pairsOf, shownValues, type View } from "./view";
import { score, signed } from "./words";

/** prior + ESVs = score, step by step. */
export function Waterfall({ view, show }: { view: View; show: State["show"] }) {
  const { values, prior, score: end } = shownValues(view, show);
  if (view.foreign || !values || Number.isNaN(end)) return null;
  const n = view.panel.n;
  const steps: { from: number; to: number; kind: string }[] = [{ from: 0, to: prior, kind: "prior" }];
  let sum = prior;
  for (let i = 0; i < n; i++) {
    steps.push({ from: sum, to: sum + values[i], kind: values[i] < 0 ? "against" : show === "rival" ? "rival" : "for" });
    sum += values[i];
  }
  steps.push({ from: 0, to: end, kind: "end" });
  const reached = steps.flatMap((step) => [step.from, step.to]);
  const [low, high] = [Math.min(0, ...reached), Math.max(0.02, ...reached)];
  const height = 120;
  const y = (x: number) => height - 4 - ((x - low) / (high - low)) * (height - 8);
  const said = `prior ${signed(prior)}, ${[...values].map((x, i) => `frame ${i + 1} ${signed(x)}`).join(", ")}, score ${signed(end)}`;
  return (
    <figure class="waterfall">
      <figcaption>Prior + ESVs = score</figcaption>
      <svg viewBox={`0 0 ${(n + 2) * 100} ${height}`} preserveAspectRatio="none" role="img" aria-label={said}>
        {steps.map(({ from, to, kind }, i) => (
          <g key={i}>
            <rect class={kind} x={i * 100 + 14} width="72" y={y(Math.max(from, to))} height={Math.max(Math.abs(y(from) - y(to)), 1)} />
            {i <= n && <line class="link" x1={i * 100 + 86} x2={i * 100 + 114} y1={y(to)} y2={y(to)} />}
          </g>
        ))}
        <line class="zero" x1="0" x2={(n + 2) * 100} y1={y(0)} y2={y(0)} />
      </svg>
      <div class="ticks" style={{ "--ticks": n + 2 }} aria-hidden="true">
        <span><b>{score(prior)}</b> prior</span>
        {[...values].map((_, i) => <span key={i} class={(view.panel.mask >> i) & 1 ? "" : "pale"}>{i + 1}</span>)}
        <span><b>{score(end)}</b> score</span>
      </div>
    </figure>
  );
}

const MOST_SHOWN = 10;

interface PredictionProps {
  view: View;
  clips: Clips;
  onRival(classIdx: number | null): void;
}

/** The ten highest scores, the true class and the rival always among them; a click makes a class the rival. */
export function Predictions({ view, clips, onRival }: PredictionProps) {
  const known = clips.className.map((_, i) => i).filter((i) => !Number.isNaN(view.score(i)));
  known.sort((a, b) => view.score(b) - view.score(a));
  const kept = [view.rival, view.label].filter((one) => one >= 0 && !known.slice(0, MOST_SHOWN).includes(one));
  const shown = [...known.filter((one) => !kept.includes(one)).slice(0, MOST_SHOWN - kept.length), ...kept];
  const most = view.unit === "probability" ? 1 : Math.max(0.01, ...shown.map((classIdx) => view.score(classIdx) || 0));
  return (
    <ol class="predictions">
      {shown.map((classIdx) => {
        const value = view.score(classIdx);
        const isTrue = classIdx === view.label;
        return (
          <li key={classIdx}>
            <button
              type="button"
              aria-pressed={classIdx === view.rival}
              aria-label={`${clips.className[classIdx]}, ${Number.isNaN(value) ? "not known" : score(value)}${isTrue ? ", true class" : ""}${classIdx === view.rival ? ", rival" : ""}`}
              onClick={() => onRival(classIdx === view.rival || isTrue ? null : classIdx)}
            >
              <span class="name">{isTrue && <span class="star">★ </span>}{clips.className[classIdx]}</span>
              <span class="number">{Number.isNaN(value) ? "?" : score(value)}</span>
              <span class="track"><i class={isTrue ? "for" : "rival"} style={{ width: `${(Math.max(0, value || 0) / most) * 100}%` }} /></span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

/** A colour between the ends of a diverging scale, as a class and an opacity. */
function shade(x: number, most: number) {
  return { class: x < 0 ? "against" : "for", opacity: Math.min(1, Math.abs(x) / (most || 1)) };
}

interface GrowthProps {
  view: View;
  video: Video;
  clips: Clips;
  show: State["show"];
  onFrames(n: number): void;
}

/** Scores and ESVs as the number of frames grows: a row per number, each frame where it lies in time. */
export function Growth({ view, video, clips, show, onFrames }: GrowthProps) {
  const byN = video.models[view.panel.model];
  const classes = clips.className.length;
  const hasRival = view.rival >= 0;
  const pick = (values: Float32Array, row: number) => {
    const one = values[row * classes + (hasRival && show === "rival" ? view.rival : view.explained)];
    return hasRival && show === "diff" ? one - values[row * classes + view.rival] : one;
  };
  const rows = Object.values(byN).map(({ n, esv, scores }) => ({
    n, value: pick(scores, 0), esv: Array.from({ length: n }, (_, i) => pick(esv, i)),
  }));
  const most = Math.max(0.02, ...rows.flatMap((row) => row.esv.map(Math.abs)));
  return (
    <div class="growth">
      {rows.map(({ n, value, esv }) => (
        <button key={n} type="button" aria-pressed={n === view.panel.n} aria-label={`${n} ${n === 1 ? "frame" : "frames"}: ${show === "diff" ? "difference" : "score"} ${signed(value)}`} onClick={() => onFrames(n)}>
          <span class="n">{n}</span>
          <svg viewBox={`0 0 ${n * 100} 10`} preserveAspectRatio="none" aria-hidden="true">
            {esv.map((x, i) => {
              const { class: kind, opacity } = shade(x, most);
              return <rect key={i} class={kind} fill-opacity={opacity} x={i * 100 + 3} width="94" height="10" />;
            })}
          </svg>
          <span class="number">{show === "diff" ? signed(value) : score(value)}</span>
        </button>
      ))}
    </div>
  );
}

interface PairProps {
  view: View;
  show: State["show"];
  onLit(places: number[]): void;
}

/** Which frames need each other (blue) and which say the same (orange). */
export function Pairs({ view, show, onLit }: PairProps) {
  const n = view.panel.n;
  const found = useMemo(() => pairsOf(view, show), [view.table, view.panel.mask, view.explained, view.rival, show]);
  const [pointed, setPointed] = useState<number[]>([]);
  const point = (places: number[]) => {
    setPointed(places);
    onLit(places);
  };
  if (!found || n < 2) return <p class="pale">{n < 2 ? "Pairs need two frames." : "The pairs of this class are not known here."}</p>;
  const most = Math.max(0.005, ...found.map(Math.abs));
  const cells = [];
  let strongest = [0, 1];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const x = found[i * n + j];
      if (Math.abs(x) > Math.abs(found[strongest[0] * n + strongest[1]])) strongest = [i, j];
      const { class: kind, opacity } = shade(x, most);
      cells.push(
        <rect key={`${i} ${j}`} class={`pair ${kind}`} fill-opacity={opacity} x={j * 10 + 0.4} y={i * 10 + 0.4} width="9.2" height="9.2" rx="1"
          onPointerEnter={() => point([i, j])} onPointerLeave={() => point([])} />,
      );
    }
  const of = pointed.length && pointed.every((place) => place < n) ? pointed : strongest;
  const [i, j] = [...of].sort((a, b) => a - b);
  const x = found[i * n + j];
  const words = `Frames ${i + 1} and ${j + 1} ${x < 0 ? "say the same" : "need each other"}${of === strongest ? " most" : ""}: ${signed(x)}.`;
  const walk = (event: KeyboardEvent) => {
    const [down, right] = arrow(event);
    if (!down && !right) return;
    event.preventDefault();
    const [row, column] = of;
    const to = [row + down, column + right];
    // The diagonal, of a frame with itself, is stepped over.
    if (to[0] === to[1]) [to[0], to[1]] = [to[0] + down, to[1] + right];
    if (to.every((place) => place >= 0 && place < n)) point(to);
  };
  return (
    <div class="pairs">
      <svg
        viewBox={`-8 -8 ${n * 10 + 8} ${n * 10 + 8}`}
        role="img"
        aria-label="Pairs of frames: arrow keys go from one to the next"
        tabIndex={0}
        onKeyDown={walk}
        onFocus={() => point(of)}
        onBlur={() => point([])}
      >
        {[...Array(n).keys()].map((k) => (
          <g key={k} class="axis">
            <text x={k * 10 + 5} y="-2">{k + 1}</text>
            <text x="-4" y={k * 10 + 6.6}>{k + 1}</text>
          </g>
        ))}
        {cells}
        {pointed.length > 0 && <rect class="at" x={of[1] * 10 + 0.4} y={of[0] * 10 + 0.4} width="9.2" height="9.2" rx="1" />}
      </svg>
      <p><span aria-live={pointed.length ? "polite" : "off"}>{words}</span><br /><span class="pale"><i class="key for" /> need each other <i class="key against" /> say the same</span></p>
    </div>
  );
}

interface EveryFrameProps {
  found: EveryFrame;
  video: Video;
  explained: number;
  rival: number;
}

/** The values of every frame of the clip over time, with their 95 % bands. */
export const EveryFrameCurve = memo(({ found, video, explained, rival }: EveryFrameProps) => {
  const { frameIdx, classIdx, esv, se } = found;
  const size = classIdx.length;
  const root = useRef<SVGSVGElement>(null);
  const curve = (classOf: number) => {
    const place = classIdx.indexOf(classOf);
    if (place < 0) return null;
    return frameIdx.map((frame, i) => ({ frame, x: esv[i * size + place], se: se ? 1.96 * se[i * size + place] : 0 }));
  };
  const curves = [{ kind: "rival", points: curve(rival) }, { kind: "for", points: curve(explained) }];
  const most = Math.max(0.01, ...curves.flatMap(({ points }) => points?.map(({ x, se }) => Math.abs(x) + se) ?? []));
  const [width, height] = [800, 150];
  const at = (frame: number) => ((frame + 0.5) / video.length) * width;
  const y = (x: number) => height / 2 - (x / most) * (height / 2 - 5);
  const path = (points: { frame: number; x: number }[]) => points.map(({ frame, x }) => `${at(frame).toFixed(1)} ${y(x).toFixed(1)}`).join("L");
  const main = curves[1].points;
  const said = (frame: number) => {
    const value = main?.[frameIdx.indexOf(frame)]?.x;
    return `frame ${frame}${value === undefined ? "" : `, ESV ${signed(value)}`}`;
  };
  useEffect(() => {
    const mark = (frame: number | null) => {
      const line = root.current?.querySelector(".now");
      line?.setAttribute("transform", `translate(${frame === null ? -9 : at(frame)})`);
      if (frame === null) return;
      root.current?.setAttribute("aria-valuenow", String(frame));
      root.current?.setAttribute("aria-valuetext", said(frame));
    };
    mark(cursor.frame);
    return cursor.listen(mark);
  }, [found, explained]);
  const walk = (event: KeyboardEvent) => {
    const [down, right] = arrow(event);
    const by = right - down;
    if (!by) return;
    event.preventDefault();
    const place = cursor.frame === null ? 0 : nearest(frameIdx, cursor.frame) + by;
    cursor.set(frameIdx[Math.max(0, Math.min(frameIdx.length - 1, place))], true);
  };
  const top = main?.reduce((best, point) => (point.x > best.x ? point : best));
  return (
    <figure class="every">
      <svg
        ref={root}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="slider"
        tabIndex={0}
        aria-valuemin={frameIdx[0]}
        aria-valuemax={frameIdx[frameIdx.length - 1]}
        aria-valuenow={frameIdx[0]}
        onKeyDown={walk}
        onFocus={() => cursor.set(cursor.frame ?? frameIdx[0], true)}
        onBlur={() => cursor.set(null, true)}
        aria-label={top ? `The ESVs of all ${frameIdx.length} frames; the largest is ${signed(top.x)} at frame ${top.frame}` : "ESVs of every frame"}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const frame = Math.floor(((event.clientX - box.left) / box.width) * video.length);
          cursor.set(Math.max(0, Math.min(video.length - 1, frame)), true);
        }}
        onPointerLeave={() => cursor.set(null, true)}
      >
        {video.truth.map(([first, last]) => (
          <rect key={first} class="evidence" x={at(first - 0.5)} width={at(last + 0.5) - at(first - 0.5)} y="0" height={height} />
        ))}
        <line class="zero" x1="0" x2={width} y1={height / 2} y2={height / 2} />
        {curves.map(({ kind, points }) => points && (
          <g key={kind}>
            {se && <path class={`band ${kind}`} d={`M${path(points.map((p) => ({ frame: p.frame, x: p.x + p.se })))}L${path(points.map((p) => ({ frame: p.frame, x: p.x - p.se })).reverse())}Z`} />}
            <path class={`curve ${kind}`} d={`M${path(points)}`} />
          </g>
        ))}
        <line class="now" x1="0" x2="0" y1="0" y2={height} transform="translate(-9)" />
      </svg>
      <figcaption class="pale">
        All {frameIdx.length} frames ({found.method}{se ? ", bands: 95 %" : ""}); largest {signed(most)}
        {video.truth.length ? "; shaded: frames that carry the evidence" : ""}
      </figcaption>
    </figure>
  );
});
