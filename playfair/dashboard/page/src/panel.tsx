/** One model's view of the clip: the answer, the strip, the waterfall. */

import { EveryFrameCurve, Waterfall } from "./charts";
import type { Clips } from "./clips";
import type { Source } from "./source";
import { all, type Panel, type State } from "./state";
import { Strip } from "./strip";
import { isNarrow } from "./theme";
import type { Video } from "./types";
import { sentence, shownValues, type View } from "./view";
import { listing, quoted, seconds, signed, UNITS } from "./words";

export interface Actions {
  toggle(place: number): void;
  all(): void;
  fewest(): void;
  losing(): void;
  move(from: number, to: number): void;
  reverse(): void;
  shuffle(): void;
}

interface PanelProps {
  at: number;
  view: View | null;
  panel: Panel;
  video: Video;
  clips: Clips;
  source: Source;
  state: State;
  scale: number;
  locked: string;
  lit: number[];
  actions: Actions;
  onState(next: Partial<State>): void;
  onFrames(n: number): void;
}

export function PanelView(props: PanelProps) {
  const { view, panel, video, clips, state, locked, actions } = props;
  const model = clips.models.find((one) => one.name === panel.model)!;
  if (!view)
    return <section class="card panel"><h2>{model.title} has no values of this clip at {panel.n} frames.</h2></section>;
  const said = sentence(view, clips.className);
  const right = view.label >= 0 && view.predicted === view.label;
  const methods = Object.keys(video.methods[panel.model] ?? {}).filter((name) => video.methods[panel.model][name][panel.n]);
  const every = video.everyFrame[panel.model];
  const fixed = props.source.fixed(video.uid);
  const hasRival = view.rival >= 0;
  const other = otherValues(view, state.values, methods);
  // Of what is kept of a clip, some classes may be missing: no further answer comes.
  const lacking = fixed && view.table && view.changed ? [view.explained, view.rival].filter((one) => one >= 0 && !view.values(one)) : [];
  const orderLock = locked || model.why_no_order;
  return (
    <section class="card panel" aria-label={view.title}>
      <div class="answer">
        <h2 aria-live="polite" class={view.pending ? "pending" : view.label < 0 ? "" : right ? "is-right" : "is-wrong"}>{said}</h2>
        {props.at > 0 && (
          <label class="number">Frames
            <select value={panel.n} onChange={(event) => props.onFrames(Number(event.currentTarget.value))}>
              {model.n_frames.map((n) => <option key={n} value={n}>{n}</option>)}
            </select>
          </label>
        )}
      </div>
      <div class="legend">
        <div class="segments" role="group" aria-label="Class that the bars are of">
          {(["true", "rival", "diff"] as const).slice(0, hasRival ? 3 : 1).map((show) => (
            <button key={show} type="button" aria-pressed={!hasRival || state.show === show} onClick={() => props.onState({ show })}>
              {show === "true" ? (view.label >= 0 ? "true" : "predicted") : show === "rival" ? "rival" : `${view.label >= 0 ? "true" : "predicted"} − rival`}
            </button>
          ))}
        </div>
        {methods.length > 0 && (
          <label class="number">Values
            <select value={methods.includes(state.values) ? state.values : "esv"} onChange={(event) => props.onState({ values: event.currentTarget.value })}>
              <option value="esv">ESV</option>
              {methods.map((name) => <option key={name} value={name}>{name.replaceAll("_", " ")}</option>)}
            </select>
          </label>
        )}
        <span class="pale keys">
          <i class="key for" /><i class="key against" /> {view.label >= 0 ? "true" : "predicted"}: {clips.className[view.explained]}
          {hasRival && <> <i class="key rival" /> rival: {clips.className[view.rival]}</>}
        </span>
      </div>
      <Strip
        view={view}
        video={video}
        source={props.source}
        show={state.show}
        scale={props.scale}
        locked={locked}
        canMove={!orderLock && !fixed}
        lit={props.lit}
        unknown={lacking.length ? "?" : "…"}
        onToggle={actions.toggle}
        onMove={actions.move}
      />
      <div class="ways">
        <button type="button" onClick={actions.all} disabled={panel.mask === all(panel.n) && !panel.order}>All frames</button>
        <button type="button" onClick={actions.fewest} disabled={Boolean(locked)}>Fewest that keep the answer</button>
        <button type="button" onClick={actions.losing} disabled={Boolean(locked)}>Without those that decide</button>
        <button type="button" onClick={actions.reverse} disabled={Boolean(orderLock)} title={orderLock || undefined}>Reverse</button>
        {!fixed && <button type="button" onClick={actions.shuffle} disabled={Boolean(orderLock)} title={orderLock || undefined}>Shuffle</button>}
      </div>
      {locked ? <p class="pale">{locked}</p> : <p class="pale hint">Click a frame, or press its number, to switch it off{fixed || orderLock ? "" : "; drag it, or Alt + arrow, to move it"}. {!locked && model.why_no_order}</p>}
      {view.unit !== "probability" && <p class="pale">Scores, prior and ESVs are {UNITS[view.unit]}; in lists and maps scores are probabilities.</p>}
      {other && <p class="pale">{other}</p>}
      {lacking.length > 0 && <p class="pale">What {view.title} says of {listing(lacking.map((one) => quoted(clips.className[one])))} without some of the frames is not kept here.</p>}
      <Waterfall view={view} show={state.show} />
      <details class="more">
        <summary>Numbers</summary>
        <Numbers view={view} video={video} clips={clips} show={state.show} />
      </details>
      {every && (
        <details class="more" open={props.at === 0 && !isNarrow()}>
          <summary>Every frame of the clip</summary>
          <EveryFrameCurve found={every} video={video} explained={view.explained} rival={view.rival} />
        </details>
      )}
    </section>
  );
}

/** Why ESVs are shown where another method's values were chosen. */
function otherValues(view: View, chosen: string, methods: string[]): string {
  if (chosen === "esv" || view.foreign) return "";
  const name = chosen.replaceAll("_", " ");
  if (!methods.includes(chosen)) return `These are ESVs: there are no values by ${name} of this clip.`;
  return `These are ESVs: by ${name}, values are known of all frames in the order of the clip only.`;
}

function Numbers({ view, video, clips, show }: { view: View; video: Video; clips: Clips; show: State["show"] }) {
  const { prior, score } = shownValues(view, show);
  const classes = [view.explained, view.rival].filter((classIdx) => classIdx >= 0);
  const columns = classes.map((classIdx) => view.values(classIdx));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Values by frame">
      <table class="numbers">
        <thead><tr><th scope="col">frame</th><th scope="col">time</th>{classes.map((classIdx) => <th key={classIdx} scope="col">{clips.className[classIdx]}</th>)}</tr></thead>
        <tbody>
          {view.frameIdx.map((frame, place) => (
            <tr key={place}>
              <th scope="row">{place + 1}</th>
              <td>{seconds(frame, video.fps)}</td>
              {columns.map((values, i) => <td key={i}>{(view.panel.mask >> place) & 1 ? (values ? signed(values[place]) : "?") : "off"}</td>)}
            </tr>
          ))}
          <tr><th scope="row">prior</th><td /><td>{signed(prior)}</td>{classes.length > 1 && <td />}</tr>
          <tr><th scope="row">score</th><td /><td>{signed(score)}</td>{classes.length > 1 && <td />}</tr>
        </tbody>
      </table>
    </div>
  );
}
