import { upperBound } from './bound.ts';
import { type Cell, cells, hoursOfPlan, regressions, worldOf } from './field.ts';
import { playAll } from './pool.ts';
import { rules } from './rules/all.ts';
import { addTallies, type Batch, type Tally } from './trials.ts';

/** The second table: what each rule does with the same rollouts. */

/** How a rule does with a build that is so many times as bad. */
export type Outcome = {
  readonly ratio: number;
  readonly halted: number;
  /** The median of the hour of the halt, where it halted at all. */
  readonly medianHour?: number;
  /** The mean extra failures until the halt, or until the plan is over. */
  readonly harmed: number;
  /** What it harms more than Rampart, on the same rollouts: the mean, and its standard error. */
  readonly excess: number;
  readonly excessError: number;
};

export type FieldRow = {
  readonly cell: Cell;
  readonly rule: string;
  /** Halts of a healthy build: the count, the part of the trials, and the bound at 95 %. */
  readonly falseHalts: { readonly count: number; readonly rate: number; readonly atMost: number };
  readonly outcomes: readonly Outcome[];
};

export type Trials = { readonly healthy: number; readonly regression: number };

/** Small enough to share the work evenly; results do not depend on how many play them. */
const batchSize = 5_000;

type Job = Omit<Batch, 'seed' | 'stream'>;

export async function computeFieldTable(
  seed: number,
  trials: Trials,
  play: (batches: readonly Batch[]) => Promise<Tally[][]> = playAll,
): Promise<FieldRow[]> {
  const batches = jobsOf(trials).map((job, stream): Batch => ({ ...job, seed, stream }));
  const played = await play(batches);
  const talliesOf = (cell: Cell, ratio: number): Tally[] =>
    played
      .filter((_, index) => batches[index]?.cell === cell && batches[index]?.ratio === ratio)
      .reduce(addTallies);
  return cells.flatMap((cell) => rowsOf(cell, trials, (ratio) => talliesOf(cell, ratio)));
}

const jobsOf = ({ healthy, regression }: Trials): Job[] =>
  cells.flatMap((cell) => [
    ...Array.from({ length: Math.ceil(healthy / batchSize) }, (_, index) => ({
      ...{ cell, ratio: 1, trials: Math.min(batchSize, healthy - index * batchSize) },
    })),
    ...regressions.map((ratio) => ({ cell, ratio, trials: regression })),
  ]);

function rowsOf(cell: Cell, trials: Trials, talliesOf: (ratio: number) => Tally[]): FieldRow[] {
  const healthy = talliesOf(1);
  const bad = regressions.map((ratio) => ({ ratio, tallies: talliesOf(ratio) }));
  return rules.map(({ name }, index) => {
    const count = haltsOf(healthy[index]);
    return {
      cell,
      rule: name,
      falseHalts: {
        count,
        rate: count / trials.healthy,
        atMost: upperBound(count, trials.healthy),
      },
      outcomes: bad.map(({ ratio, tallies }) =>
        outcomeOf(cell, ratio, trials.regression, tallies[index], tallies.at(-1)),
      ),
    };
  });
}

const haltsOf = (tally: Tally | undefined): number =>
  tally?.halts.reduce((sum, count) => sum + count, 0) ?? 0;

function outcomeOf(cell: Cell, ratio: number, trials: number, tally?: Tally, rampart?: Tally): Outcome {
  const { harmedBy } = worldOf(cell, ratio);
  const harmed = meanHarm(tally, harmedBy, trials);
  const excess = harmed - meanHarm(rampart, harmedBy, trials);
  const variance = (tally?.squaredExcess ?? 0) / trials - excess ** 2;
  const median = medianHour(tally);
  return {
    ratio,
    halted: haltsOf(tally) / trials,
    ...(median !== undefined && { medianHour: median }),
    harmed,
    excess,
    excessError: Math.sqrt(Math.max(0, variance) / trials),
  };
}

function meanHarm(tally: Tally | undefined, harmedBy: readonly number[], trials: number): number {
  const all = harmedBy[hoursOfPlan] ?? 0;
  const spared =
    tally?.halts.reduce((sum, count, hour) => sum + count * (all - (harmedBy[hour] ?? 0)), 0) ?? 0;
  return all - spared / trials;
}

/** The lower of the two in the middle. */
function medianHour(tally: Tally | undefined): number | undefined {
  const halts = haltsOf(tally);
  let passed = 0;
  const hour = tally?.halts.findIndex((count) => {
    passed += count;
    return passed > 0 && passed >= halts / 2;
  });
  return hour === -1 ? undefined : hour;
}
