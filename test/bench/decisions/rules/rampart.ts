import { discountOf, toleratedBy } from '../../../../src/shared/rollout/check.ts';
import { oddsOf, worse } from '../../../../src/shared/rollout/eprocess.ts';
import { errorOf } from '../../../../src/shared/rollout/falseHaltBudget.ts';
import { policySchema } from '../../../../src/shared/rollout/policy.ts';
import { type Betting, betting } from './betting.ts';
import type { Course, Rule } from './rule.ts';

/** One check that compares with the control and halts; everything else is a default. */
export const policy = policySchema.parse({
  name: 'benchmark',
  steps: [5, 10, 25, 50, 100].map((percentage) => ({ percentage, bake: '1d' })),
  finalize: 'automatic',
  checks: [
    {
      name: 'crashes',
      source: { kind: 'pushed', signal: 'crashes', staleAfter: '6h' },
      compare: { to: 'control' },
      onBad: 'halt',
    },
  ],
});

/** The check of that policy, and what it compares with. */
export const { check, comparison } = theOnly(policy.checks);

function theOnly([check]: typeof policy.checks) {
  if (check?.compare?.to !== 'control') throw new TypeError('The policy has no check against the control.');
  return { check, comparison: check.compare };
}

/** `testComparison` with these defaults, hour by hour; a test holds it to the e-value that `judge` finds. */
export function rampartBetting(course: Course): Betting {
  if (discountOf(check) !== 1) throw new TypeError('Discounted counts are not played here.');
  const odds = Array.from(course.exposed.candidate, (candidate, hour) => {
    const share = candidate / (candidate + (course.exposed.control[hour] ?? 0));
    const highest = share / (1 - comparison.shareUncertainty);
    return highest > 0 && highest < 1 ? toleratedBy(comparison) * oddsOf(highest) : undefined;
  });
  return betting(course, worse, odds, Math.log(1 / errorOf(policy, check)));
}

/** Its halts only. In production it also holds the next raise while it is in doubt, which is not modelled for any rule. */
export const rampart: Rule = {
  name: 'Rampart',
  prepare: (course) => rampartBetting(course).haltOf,
};
