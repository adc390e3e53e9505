/** The page: a bar, the list of clips, what the models say of one of them. */

import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Bar } from "./bar";
import { listed, outcomesOf, takeOutcomes, type Clips } from "./clips";
import { Dialog, Help } from "./help";
import { takeDrops } from "./drops";
import { takeKeys } from "./keys";
import { ClipList } from "./list";
import { Overview } from "./overview";
import { PanelView, type Actions } from "./panel";
import { Side } from "./side";
import type { Source } from "./source";
import { all, formatHash, isPermutation, moved, parseHash, reversed, arranged, type Filters, type Panel, type State } from "./state";
import type { Table, Video } from "./types";
import { megabytes } from "./words";
import { answered, besideValues, columnOf, makeView, setsOf, shownValues, type View } from "./view";

interface Props {
  clips: Clips;
  source: Source;
}

/** Milliseconds without a change, after which the address is written. */
const SOON = 60;
/** After which a person looks, and work ahead is in nobody's way. */
const REST = 200;

type Held = { video: Video | null; error: string };

export function App({ clips, source }: Props) {
  const own = useRef<string | null>(null);
  const known = useMemo(() => {
    const uids = { has: (uid: string) => uid === own.current || clips.position.has(uid) };
    return { models: clips.models, uids, classes: clips.className.length };
  }, [clips]);
  const [state, setState] = useState<State>(() => parseHash(location.hash, known).state);
  const [notice, setNotice] = useState("");
  const [held, setHeld] = useState<Held>({ video: null, error: "" });
  const [tables, setTables] = useState<Record<string, Table | string>>({});
  const [, setKnownOutcomes] = useState(0);
  const [lit, setLit] = useState<number[]>([]);
  const [dialog, setDialog] = useState<"" | "help" | "overview">("");
  const [listOpen, setListOpen] = useState(false);
  const now = useRef(state);
  now.current = state;

  // The address: a clip is a step back, everything else replaces it, once it is drawn.
  const addressing = useRef(0);
  const change = useCallback((next: State, push = false) => {
    const before = now.current;
    now.current = next;
    setState(next);
    clearTimeout(addressing.current);
    const replace = (shown: State) => {
      if (formatHash(shown) !== location.hash) history.replaceState(null, "", formatHash(shown));
    };
    if (!push || before.video === null) addressing.current = setTimeout(() => replace(next), SOON);
    else {
      replace(before);
      if (formatHash(next) !== location.hash) history.pushState(null, "", formatHash(next));
    }
  }, []);
  useEffect(() => {
    const read = () => {
      clearTimeout(addressing.current);
      const { state: asked, unknown } = parseHash(location.hash, known);
      setNotice(unknown.length ? `Not known here, and left out: ${unknown.join("; ")}.` : "");
      setState(asked);
      now.current = asked;
    };
    read();
    window.addEventListener("popstate", read);
    return () => window.removeEventListener("popstate", read);
  }, []);

  // The list, by the outcomes at the first panel's number of frames.
  const [first] = state.panels;
  const numbers = state.panels.map((panel) => panel.n).join();
  useEffect(() => {
    for (const { model, n } of state.panels)
      if (!clips.outcomes[model][n])
        source.outcomes(n).then((packed) => {
          takeOutcomes(clips, packed);
          setKnownOutcomes((count) => count + 1);
        }, () => null);
  }, [numbers]);
  const shown = state.panels.map((panel) => outcomesOf(clips, panel.model, panel.n));
  const others = clips.models.filter((model) => model.name !== first.model).map((model) => outcomesOf(clips, model.name, first.n));
  const filterKey = JSON.stringify(state.filters);
  const positions = useMemo(() => listed(clips, state.filters, shown, others), [filterKey, ...shown.slice(0, 1), state.panels.length, first.model]);
  const opinions = useMemo(
    () => clips.models.slice(0, 3).map((model) => ({ title: model.title, outcomes: outcomesOf(clips, model.name, first.n) })),
    [first.n, clips.outcomes[first.model][first.n]],
  );

  const uid = state.video ?? clips.uid[positions[0] ?? 0];
  const position = clips.position.get(uid) ?? -1;
  const place = positions.indexOf(position);
  const open = useCallback((to: number) => {
    const { panels } = now.current;
    const next = { ...now.current, video: clips.uid[to], panels: panels.map((panel) => ({ ...panel, mask: all(panel.n), order: null })), rival: null };
    setListOpen(false);
    setNotice("");
    change(next, true);
  }, []);
  const explainOwn = useCallback(async (clip: File) => {
    const most = clips.uploads?.bytes;
    if (!most) return setNotice("Clips of your own can be explained where `playfair serve` has --allow-uploads.");
    if (clip.size > most) return setNotice(`${clip.name} has ${megabytes(clip.size)}: at most ${megabytes(most)} are taken.`);
    setNotice(`Explaining ${clip.name} …`);
    try {
      const { uid: given, leftOut } = await source.explain(clip);
      const { models } = await source.video(given);
      own.current = given;
      const names = now.current.panels.map((panel) => panel.model).filter((name) => models[name]);
      const panels = (names.length ? names : Object.keys(models).slice(0, 1)).map((model) => {
        const numbers = Object.keys(models[model]).map(Number);
        const wanted = now.current.panels.find((panel) => panel.model === model)?.n ?? 0;
        const n = numbers.includes(wanted) ? wanted : Math.max(...numbers);
        return { model, n, mask: all(n), order: null };
      });
      change({ ...now.current, video: given, panels, rival: null, values: "esv" }, true);
      const without = Object.entries(leftOut).map(([name, why]) => ` Without ${name}: ${why}.`);
      setNotice(`${clip.name} is on this page alone: nothing is kept of it.${without.join("")}`);
    } catch (error) {
      setNotice((error as Error).message);
    }
  }, []);
  useEffect(() => takeDrops(explainOwn), []);
  const walk = (by: number) => {
    const to = positions[place < 0 ? 0 : place + by];
    if (to !== undefined) open(to);
  };

  useLayoutEffect(() => {
    let wanted = true;
    source.video(uid).then(
      (video) => wanted && setHeld({ video, error: "" }),
      (error: Error) => wanted && setHeld({ video: null, error: error.message }),
    );
    return () => void (wanted = false);
  }, [uid]);
  const video = held.video?.uid === uid ? held.video : (source.known(uid) ?? null);

  // The tables of the panels, and once more where a class that is shown is not in them.
  const aboutOf = (name: string) => clips.models.find((model) => model.name === name)!;
  const lockOf = (panel: Panel) => aboutOf(panel.model).why_no_table[panel.n] ?? "";
  const keyOf = (panel: Panel) => [uid, panel.model, panel.n, (panel.order ?? []).join(".")].join("/");
  const rivals = state.rival === null ? "" : String(state.rival);
  const wantedTables = state.panels.map(keyOf).join(" ");
  useEffect(() => {
    if (!video) return;
    for (const panel of state.panels) {
      if (lockOf(panel) || !video.models[panel.model]?.[panel.n]) continue;
      const key = keyOf(panel);
      const found = tables[key];
      const missing = state.rival !== null && !source.fixed(uid) && typeof found === "object" && !columnOf(found, state.rival);
      if (found && !missing) continue;
      source.table(panel.model, panel.n, uid, panel.order, missing ? [state.rival!] : []).then(
        (table) => setTables((before) => ({ ...before, [key]: table })),
        (error: Error) => setTables((before) => ({ ...before, [key]: error.message })),
      );
    }
  }, [video, wantedTables, rivals, tables]);

  const views = useMemo<(View | null)[]>(() => state.panels.map((panel) => {
    const table = tables[keyOf(panel)];
    return video && makeView(clips, video, state, panel, typeof table === "object" ? table : null);
  }), [video, state, tables]);
  // While a person looks, the neighbours come before they are asked for, and what a toggle reads from a table
  // is read once: the first time takes several times as long.
  useEffect(() => {
    const ahead = setTimeout(() => {
      for (const view of views) if (view?.table) answered(makeView(clips, video!, state, { ...view.panel, mask: view.panel.mask ^ 1 }, view.table)!, state.show);
      for (const to of [positions[place + 1], positions[place - 1]])
        if (to !== undefined) source.video(clips.uid[to]).catch(() => null);
    }, REST);
    return () => clearTimeout(ahead);
  }, [views]);
  const reasons = state.panels.map((panel) => {
    const found = tables[keyOf(panel)];
    return lockOf(panel) || (typeof found === "string" ? found : "");
  });
  const drawn = useMemo(() => views.filter((view): view is View => view !== null), [views]);
  const scale = Math.max(
    0.02,
    ...drawn.flatMap((view) => {
      const { values, error } = shownValues(view, state.show);
      const beside = besideValues(view, state.show);
      return [...(values ?? []), ...(beside ?? [])].map(Math.abs).map((x, i) => x + (error ? 1.96 * (error[i % error.length] ?? 0) : 0));
    }),
  );

  const setPanel = (at: number, panel: Panel) => {
    // Panels of as many frames answer together.
    const { panels } = now.current;
    const together = (other: Panel) => other.n === panel.n && !(panel.order && aboutOf(other.model).why_no_order);
    change({
      ...now.current,
      panels: panels.map((other, i) => (i === at ? panel : together(other) ? { ...other, mask: panel.mask, order: panel.order } : other)),
    });
  };
  const actions = (at: number): Actions => {
    const panel = () => now.current.panels[at];
    const say = reasons[at];
    const may = (does: () => void) => () => (say ? setNotice(say) : does());
    const mayArrange = (does: () => void) => may(() => {
      const why = aboutOf(panel().model).why_no_order;
      if (why) setNotice(why);
      else does();
    });
    const tableOf = () => {
      const found = tables[keyOf({ ...panel(), order: null })];
      return typeof found === "object" ? found : null;
    };
    const wholeOrder = () => (panel().order ? null : tableOf());
    return {
      toggle: (i) => may(() => setPanel(at, { ...panel(), mask: panel().mask ^ (1 << i) }))(),
      all: () => setPanel(at, { ...panel(), mask: all(panel().n), order: null }),
      fewest: may(() => {
        const table = wholeOrder() ?? (views[at]?.table ?? null);
        if (table) setPanel(at, { ...panel(), mask: setsOf(table).keep });
      }),
      losing: may(() => {
        const table = wholeOrder() ?? (views[at]?.table ?? null);
        if (!table) return;
        const lost = setsOf(table).change;
        if (lost) setPanel(at, { ...panel(), mask: all(panel().n) ^ lost });
        else setNotice("No loss of frames changes the answer, as long as one is left.");
      }),
      move: (from, to) => mayArrange(() => from !== to && setPanel(at, moved(panel(), from, to)))(),
      reverse: mayArrange(() => setPanel(at, reversed(panel()))),
      shuffle: mayArrange(() => {
        if (source.fixed(uid)) return setNotice(source.files ? "These files hold the clip's own order and its reverse only: other orders need `playfair serve`." : "Of a clip of your own, its order and its reverse are known only.");
        const { n } = panel();
        let order: number[];
        do order = [...Array(n).keys()].map((i) => [Math.random(), i]).sort(([a], [b]) => a - b).map(([, i]) => i);
        while (n > 1 && order.every((frame, i) => frame === i));
        if (isPermutation(order, n)) setPanel(at, arranged(panel(), order, Array(n).fill(1)));
      }),
    };
  };
  const choose = (panels: Panel[]) => change({ ...now.current, panels });
  const setModels = (names: string[]) => {
    choose(names.map((name) => {
      const old = now.current.panels.find((panel) => panel.model === name);
      if (old) return old;
      const { n_frames, why_no_order } = aboutOf(name);
      const n = n_frames.includes(first.n) ? first.n : n_frames[n_frames.length - 1];
      return n === first.n && !(first.order && why_no_order) ? { ...first, model: name } : { model: name, n, mask: all(n), order: null };
    }));
  };
  const setFrames = (at: number, n: number) => {
    const { panels } = now.current;
    choose(panels.map((panel, i) => (i === at ? { ...panel, n, mask: all(n), order: null } : panel)));
    // Positions are others then.
    if (at === 0 && now.current.filters.strongest !== null) setFilters({ strongest: null });
  };
  const setFilters = (filters: Partial<Filters>) => {
    const next = { ...now.current, filters: { ...now.current.filters, ...filters } };
    change(next);
  };
  const nextShow = () => {
    const shows: State["show"][] = ["true", "rival", "diff"];
    change({ ...now.current, show: shows[(shows.indexOf(now.current.show) + 1) % 3] });
  };
  const nextModel = () => {
    const names = clips.models.map((model) => model.name);
    setModels([names[(names.indexOf(first.model) + 1) % names.length]]);
  };
  const moreFrames = (by: number) => {
    const { n_frames } = aboutOf(first.model);
    const n = n_frames[n_frames.indexOf(first.n) + by];
    if (n !== undefined) setFrames(0, n);
  };
  const doing = useRef<Record<string, () => void>>({});
  const act = actions(0);
  doing.current = {
    ...Object.fromEntries([...Array(Math.min(first.n, 10)).keys()].map((i) => [String((i + 1) % 10), () => act.toggle(i)])),
    a: act.all, f: act.fewest, c: act.losing, r: act.reverse, s: act.shuffle, d: nextShow, m: nextModel,
    "[": () => moreFrames(-1), "]": () => moreFrames(1), j: () => walk(1), k: () => walk(-1),
    ",": () => window.dispatchEvent(new CustomEvent("playfair-step", { detail: -1 })),
    ".": () => window.dispatchEvent(new CustomEvent("playfair-step", { detail: 1 })),
    "?": () => setDialog("help"),
    "/": () => document.querySelector<HTMLInputElement>("input[type=search]")?.focus(),
  };
  useEffect(() => takeKeys(doing), []);

  const titles = clips.models.map((model) => model.title).join(", ");
  useEffect(() => {
    document.title = `Play Fair: ${clips.dataset} (${titles})`;
  }, []);
  // A row of what is missing where the file does not follow the address any more.
  useEffect(() => {
    if (state.video !== null && place < 0 && position >= 0 && positions.length)
      setNotice("The clip that is shown does not pass the filters.");
    else setNotice((said) => (said.startsWith("The clip that is shown") ? "" : said));
  }, [filterKey, uid]);

  return (
    <div class={`app${listOpen ? " list-open" : ""}`}>
      <Bar
        clips={clips}
        state={state}
        source={source}
        views={drawn}
        video={video}
        counts={{ passing: positions.length, place }}
        onFilters={setFilters}
        onModels={setModels}
        onFrames={(n) => setFrames(0, n)}
        onWalk={walk}
        onList={() => setListOpen(!listOpen)}
        onHelp={() => setDialog("help")}
        onOverview={() => setDialog("overview")}
        onNotice={setNotice}
        onClip={explainOwn}
      />
      <p class="notice" role="status">{notice}</p>
      <nav class="list" aria-label="Clips">
        <ClipList clips={clips} source={source} positions={positions} current={position} shown={opinions} onOpen={open} />
      </nav>
      <main>
        {held.error && <p class="card">{held.error}</p>}
        {video && state.panels.map((panel, at) => (
          <PanelView
            key={panel.model}
            at={at}
            view={views[at]}
            panel={panel}
            video={video}
            clips={clips}
            source={source}
            state={state}
            scale={scale}
            locked={reasons[at]}
            lit={at === 0 || panel.n === first.n ? lit : []}
            actions={actions(at)}
            onState={(next) => change({ ...now.current, ...next })}
            onFrames={(n) => setFrames(at, n)}
          />
        ))}
        {!video && !held.error && <p class="card waiting">Opening the clip …</p>}
      </main>
      <Side
        views={drawn}
        video={video}
        clips={clips}
        source={source}
        state={state}
        locked={reasons[0]}
        onState={(next) => change({ ...now.current, ...next })}
        onFrames={(n) => setFrames(0, n)}
        onLit={setLit}
      />
      <Dialog title="How to read this page, and its keys" open={dialog === "help"} onClose={() => setDialog("")}><Help /></Dialog>
      <Dialog title="All clips" wide open={dialog === "overview"} onClose={() => setDialog("")}>
        <Overview
          clips={clips}
          outcomes={shown[0]}
          title={clips.models.find((model) => model.name === first.model)!.title}
          onFilter={(filters) => {
            setDialog("");
            setFilters(filters);
            const passing = listed(clips, { ...now.current.filters }, shown, others);
            if (passing.length) open(passing[0]);
          }}
        />
      </Dialog>
    </div>
  );
}
