/** Keys of the whole page; those of fields and of the browser stay theirs. */

const ARROWS: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** How far down and to the right an arrow key goes, [0, 0] for other keys. */
export const arrow = ({ key }: KeyboardEvent) => ARROWS[key] ?? [0, 0];

export function takeKeys(doing: { current: Record<string, () => void> }) {
  const take = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (target.matches("input:not([type=range]), select, textarea") || target.closest("dialog")) return;
    const act = doing.current[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  window.addEventListener("keydown", take);
  return () => window.removeEventListener("keydown", take);
}
