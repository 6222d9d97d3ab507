import { type Cell, hoursOfPlan, worldOf } from './field.ts';
import { rolloutsOf, sourceOf } from './rollouts.ts';
import { rules } from './rules/all.ts';
import { never, type Rule } from './rules/rule.ts';

/** Some trials of one build in one cell, with random numbers of their own. */
export type Batch = {
  readonly cell: Cell;
  /** 1 is a healthy build. */
  readonly ratio: number;
  readonly trials: number;
  readonly seed: number;
  /** Different for each batch of a run. */
  readonly stream: number;
};

/** What became of one rule in a batch. */
export type Tally = {
  /** How often it halted in which hour of the rollout. */
  readonly halts: readonly number[];
  /** The sum of the squares of what it harmed more than the last rule, in the same rollout. */
  readonly squaredExcess: number;
};

/** Plays every rule on the same rollouts. In the order of the rules. */
export function playBatch(
  { cell, ratio, trials, seed, stream }: Batch,
  played: readonly Rule[] = rules,
): Tally[] {
  const world = worldOf(cell, ratio);
  const next = rolloutsOf(world, sourceOf(seed, stream));
  const haltOfs = played.map((rule) => rule.prepare(world.course));
  const halts = played.map(() => new Array<number>(hoursOfPlan + 1).fill(0));
  const squares = played.map(() => 0);
  const harmUntil = (hour: number): number => world.harmedBy[Math.min(hour, hoursOfPlan)] ?? 0;
  for (let trial = 0; trial < trials; trial++) {
    const failed = next();
    const hours = haltOfs.map((haltOf) => haltOf(failed));
    const last = harmUntil(hours.at(-1) ?? never);
    hours.forEach((hour, index) => {
      const tally = halts[index];
      if (tally && hour !== never) tally[hour] = (tally[hour] ?? 0) + 1;
      squares[index] = (squares[index] ?? 0) + (harmUntil(hour) - last) ** 2;
    });
  }
  return halts.map((each, index) => ({ halts: each, squaredExcess: squares[index] ?? 0 }));
}

export const addTallies = (one: readonly Tally[], other: readonly Tally[]): Tally[] =>
  one.map(({ halts, squaredExcess }, index) => ({
    halts: halts.map((count, hour) => count + (other[index]?.halts[hour] ?? 0)),
    squaredExcess: squaredExcess + (other[index]?.squaredExcess ?? 0),
  }));
