import type { Policy } from '../../shared/rollout/policy.ts';
import type { Audience } from './audience.ts';
import type { Ratio } from './stream.ts';
import { playTrial, type Trial } from './trial.ts';

/** What many simulated rollouts of one build came to. */

const hour = 3_600_000;

export const playTrials = (
  policy: Policy,
  audience: Audience,
  ratio: Ratio,
  seed: number,
  count: number,
): Trial[] => Array.from({ length: count }, (_, trial) => playTrial(policy, audience, ratio, seed, trial));

/** A time in hours: the median, and by when it has happened in 90 % of the trials. `null`: it happens in too few. */
export type Hours = { readonly median: number | null; readonly ninety: number | null };

export const hoursOf = (times: readonly (number | undefined)[]): Hours => ({
  median: quantile(times, 0.5),
  ninety: quantile(times, 0.9),
});

function quantile(times: readonly (number | undefined)[], part: number): number | null {
  const sorted = times.map((time) => time ?? Number.POSITIVE_INFINITY).toSorted((a, b) => a - b);
  const found = sorted[Math.ceil(part * sorted.length) - 1] ?? Number.POSITIVE_INFINITY;
  return Number.isFinite(found) ? Math.round((found / hour) * 10) / 10 : null;
}

export const isNoticed = ({ end }: Trial): boolean => end === 'halted' || end === 'heldAsBad';

export const shareOf = (trials: readonly Trial[], is: (trial: Trial) => boolean): number =>
  trials.filter(is).length / trials.length;

export const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
