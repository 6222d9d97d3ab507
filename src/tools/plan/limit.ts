/**
 * What no sequential test can beat, even one that knows the rate of a healthy build: Wald's bound on the information that
 * it needs on average ("Sequential Analysis", 1947), for counts of rare events.
 */
export type Limit = {
  /** Crashes of the candidate, on average, until it can be told. */
  readonly crashes: number;
  /** Those of them that a healthy build would not have had. */
  readonly extraCrashes: number;
};

/** One regression in a hundred may go unnoticed. */
const missed = 0.01;

/** @param falseHalt the chance that a healthy build is halted */
export function limitOf(ratio: number, falseHalt: number): Limit {
  const needed = divergence(1 - missed, falseHalt);
  const each = ratio * Math.log(ratio) - ratio + 1;
  return { crashes: (needed * ratio) / each, extraCrashes: (needed * (ratio - 1)) / each };
}

/** The divergence of two coins, in nats. */
const divergence = (a: number, b: number): number =>
  a * Math.log(a / b) + (1 - a) * Math.log((1 - a) / (1 - b));
