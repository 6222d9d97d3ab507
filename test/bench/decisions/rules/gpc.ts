import { lengthOf, never, type Rule } from './rule.ts';

const threshold = 0.02;
const days = 7;
const lateDays = 2;

/**
 * peers.md 2.9 (yasserstudio/gpc@18902e205, `packages/core/src/commands/watch.ts`): the mean of seven daily rates of the whole
 * app, all versions together, of which the last ended two days ago; a breach above 2 % of crashes. Days before the rollout
 * are taken at the base rate, without noise.
 */
export const gpc: Rule = {
  name: 'gpc watch, defaults',
  prepare: (course) => (failed) => {
    const daily: number[] = new Array(days).fill(course.baseRate);
    for (let tick = 24 * (1 + lateDays); tick <= lengthOf(course); tick += 24) {
      const to = tick - 24 * lateDays;
      const crashes = sum(failed.candidate, to - 24, to) + sum(failed.control, to - 24, to);
      const { candidate, control } = course.exposed;
      daily.push(crashes / (sum(candidate, to - 24, to) + sum(control, to - 24, to)));
      if (daily.slice(-days).reduce((all, rate) => all + rate, 0) / days > threshold) return tick;
    }
    return never;
  },
};

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let hour = from; hour < to; hour++) total += values[hour] ?? 0;
  return total;
}
