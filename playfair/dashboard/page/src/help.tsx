/** What the page can do, and its keys. */

import { useEffect, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";

const KEYS = [
  ["1 … 9, 0", "switch frame 1 … 10 off and on"],
  ["Alt + ← →", "move the frame that has the focus"],
  ["a", "all frames, in the order of the clip"],
  ["f", "the fewest frames that keep the answer"],
  ["c", "without the frames whose loss changes it"],
  ["r", "reverse the frames"],
  ["s", "shuffle the frames"],
  ["d", "true class, rival, difference"],
  ["m", "the next model"],
  ["[ ]", "fewer, more frames"],
  ["j k", "the next, the previous clip"],
  [", .", "the previous, the next frame of the clip"],
  ["/", "search"],
  ["?", "this help"],
];

export function Dialog({ title, open, onClose, children, wide }: { title: string; open: boolean; onClose(): void; children: ComponentChildren; wide?: boolean }) {
  const root = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && !root.current?.open) root.current?.showModal();
    if (!open && root.current?.open) root.current.close();
  }, [open]);
  return (
    <dialog ref={root} class={wide ? "wide" : ""} aria-label={title} onClose={onClose} onClick={(event) => event.target === root.current && onClose()}>
      {open && (
        <div class="inside">
          <header><h2>{title}</h2><button type="button" aria-label="close" onClick={onClose}>✕</button></header>
          {children}
        </div>
      )}
    </dialog>
  );
}

export function Help() {
  return (
    <div class="help">
      <p>
        A frame's <b>Element Shapley Value</b> (ESV) says how far it moved the score of a class: <i class="key for" /> towards
        it, <i class="key against" /> away from it. The prior, the score of no frames at all, and the ESVs of all frames sum to the score.
      </p>
      <p>Switch a frame off, and the model answers from the others: exactly, because what it says of every subset is known. The ESVs are those of the frames that are left.</p>
      <dl>{KEYS.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}</dl>
    </div>
  );
}
