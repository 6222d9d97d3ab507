import { liesAbove0 } from './confidenceSequence.ts';
import { lookingAtTotals, type Rule } from './rule.ts';

/**
 * peers.md 2.7 (docs.statsig.com, `metrics/rollout-alerts`): whether the difference so far is significant, evaluated every 24 h.
 * Its formula is not published; this is the two-sided sequence of 2.6 at 0.05.
 */
export const statsigLike: Rule = {
  name: 'Statsig-like, daily',
  prepare: (course) => lookingAtTotals(course, 24, (totals) => liesAbove0(totals, 0.05, 2)),
};
