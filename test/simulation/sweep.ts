import type { Disturbance, Planned } from './engine/disturbance.ts';
import type { Moment } from './engine/plan.ts';
import { Violation } from './facts.ts';
import { allInvariants } from './invariants/all.ts';
import { runSeed } from './simulation.ts';

/**
 * Not by chance but one after the other: a quiet run with one deed in it, and then the same run again for every moment at
 * which it reached outside, with one fault at that moment.
 */
export type Sweep = {
  readonly runs: number;
  readonly steps: number;
  readonly failures: readonly { readonly schedule: readonly Planned[]; readonly violation: Violation }[];
};

export type SweepOptions = {
  readonly seed: string;
  readonly deed: Planned;
  /** What happens at each moment, by what kind of moment it is. */
  readonly faultsAt: (moment: Moment) => readonly Disturbance[];
  /** The moments between these two, as the quiet run passes them. */
  readonly from?: number;
  readonly most?: number;
};

export async function sweep({ seed, deed, faultsAt, from = 0, most = 1_000 }: SweepOptions): Promise<Sweep> {
  const moments: Moment[] = [];
  const quiet = await runSeed({
    ...{ seed, invariants: allInvariants, schedule: [deed] },
    onMoment: (moment) => void moments.push(moment),
  });
  const first = moments.findIndex(({ at }) => at === deed.at) + from;
  const failures: { schedule: readonly Planned[]; violation: Violation }[] = [];
  let [runs, steps] = [1, quiet.steps];
  for (const moment of moments.slice(first, first + most))
    for (const fault of faultsAt(moment)) {
      const schedule = [deed, { at: moment.at, do: fault }];
      const ran = await runSeed({ seed, invariants: allInvariants, schedule, untilOver: true });
      runs += 1;
      steps += ran.steps;
      if (ran.violation) failures.push({ schedule, violation: ran.violation });
    }
  if (first < 0 || moments.length === 0)
    throw new Violation('sweep', `${deed.at} is no moment of seed ${seed}.`);
  return { runs, steps, failures };
}
