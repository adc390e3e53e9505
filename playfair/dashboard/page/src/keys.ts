/** Keys of the whole page; those of fields and of the browser stay theirs. */

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
