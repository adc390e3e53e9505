/** The bar: search and filters, models, number of frames, sharing, help, theme. */

import { useRef, useState } from "preact/hooks";
import type { Clips } from "./clips";
import { ClassOptions, numberOf } from "./options";
import { saveCsv, savePng, saveSvg } from "./share";
import type { Source } from "./source";
import { NO_FILTERS, OUTCOMES, SORTS, type Filters, type State } from "./state";
import { currentTheme, nextTheme } from "./theme";
import type { Video } from "./types";
import type { View } from "./view";

interface BarProps {
  clips: Clips;
  state: State;
  source: Source;
  views: View[];
  video: Video | null;
  counts: { passing: number; place: number };
  onFilters(filters: Partial<Filters>): void;
  onModels(names: string[]): void;
  onFrames(n: number): void;
  onWalk(by: number): void;
  onList(): void;
  onHelp(): void;
  onOverview(): void;
  onNotice(text: string): void;
  onClip(clip: File): void;
}

const THEME_SIGNS = { auto: "◐", dark: "●", light: "○" };

export function Bar(props: BarProps) {
  const { clips, state, counts, video, views } = props;
  const { filters, panels } = state;
  const [theme, setTheme] = useState(currentTheme());
  const menu = useRef<HTMLDetailsElement>(null);
  const first = clips.models.find((model) => model.name === panels[0].model)!;
  const filtered = JSON.stringify(filters) !== JSON.stringify(NO_FILTERS);
  const classOptions = <ClassOptions className={clips.className} />;
  const share = (act: () => unknown) => () => {
    if (menu.current) menu.current.open = false;
    act();
  };
  const copy = (textOf: () => string, what: string) =>
    share(() => {
      const text = textOf();
      if (!navigator.clipboard) return props.onNotice(text);
      navigator.clipboard.writeText(text).then(() => props.onNotice(`Copied ${what}.`), () => props.onNotice(text));
    });
  return (
    <header class="bar">
      <h1>Play Fair <span class="pale">{clips.dataset}</span></h1>
      <div class="find">
        <input type="search" placeholder="uid or class" aria-label="Search by uid or class" value={filters.q} onInput={(event) => props.onFilters({ q: event.currentTarget.value })} />
        <details class="menu filters">
          <summary>Filters{filtered ? " •" : ""}</summary>
          <div class="drop">
            <label>Outcome
              <select value={filters.outcome} onChange={(event) => props.onFilters({ outcome: event.currentTarget.value as Filters["outcome"] })}>
                {Object.entries(OUTCOMES).map(([value, words]) => <option key={value} value={value}>{words}</option>)}
              </select>
            </label>
            <label>Class
              <select value={filters.class ?? ""} onChange={(event) => props.onFilters({ class: numberOf(event.currentTarget.value) })}>
                <option value="">all</option>{classOptions}
              </select>
            </label>
            <label>Taken for
              <select value={filters.confused ?? ""} onChange={(event) => props.onFilters({ confused: numberOf(event.currentTarget.value) })}>
                <option value="">anything</option>{classOptions}
              </select>
            </label>
            <label>Strongest frame
              <select value={filters.strongest ?? ""} onChange={(event) => props.onFilters({ strongest: numberOf(event.currentTarget.value) })}>
                <option value="">any</option>{[...Array(panels[0].n).keys()].map((i) => <option key={i} value={i}>{i + 1}</option>)}
              </select>
            </label>
            <label>Sort
              <select value={filters.sort} onChange={(event) => props.onFilters({ sort: event.currentTarget.value as Filters["sort"] })}>
                {Object.entries(SORTS).map(([value, words]) => <option key={value} value={value}>{words}</option>)}
              </select>
            </label>
            {filtered && <button type="button" onClick={() => props.onFilters(NO_FILTERS)}>Clear</button>}
          </div>
        </details>
        <button type="button" class="to-list" aria-label="list of clips" onClick={props.onList}>☰</button>
        <span class="walk">
          <button type="button" aria-label="previous clip" onClick={() => props.onWalk(-1)}>‹</button>
          <span class="pale count">{counts.place >= 0 ? `${counts.place + 1} of ` : ""}{counts.passing === clips.uid.length ? counts.passing : `${counts.passing} of ${clips.uid.length}`}</span>
          <button type="button" aria-label="next clip" onClick={() => props.onWalk(1)}>›</button>
        </span>
      </div>
      <div class="choose">
        <div class="segments" role="group" aria-label="Models">
          {clips.models.map((model) => (
            <button key={model.name} type="button" aria-pressed={panels.length === 1 && panels[0].model === model.name} onClick={() => props.onModels([model.name])}>{model.title}</button>
          ))}
          {clips.models.length > 1 && (
            <button type="button" aria-pressed={panels.length > 1} onClick={() => props.onModels(clips.models.map((model) => model.name))}>{clips.models.length > 2 ? "all" : "both"}</button>
          )}
        </div>
        <label class="number">Frames
          <select value={panels[0].n} onChange={(event) => props.onFrames(Number(event.currentTarget.value))}>
            {first.n_frames.map((n) => <option key={n} value={n}>{n}</option>)}
          </select>
        </label>
      </div>
      <div class="tools">
        <button type="button" onClick={props.onOverview}>Maps</button>
        {clips.uploads && <OwnClip onClip={props.onClip} />}
        <details class="menu share" ref={menu}>
          <summary>Share</summary>
          <div class="drop">
            <button type="button" onClick={copy(() => location.href, "the address")}>Copy address</button>
            {video && <button type="button" onClick={copy(() => video.uid, "the uid")}>Copy uid {video.uid}</button>}
            {video && <button type="button" onClick={share(() => saveCsv(views, clips, video.uid))}>CSV</button>}
            {video && <button type="button" onClick={share(() => saveSvg(views, clips, video, props.source, state.show))}>SVG</button>}
            {video && <button type="button" onClick={share(() => savePng(views, clips, video, props.source, state.show))}>PNG</button>}
          </div>
        </details>
        <button type="button" aria-label="help and keys" onClick={props.onHelp}>?</button>
        <button type="button" aria-label={`theme: ${theme}`} title={`theme: ${theme}`} onClick={() => setTheme(nextTheme())}>{THEME_SIGNS[theme]}</button>
      </div>
    </header>
  );
}

/** A file is chosen here, or dropped anywhere. */
function OwnClip({ onClip }: { onClip(clip: File): void }) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" title="or drop it anywhere on this page" onClick={() => field.current?.click()}>Your clip …</button>
      <input
        ref={field}
        type="file"
        accept="video/*"
        hidden
        onChange={({ currentTarget }) => {
          const clip = currentTarget.files?.[0];
          if (clip) onClip(clip);
          currentTarget.value = "";
        }}
      />
    </>
  );
}
