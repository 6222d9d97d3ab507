import type { Check } from '../../shared/rollout/check.ts';
import type { Measurement } from '../../shared/rollout/evidence.ts';

/** From when on the users were offered the build at this percentage. */
export type Reach = { readonly since: Date; readonly percentage: number };

/** What telemetry says in a replay. It may depend on the percentages that the policy has had so far. */
export interface ReplayTelemetry {
  /** What the check's source knows at `now`. */
  measure(check: Check, now: Date, reached: readonly Reach[]): Measurement;
  /** The next time at which more is known than at `now`; `undefined` if nothing more comes. */
  nextNews(now: Date, reached: readonly Reach[]): Date | undefined;
  /** How many times one recorded failure stands in the counts so far. Absent: once. */
  copiesOf?(check: Check, now: Date, reached: readonly Reach[]): number;
}

/**
 * The percentage between two times, on average; 0 before the first one.
 *
 * @param reached in the order of time
 */
export function averageOf(reached: readonly Reach[], start: Date, end: Date): number {
  const [from, to] = [start.getTime(), end.getTime()];
  const area = reached.reduce((sum, { since, percentage }, index) => {
    const begins = Math.max(from, since.getTime());
    const ends = Math.min(to, reached[index + 1]?.since.getTime() ?? to);
    return sum + Math.max(0, ends - begins) * percentage;
  }, 0);
  return area / (to - from);
}

/** The percentage at a time. */
export const percentageAt = (reached: readonly Reach[], time: Date): number =>
  reached.findLast(({ since }) => since <= time)?.percentage ?? 0;
