/** The frame of the clip that is looked at: set by the clip as it plays, by hovering, by focus. */

type Listener = (frame: number | null, held: boolean) => void;
const listeners = new Set<Listener>();

/** Beside the page's state, because it changes with every frame that is played. */
export const cursor = {
  frame: null as number | null,
  /** Whether somebody points at the frame, rather than that it is being played. */
  held: false,
  set(frame: number | null, held: boolean) {
    if (cursor.held && !held && frame !== null) return;
    const holds = held && frame !== null;
    if (frame === cursor.frame && holds === cursor.held) return;
    cursor.frame = frame;
    cursor.held = holds;
    for (const listener of listeners) listener(frame, holds);
  },
  listen(listener: Listener) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
};
