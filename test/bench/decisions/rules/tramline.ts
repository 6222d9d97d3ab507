import { lookingAtTotals, type Rule } from './rule.ts';

/**
 * peers.md 2.8 (tramlinehq/tramline@152a58932, `models/release_health_*.rb`): the stability of the release so far,
 * `ceil3((1 − bad / total) · 100)`; one reading below 100 minus the ceiling halts. No filter is set.
 */
export const tramline: Rule = {
  name: 'Tramline, cumulative',
  prepare: (course) =>
    lookingAtTotals(course, 1, ({ candidate }) => {
      const stability = Math.ceil((1 - candidate.failed / candidate.exposed) * 100_000) / 1000;
      return stability < 100 - 100 * course.ceiling;
    }),
};
