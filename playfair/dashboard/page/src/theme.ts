/** Light, dark, or as the system has it, remembered where the browser allows; and small screens. */

const THEMES = ["auto", "dark", "light"] as const;
export type Theme = (typeof THEMES)[number];

export function startTheme() {
  let theme: string | null = null;
  try {
    theme = localStorage.getItem("playfair-theme");
  } catch {
    // Pages from disk may have no memory.
  }
  setTheme(THEMES.find((one) => one === theme) ?? "auto");
}

export function currentTheme(): Theme {
  return (document.documentElement.dataset.theme as Theme) ?? "auto";
}

export function nextTheme(): Theme {
  const next = THEMES[(THEMES.indexOf(currentTheme()) + 1) % THEMES.length];
  setTheme(next);
  return next;
}

function setTheme(theme: Theme) {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("playfair-theme", theme);
  } catch {
    // As above.
  }
}

/** Whether there is room for one column only, as in style.css. */
export const isNarrow = () => window.matchMedia("(max-width: 760px)").matches;
