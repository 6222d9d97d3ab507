import type { Totals } from './rule.ts';

/** `N*`, at which the sequence is tightest, where GrowthBook is not told otherwise. */
const tightestAt = 5000;

/**
 * The asymptotic confidence sequence for a difference of two means (peers.md 2.6; growthbook/growthbook@8f1db4456,
 * `packages/stats/gbstats/frequentist/tests.py`; Waudby-Smith et al.): whether it lies above 0, so that the candidate fails
 * more often. A failure or none per exposure has the variance p (1 − p). Without any in one of the two there is no
 * comparison.
 */
export function liesAbove0({ candidate, control }: Totals, alpha: number, sides: 1 | 2): boolean {
  const [rate, other] = [rateOf(candidate), rateOf(control)];
  if (rate <= other || rate >= 1 || other <= 0) return false;
  const variance = (rate * (1 - rate)) / candidate.exposed + (other * (1 - other)) / control.exposed;
  const n = candidate.exposed + control.exposed;
  const level = sides === 1 ? 2 * alpha : alpha;
  const spread = (-2 * Math.log(level) + Math.log(-2 * Math.log(level) + 1)) / tightestAt;
  const grown = n * spread + 1;
  const within = sides === 1 ? Math.log(1 + Math.sqrt(grown) / level) : Math.log(Math.sqrt(grown) / level);
  const difference = rate - other;
  return difference * difference > variance * n * ((2 * grown) / (n * n * spread)) * within;
}

const rateOf = ({ failed, exposed }: { failed: number; exposed: number }): number => failed / exposed;
