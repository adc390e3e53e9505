/** Beside the strip: what the model says, the clip, growth by number of frames, pairs of frames. */

import { Growth, Pairs, Predictions } from "./charts";
import type { Clips } from "./clips";
import { Player } from "./player";
import type { Source } from "./source";
import type { State } from "./state";
import type { Video } from "./types";
import type { View } from "./view";
import { ClassOptions, numberOf } from "./options";
import { isNarrow } from "./theme";

interface SideProps {
  views: View[];
  video: Video | null;
  clips: Clips;
  source: Source;
  state: State;
  locked: string;
  onState(next: Partial<State>): void;
  onFrames(n: number): void;
  onLit(places: number[]): void;
}

export function Side({ views, video, clips, source, state, locked, onState, onFrames, onLit }: SideProps) {
  const [view] = views;
  return (
    <aside class="side" aria-label="What the model says">
      {video && views.map((view, at) => (
        <section key={view.panel.model} class="card">
          <h2>What {view.title} says</h2>
          <Predictions view={view} clips={clips} onRival={(rival) => onState({ rival })} />
          <p class="pale hint">{clips.className.length > 1 && "Click a class to make it the rival. "}{view.label >= 0 && "★ the true class"}</p>
          {at === 0 && clips.className.length > 1 && (
            <label class="number rivals">Rival
              <select value={state.rival ?? ""} onChange={(event) => onState({ rival: numberOf(event.currentTarget.value) })}>
                <option value="">the likeliest other class</option>
                <ClassOptions className={clips.className} but={view.explained} />
              </select>
            </label>
          )}
        </section>
      ))}
      {video && <section class="card"><h2>The clip</h2><Player video={video} source={source} /></section>}
      {video && view && (
        <details class="card more" open={!isNarrow()}>
          <summary><h2>As frames grow</h2></summary>
          <Growth view={view} video={video} clips={clips} show={state.show} onFrames={onFrames} />
        </details>
      )}
      {video && view && (
        <details class="card more" open={!isNarrow()}>
          <summary><h2>Pairs of frames</h2></summary>
          {locked ? <p class="pale">{locked}</p> : <Pairs view={view} show={state.show} onLit={onLit} />}
        </details>
      )}
    </aside>
  );
}
