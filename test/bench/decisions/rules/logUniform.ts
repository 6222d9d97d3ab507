import { type Alternative, oddsOf } from '../../../../src/shared/rollout/eprocess.ts';
import { betting } from './betting.ts';
import type { Rule } from './rule.ts';

/** Ratios evenly spread over the logarithm between 1.1 and 20 (peers.md 5.4, after Lindon and Malek). */
export const logUniform: readonly Alternative[] = Array.from({ length: 60 }, (_, index) => ({
  ratio: 1.1 * (20 / 1.1) ** ((index + 0.5) / 60),
  weight: 1 / 60,
}));

/** peers.md 2.14 and 5.4: the mixture with a point null, which believes the measured share. */
export const plainMixture: Rule = {
  name: 'log-uniform mixture, α = 0.001',
  prepare(course) {
    const odds = Array.from(course.exposed.candidate, (candidate, hour) => {
      const share = candidate / (candidate + (course.exposed.control[hour] ?? 0));
      return share > 0 && share < 1 ? oddsOf(share) : undefined;
    });
    return betting(course, logUniform, odds, Math.log(1000)).haltOf;
  },
};
