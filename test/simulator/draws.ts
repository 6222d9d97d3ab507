/**
 * Seeded draws: the same parts give the same draw, whenever and in whatever order they are asked for. That is what
 * makes the world independent of who looks at it.
 */

export type Part = string | number;

/** 32 bits, by FNV-1a over the text and the finalizer of MurmurHash3. */
export function hash(...parts: Part[]): number {
  let h = 0x811c9dc5;
  for (const character of parts.join('\u0000')) {
    h = Math.imul(h ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Uniform in the open interval from 0 to 1, with 52 bits. */
export function uniform(...parts: Part[]): number {
  const high = hash('high', ...parts) >>> 6;
  const low = hash('low', ...parts) >>> 6;
  return (high * 2 ** 26 + low + 0.5) / 2 ** 52;
}

/** Standard normal, by Box and Muller. */
function normal(...parts: Part[]): number {
  const radius = Math.sqrt(-2 * Math.log(uniform('radius', ...parts)));
  return radius * Math.cos(2 * Math.PI * uniform('angle', ...parts));
}

/** Up to this mean a draw is exact, by inversion; above it the normal approximation is near enough. */
const exactUpTo = 40;

/** A Poisson count of the given mean. */
export function poisson(mean: number, ...parts: Part[]): number {
  if (mean <= 0) return 0;
  if (mean > exactUpTo) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(...parts)));
  return invert(uniform(...parts), Math.exp(-mean), (count) => mean / count, Number.POSITIVE_INFINITY);
}

/** How many of `trials` succeed when each does so with `probability`. */
export function binomial(trials: number, probability: number, ...parts: Part[]): number {
  if (trials <= 0 || probability <= 0) return 0;
  if (probability >= 1) return trials;
  if (probability > 0.5) return trials - binomial(trials, 1 - probability, ...parts);
  const mean = trials * probability;
  if (mean > exactUpTo) {
    const drawn = Math.round(mean + Math.sqrt(mean * (1 - probability)) * normal(...parts));
    return Math.min(trials, Math.max(0, drawn));
  }
  const odds = probability / (1 - probability);
  const none = (1 - probability) ** trials;
  return invert(uniform(...parts), none, (count) => ((trials - count + 1) / count) * odds, trials);
}

/** The count at which the cumulated probability passes `u`; `ratio(k)` is P(k) / P(k − 1). */
function invert(
  u: number,
  probabilityOfNone: number,
  ratio: (count: number) => number,
  most: number,
): number {
  let count = 0;
  let probability = probabilityOfNone;
  let cumulated = probability;
  while (cumulated < u && count < most && probability > Number.MIN_VALUE) {
    count += 1;
    probability *= ratio(count);
    cumulated += probability;
  }
  return count;
}

/** How many different members of a pool are met in so many visits; rounded, and never more than either. */
export function distinct(visits: number, pool: number): number {
  if (visits <= 0 || pool <= 0) return 0;
  return Math.min(visits, Math.max(1, Math.round(pool * (1 - Math.exp(-visits / pool)))));
}
