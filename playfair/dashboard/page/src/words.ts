/** Numbers and names as people read them. */

export function score(x: number): string {
  return (x > 0 && x < 0.01 ? x.toFixed(3) : x.toFixed(2)).replace("-", "−");
}

export type Unit = "probability" | "logit" | "log_odds";

export const UNITS: Record<Unit, string> = {
  probability: "probabilities",
  logit: "logits, less their mean over the classes",
  log_odds: "log-odds",
};

/** A score, with its unit where it is no probability. */
export function inUnit(x: number, unit: Unit): string {
  return unit === "probability" ? score(x) : `${score(x)} (${unit.replace("_", "-")})`;
}

export function signed(x: number): string {
  const size = Math.abs(x);
  const text = size < 0.01 ? size.toFixed(3) : size.toFixed(2);
  return `${Number(text) === 0 ? "" : x < 0 ? "−" : "+"}${text}`;
}

export const seconds = (frame: number, fps: number | null) =>
  fps ? `${(frame / fps).toFixed(1)} s` : `frame ${frame}`;

/** "2", "2 and 5", "2, 5 and 7". */
export function listing(items: (string | number)[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}

export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

export const quoted = (name: string) => `“${name}”`;
