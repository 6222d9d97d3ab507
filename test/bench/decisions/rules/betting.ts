import { type Alternative, betOnShare, untouched } from '../../../../src/shared/rollout/eprocess.ts';
import { type Course, type Failures, type HaltOf, lengthOf, never } from './rule.ts';

/** A bet on whose failures they are, hour by hour. */
export type Betting = {
  readonly haltOf: HaltOf;
  /** The natural logarithm of the wealth after the first so many hours. */
  readonly logAfter: (failed: Failures, hours: number) => number;
};

/**
 * Plays `betOnShare` over the hours as they come in. The odds of the null are the same in every trial, so what one failure
 * does to each alternative is taken from production once, and a trial only adds up.
 *
 * @param odds The odds of the null in each hour; nothing is bet on an hour without.
 * @param needed The logarithm of the wealth that halts.
 */
export function betting(
  course: Course,
  alternatives: readonly Alternative[],
  odds: readonly (number | undefined)[],
  needed: number,
): Betting {
  const count = alternatives.length;
  const start = Float64Array.from(untouched(alternatives));
  const byCandidate = perFailure(alternatives, odds, { candidate: 1, control: 0 });
  const byControl = perFailure(alternatives, odds, { candidate: 0, control: 1 });
  const wealth = new Float64Array(count);

  /** Bets on one hour, and returns the largest of the logarithms. */
  const bet = (failed: Failures, hour: number): number => {
    const [mine, others] = [failed.candidate[hour] ?? 0, failed.control[hour] ?? 0];
    let most = -Infinity;
    for (let index = 0, at = hour * count; index < count; index++, at++) {
      const log = (wealth[index] ?? 0) + mine * (byCandidate[at] ?? 0) + others * (byControl[at] ?? 0);
      wealth[index] = log;
      if (log > most) most = log;
    }
    return most;
  };

  return {
    haltOf: (failed) => {
      wealth.set(start);
      const enough = needed - Math.log(count);
      for (let hour = 0; hour + 1 + course.lag <= lengthOf(course); hour++)
        if (bet(failed, hour) >= enough && logOfSum(wealth) >= needed) return hour + 1 + course.lag;
      return never;
    },
    logAfter: (failed, hours) => {
      wealth.set(start);
      for (let hour = 0; hour < hours; hour++) bet(failed, hour);
      return logOfSum(wealth);
    },
  };
}

function perFailure(
  alternatives: readonly Alternative[],
  odds: readonly (number | undefined)[],
  failed: { readonly candidate: number; readonly control: number },
): Float64Array {
  const nothing = alternatives.map(() => 0);
  return Float64Array.from(
    odds.flatMap((each) => (each === undefined ? nothing : betOnShare(alternatives, nothing, failed, each))),
  );
}

function logOfSum(logs: Float64Array): number {
  let most = -Infinity;
  for (const log of logs) if (log > most) most = log;
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - most);
  return most + Math.log(sum);
}
