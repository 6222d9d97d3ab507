import { lookingAtTotals, type Rule, type Totals } from './rule.ts';

/** The quantile of a one-sided test at 0.05. */
const z = 1.6448536269514722;

/** peers.md 2.13: a z test of two proportions made for one look, looked at every hour. */
export const naive: Rule = {
  name: 'z test, peeked at hourly, p < 0.05',
  prepare: (course) => lookingAtTotals(course, 1, isSignificant),
};

function isSignificant({ candidate, control }: Totals): boolean {
  const pooled = (candidate.failed + control.failed) / (candidate.exposed + control.exposed);
  const difference = candidate.failed / candidate.exposed - control.failed / control.exposed;
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / candidate.exposed + 1 / control.exposed));
  return difference > z * error;
}
