import { liesAbove0 } from './confidenceSequence.ts';
import { lookingAtTotals, type Rule } from './rule.ts';

const alpha = 0.05;

/**
 * peers.md 2.6 (growthbook/growthbook@8f1db4456, `services/rampScheduleEvaluator.ts`): a guardrail is lost when the one-sided
 * sequence at 0.05 excludes 0, but `evaluateMonitoredStep` holds until the step's interval is over, so that nothing is rolled
 * back before. The snapshot at the end of the step is taken to be ready at once, with what is seen by then.
 */
export const growthBookAsRead: Rule = {
  name: 'GrowthBook, as read: at the end of a step',
  prepare: (course) => lookingAtTotals(course, course.bakeHours, (totals) => liesAbove0(totals, alpha, 1)),
};

/** The same statistic at each refresh, every 6 h if nothing else is said, as GrowthBook's documentation promises. */
export const growthBookRefreshed: Rule = {
  name: 'GrowthBook, its statistic every 6 h',
  prepare: (course) => lookingAtTotals(course, 6, (totals) => liesAbove0(totals, alpha, 1)),
};
