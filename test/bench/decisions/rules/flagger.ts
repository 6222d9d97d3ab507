import { lookingAtHours, type Rule } from './rule.ts';

/**
 * peers.md 2.2 (fluxcd/flagger@15bd6ad55, `pkg/controller/scheduler.go`): a check an hour, of the last hour. `failedChecks`
 * counts over the whole run, and is compared with the threshold before the analysis: the rollback comes one tick after the
 * failure that fills it. Hours before the first data count as a failure in Flagger ("no values found"); here they do not,
 * because a query can be shifted by the lag. That a failed check holds the weight is not modelled.
 */
export const flagger: Rule = {
  name: 'Flagger, threshold 10',
  prepare: (course) =>
    lookingAtHours(course, () => {
      const threshold = 10;
      let failedChecks = 0;
      return (rate) => {
        if (failedChecks >= threshold) return true;
        if (rate > course.ceiling) failedChecks++;
        return false;
      };
    }),
};
