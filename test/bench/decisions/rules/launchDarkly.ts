import { liesAbove0 } from './confidenceSequence.ts';
import { lookingAtTotals, type Rule } from './rule.ts';

/**
 * peers.md 2.5 (LaunchDarkly's documentation of guarded rollouts): a sequential test of the absolute difference. Its formula is
 * not published; this is the two-sided asymptotic confidence sequence of 2.6 at 0.05, looked at every hour.
 */
export const launchDarklyLike: Rule = {
  name: 'LaunchDarkly-like, hourly',
  prepare: (course) => lookingAtTotals(course, 1, (totals) => liesAbove0(totals, 0.05, 2)),
};
