import { lookingAtHours, type Rule } from './rule.ts';

/**
 * peers.md 2.1 (argoproj/argo-rollouts@9f8d111d8, `analysis/analysis.go`, `utils/evaluate/evaluate.go`): one measurement an
 * hour, of the last hour; it is Failed above the ceiling. The run fails when `failed > failureLimit`, and the rollout is
 * aborted. A measurement counts for good: a success does not take a failure back.
 *
 * @param failureLimit 0 if nothing is said.
 */
export const argo = (failureLimit: number): Rule => ({
  name: `Argo Rollouts, failureLimit ${failureLimit}`,
  prepare: (course) =>
    lookingAtHours(course, () => {
      let failed = 0;
      return (rate) => {
        if (rate > course.ceiling) failed++;
        return failed > failureLimit;
      };
    }),
});
