import { lookingAtHours, type Rule } from './rule.ts';

/**
 * peers.md 2.4 (AWS CodeDeploy user guide, `deployment-configurations.md`, `monitoring-create-alarms.md`): an alarm with 3 of
 * 3 data points of an hour above the ceiling stops the deployment.
 */
export const codeDeploy: Rule = {
  name: 'CodeDeploy, alarm 3 of 3',
  prepare: (course) =>
    lookingAtHours(course, () => {
      let inARow = 0;
      return (rate) => {
        inARow = rate > course.ceiling ? inARow + 1 : 0;
        return inARow >= 3;
      };
    }),
};
