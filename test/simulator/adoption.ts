import type { Offer } from './state.ts';

/** A published submission as its users see it: a version that is offered to a changing share of them. */
export type Publication = {
  readonly version: string;
  readonly offers: readonly Offer[];
  readonly halted: boolean;
};

/**
 * Who runs what on a track at a time: shares by version that add up to 1. Users adopt what they are offered
 * exponentially with the time constant; they never go back. Only the history of offers counts, not who looks when.
 */
export function sharesAt(
  publications: readonly Publication[],
  baselineVersion: string,
  adoptionMs: number,
  at: number,
): Map<string, number> {
  let masses = [1, ...publications.map(() => 0)];
  const changes = publications.flatMap(({ offers }) => offers.map((offer) => offer.at));
  const times = [...new Set([...changes.filter((time) => time < at), at])].sort((one, other) => one - other);
  for (const [index, from] of times.entries()) {
    const to = times[index + 1];
    if (to !== undefined) masses = adopt(publications, masses, from, 1 - Math.exp((from - to) / adoptionMs));
  }
  return byVersion([baselineVersion, ...publications.map(({ version }) => version)], masses);
}

/** One stretch of time without a change of offers, in which the fraction `progress` of those who wait moves over. */
function adopt(
  publications: readonly Publication[],
  masses: readonly number[],
  from: number,
  progress: number,
): number[] {
  const next = [...masses];
  const newest = publications.findLastIndex(
    ({ offers }) => (offers[0]?.at ?? Number.POSITIVE_INFINITY) <= from,
  );
  for (let index = newest; index >= 0; index -= 1) {
    const share = shareAt(publications[index]?.offers ?? [], from);
    const wanted = index === newest ? share : share === 1 ? fallbackTarget(next, index) : 0;
    const gain = Math.max(0, wanted - (next[index + 1] ?? 0)) * progress;
    take(publications, next, index, index === newest, gain);
  }
  return next;
}

/** A fallback that is offered to all reaches everyone who runs something older. */
const fallbackTarget = (masses: readonly number[], index: number): number =>
  masses.slice(0, index + 2).reduce((sum, mass) => sum + mass, 0);

/**
 * Moves users to a publication. The newest takes those on a halted one first, because the Store offers a fix in the
 * same order; the rest come from all others alike. A fallback takes only from what is older.
 */
function take(
  publications: readonly Publication[],
  masses: number[],
  index: number,
  newest: boolean,
  gain: number,
): void {
  const to = index + 1;
  const sources = [...masses.keys()].filter((source) => (newest ? source !== to : source < to));
  const halted = sources.filter((source) => publications[source - 1]?.halted);
  const left = gain - drain(masses, to, newest ? halted : [], gain);
  drain(masses, to, sources, left);
}

/** Takes up to `wanted` from the sources in proportion to what they have. Gives what was taken. */
function drain(masses: number[], to: number, sources: readonly number[], wanted: number): number {
  const available = sources.reduce((sum, source) => sum + (masses[source] ?? 0), 0);
  const taken = Math.min(wanted, available);
  if (taken <= 0) return 0;
  for (const source of sources) masses[source] = (masses[source] ?? 0) * (1 - taken / available);
  masses[to] = (masses[to] ?? 0) + taken;
  return taken;
}

const shareAt = (offers: readonly Offer[], at: number): number =>
  offers.findLast((offer) => offer.at <= at)?.share ?? 0;

function byVersion(versions: readonly string[], masses: readonly number[]): Map<string, number> {
  const shares = new Map<string, number>();
  for (const [index, version] of versions.entries()) {
    shares.set(version, (shares.get(version) ?? 0) + (masses[index] ?? 0));
  }
  return shares;
}
