/** All clips at once: what is taken for what, and where in the clips of a class the support lies. */

import { useMemo } from "preact/hooks";
import { confusion, type Clips, type Outcomes } from "./clips";
import { MatrixPicture } from "./matrix";
import { NO_FILTERS, type Filters } from "./state";
import { signed } from "./words";

interface OverviewProps {
  clips: Clips;
  outcomes: Outcomes;
  title: string;
  onFilter(filters: Partial<Filters>): void;
}

const MOST_OF_MATRIX = 30;
const MOST_PAIRS = 40;

export function Overview({ clips, outcomes, title, onFilter }: OverviewProps) {
  const size = clips.className.length;
  const counts = useMemo(() => confusion(clips, outcomes), [clips, outcomes]);
  const pairs = [...counts.keys()]
    .filter((cell) => counts[cell] && Math.floor(cell / size) !== cell % size)
    .sort((a, b) => counts[b] - counts[a])
    .slice(0, MOST_PAIRS);
  const open = (truth: number, said: number) =>
    onFilter({ ...NO_FILTERS, class: truth, confused: said });
  const openClass = (classIdx: number, strongest: number | null) => onFilter({ ...NO_FILTERS, class: classIdx, strongest });
  const n = Math.round(outcomes.byClass.length / size);
  const most = Math.max(0.01, ...outcomes.byClass.filter((x) => !Number.isNaN(x)).map(Math.abs));
  const rows = clips.className.map((_, i) => i).filter((i) => !Number.isNaN(outcomes.byClass[i * n]));
  const largest = counts.reduce((most, count) => Math.max(most, count), 1);
  return (
    <div class="overview">
      <section>
        <h3>What {title} takes for what</h3>
        {size <= MOST_OF_MATRIX && (
          <div class="scroll" tabIndex={0} role="region" aria-label="Confusion matrix">
            <table class="matrix">
              <caption class="pale">Rows: true classes; columns: what is said. A cell opens its clips.</caption>
              <thead>
                <tr><td />{clips.className.map((name, i) => <th key={i} scope="col" title={name}>{i + 1}</th>)}</tr>
              </thead>
              <tbody>
                {clips.className.map((name, truth) => (
                  <tr key={truth}>
                    <th scope="row"><span class="pale">{truth + 1}</span> {name}</th>
                    {clips.className.map((_, said) => {
                      const count = counts[truth * size + said];
                      return (
                        <td key={said}>
                          {count > 0 && (
                            <button
                              type="button"
                              class={truth === said ? "right" : "wrong"}
                              style={{ "--share": `${Math.round(15 + 60 * (count / largest))}%` }}
                              aria-label={`${count} of ${name}, said: ${clips.className[said]}`}
                              onClick={() => open(truth, said)}
                            >{count}</button>
                          )}
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {size > MOST_OF_MATRIX && <MatrixPicture className={clips.className} counts={counts} onOpen={open} />}
        {size > MOST_OF_MATRIX && (
          <ol class="confusions" aria-label="What is mistaken most often">
            {pairs.map((cell) => (
              <li key={cell}>
                <button type="button" onClick={() => open(Math.floor(cell / size), cell % size)}>
                  <b>{counts[cell]}</b> {clips.className[Math.floor(cell / size)]} <span class="pale">taken for</span> {clips.className[cell % size]}
                </button>
              </li>
            ))}
          </ol>
        )}
      </section>
      <section>
        <h3>Where the support of each class lies</h3>
        <div class="scroll" tabIndex={0} role="region" aria-label="Mean ESV by class and position">
          <table class="positions">
            <caption class="pale">Mean ESV of the class by position. A row opens the clips of its class, a cell those whose largest ESV is at this position.</caption>
            <thead><tr><td />{[...Array(n).keys()].map((i) => <th key={i} scope="col">{i + 1}</th>)}</tr></thead>
            <tbody>
              {rows.map((classIdx) => (
                <tr key={classIdx}>
                  <th scope="row"><button type="button" onClick={() => openClass(classIdx, null)}>{clips.className[classIdx]}</button></th>
                  {[...Array(n).keys()].map((i) => {
                    const x = outcomes.byClass[classIdx * n + i];
                    return (
                      <td key={i}>
                        <button
                          type="button"
                          class={x < 0 ? "against" : "for"}
                          style={{ "--share": `${Math.round((90 * Math.abs(x)) / most)}%` }}
                          title={signed(x)}
                          aria-label={`${clips.className[classIdx]}, position ${i + 1}: ${signed(x)}`}
                          onClick={() => openClass(classIdx, i)}
                        />
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </div>
  );
}
