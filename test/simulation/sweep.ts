import { explained, type Failure, type How, told } from './campaign.ts';
import { faultKinds, type Planned } from './engine/disturbance.ts';
import { Draws } from './engine/draws.ts';
import type { Moment } from './engine/plan.ts';
import { type Invariant, Violation } from './facts.ts';
import { allInvariants } from './invariants/all.ts';
import type { Life } from './lives.ts';
import { phaseOf } from './recorder.ts';
import { type Ran, runSeed } from './simulation.ts';

/**
 * Not by chance but one after the other: a quiet run with a few deeds in it, and then the same run again for every moment
 * at which it reached outside, with one fault at that moment.
 */
export type Sweep = {
  readonly runs: number;
  readonly steps: number;
  readonly ms: number;
  /** In how many runs the fault took effect. In the others it met what makes no difference, such as a write that lost a race. */
  readonly hits: number;
  /** The moments of the quiet run, and what could be put at them. */
  readonly moments: number;
  readonly possible: number;
  readonly failures: readonly Failure[];
};

export type SweepOptions = {
  readonly seed: string;
  readonly deeds: readonly Planned[];
  /** The phase in which the rollout has to end; any, unless it says so. */
  readonly end?: string;
  /** Which of the moments, as the quiet run passes them. */
  readonly of?: (moments: readonly Moment[]) => readonly Moment[];
  /** One of so many runs, beginning with that of this number. */
  readonly every?: number;
  readonly offset?: number;
  readonly onRun?: (runs: number, of: number) => void;
};

export const sweepLife = (
  { seed, deeds, end }: Life,
  options: Pick<SweepOptions, 'every' | 'offset' | 'onRun'>,
) => sweep({ seed, deeds, end, ...options });

export async function sweep(options: SweepOptions): Promise<Sweep> {
  const { seed, deeds, end, every = 1, offset = 0, of = (moments) => moments } = options;
  const began = performance.now();
  const how = { invariants: () => [...allInvariants(), ...(end === undefined ? [] : [endsAs(end)])] };
  const quiet = await quietRun(options, how);
  const all = of(quiet.moments).flatMap((moment) => faultsAt(seed, moment));
  const chosen = all.filter((_, index) => (index + every - offset) % every === 0);
  const failures: Failure[] = [];
  let [runs, steps, hits] = [1, quiet.steps, 0];
  for (const fault of chosen) {
    const ran = await runSeed({ ...how, seed, schedule: [...deeds, fault], untilOver: true });
    runs += 1;
    steps += ran.steps;
    if (ran.hits.some(({ at }) => at === fault.at)) hits += 1;
    if (ran.violation) failures.push(await failureOf(ran, ran.violation, how));
    options.onRun?.(runs, chosen.length + 1);
  }
  const ms = performance.now() - began;
  return { runs, steps, ms, hits, moments: quiet.moments.length, possible: all.length, failures };
}

/** Without its deeds no life ends as it should, so there is nothing to leave out of one that does not. */
async function failureOf(ran: Ran, violation: Violation, how: How): Promise<Failure> {
  if (violation.invariant !== lifeName) return explained(ran, violation, { ...how, shrinks: true });
  const { seed, schedule } = ran;
  return { seed, schedule, drawn: schedule.length, ...(await told(seed, schedule, violation, how)) };
}

/** @throws Violation if the run is not as quiet as it should be, or a deed comes to nothing */
export async function quietRun(
  { seed, deeds }: Pick<SweepOptions, 'seed' | 'deeds'>,
  how: How = { invariants: allInvariants },
) {
  const moments: Moment[] = [];
  const { steps, hits, violation } = await runSeed({
    ...{ ...how, seed, schedule: deeds, untilOver: true },
    onMoment: (moment) => void moments.push(moment),
  });
  if (violation) throw violation;
  const missed = deeds.find((deed) => !hits.some((hit) => hit.do.kind === deed.do.kind));
  if (missed)
    throw new Violation('sweep', `${missed.do.kind} at ${missed.at} comes to nothing in seed ${seed}.`);
  return { moments, steps };
}

/** Every fault that fits the moment. How long one lasts is drawn, the same in each sweep. */
export function faultsAt(seed: string, { at, kind }: Moment): Planned[] {
  const draws = new Draws(seed);
  return faultKinds
    .filter((fault) => fault.at.includes(kind))
    .map((fault) => ({ at, do: fault.drawn({ draws, at, rollout: 0 }) }));
}

const lifeName = 'life';

/** One thing that goes wrong costs time, and nothing else. */
const endsAs = (phase: string): Invariant => ({
  name: lifeName,
  sentence: 'After a single fault a rollout ends as without it.',
  atEnd: (rollouts) => {
    const [of] = rollouts;
    if (!of) throw new Violation(lifeName, 'Nobody has started the rollout.');
    if (phaseOf(of.row) !== phase)
      throw new Violation(lifeName, `${of.id}: it is ${phaseOf(of.row)} at the end, and should be ${phase}.`);
  },
});
