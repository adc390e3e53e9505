/**
 * What is read off the scores of all subsets of n frames, by mask: bit i set, frame i is seen.
 * The same numbers as playfair.attribution.exact gives; `seen` is the mask of the frames that are
 * left, which play a game of their own.
 */

export type Scores = ArrayLike<number>;

export function count(mask: number): number {
  const pairs = mask - ((mask >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

const factorials = [1];
function factorial(k: number): number {
  for (let i = factorials.length; i <= k; i++) factorials[i] = factorials[i - 1] * i;
  return factorials[k];
}

/** Element Shapley Values of the seen frames, (n) with 0 for the others. */
export function esvs(scores: Scores, n: number, seen = 2 ** n - 1): Float64Array {
  const a = count(seen);
  const inside = new Float64Array(a + 1);
  const outside = new Float64Array(a + 1);
  for (let size = 0; size <= a; size++) {
    if (size > 0) inside[size] = (factorial(size - 1) * factorial(a - size)) / factorial(a);
    if (size < a) outside[size] = (factorial(size) * factorial(a - size - 1)) / factorial(a);
  }
  const frames = [...Array(n).keys()].filter((i) => seen & (1 << i));
  const values = new Float64Array(n);
  for (let mask = seen; ; mask = (mask - 1) & seen) {
    const size = count(mask);
    const with_ = scores[mask] * inside[size];
    const without = scores[mask] * outside[size];
    for (const i of frames) values[i] += mask & (1 << i) ? with_ : -without;
    if (!mask) return values;
  }
}

/** Pairwise Shapley interactions of the seen frames, (n x n), 0 elsewhere and on the diagonal. */
export function interactions(scores: Scores, n: number, seen = 2 ** n - 1): Float64Array {
  const a = count(seen);
  const found = new Float64Array(n * n);
  if (a < 2) return found;
  const weight = new Float64Array(a + 1);
  for (let others = 0; others <= a - 2; others++)
    weight[others] = (factorial(others) * factorial(a - others - 2)) / factorial(a - 1);
  const frames = [...Array(n).keys()].filter((i) => seen & (1 << i));
  for (let mask = seen; ; mask = (mask - 1) & seen) {
    const size = count(mask);
    const both = size >= 2 ? scores[mask] * weight[size - 2] : 0;
    const one = size >= 1 && size <= a - 1 ? -scores[mask] * weight[size - 1] : 0;
    const neither = size <= a - 2 ? scores[mask] * weight[size] : 0;
    for (let p = 0; p < a; p++) {
      const i = frames[p];
      const hasI = mask & (1 << i);
      for (let q = p + 1; q < a; q++) {
        const hasJ = mask & (1 << frames[q]);
        found[i * n + frames[q]] += hasI && hasJ ? both : hasI || hasJ ? one : neither;
      }
    }
    if (!mask) break;
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) found[i * n + j] = found[j * n + i];
  return found;
}

/**
 * The mask of the fewest frames on which the prediction is that of all frames.
 * top: the predicted class of every subset; score: that of the class which all frames predict.
 */
export function sufficient(top: Scores, score: Scores, n: number): number {
  const all = 2 ** n - 1;
  let best = all;
  for (let mask = 1; mask <= all; mask++) {
    if (top[mask] !== top[all]) continue;
    const smaller = count(mask) - count(best);
    if (smaller < 0 || (!smaller && (score[mask] > score[best] || (score[mask] === score[best] && mask < best))))
      best = mask;
  }
  return best;
}

/** The mask of the fewest frames whose loss changes the prediction, 0 where none does. */
export function necessary(top: Scores, score: Scores, n: number): number {
  const all = 2 ** n - 1;
  let kept = 0;
  for (let mask = 1; mask <= all; mask++) {
    if (top[mask] === top[all]) continue;
    const larger = count(mask) - count(kept);
    if (!kept || larger > 0 || (!larger && score[mask] < score[kept])) kept = mask;
  }
  return kept ? all ^ kept : 0;
}
