import type { Patch } from './app/instance.ts';
import type { DisturbanceKind, Planned } from './engine/disturbance.ts';
import { shortest } from './engine/shrink.ts';
import type { Invariant, Violation } from './facts.ts';
import { allInvariants } from './invariants/all.ts';
import { type Ran, runSeed } from './simulation.ts';
import { storyteller } from './story.ts';

/** What many runs came to. */
export type Campaign = {
  readonly seeds: number;
  readonly steps: number;
  readonly ms: number;
  /** How many disturbances of each kind were drawn, and how many of them took effect. */
  readonly drawn: Counts;
  readonly hits: Counts;
  /** Instances that crashed. */
  readonly crashes: Tally;
  /** Rollouts, by the phase in which a run left them. */
  readonly phases: ReadonlyMap<string, number>;
  /** Rollouts that Rampart set out to halt. */
  readonly halts: Tally;
  /** Rollouts that ended halted without that: somebody halted them in Partner Center. */
  readonly haltedElsewhere: number;
  readonly failures: readonly Failure[];
};

/** How often there was something, and in how many seeds. */
export type Tally = { readonly times: number; readonly seeds: number };

export type Counts = ReadonlyMap<DisturbanceKind, number>;

/** A seed that broke an invariant, with the shortest schedule found that does it and what happened then. */
export type Failure = {
  readonly seed: string;
  readonly violation: Violation;
  readonly schedule: readonly Planned[];
  readonly drawn: number;
  readonly story: readonly string[];
};

export type CampaignOptions = {
  readonly seeds: Iterable<string>;
  readonly patch?: Patch | undefined;
  /** Looks at this invariant alone. */
  readonly only?: string | undefined;
  /** Ends after so many failures. */
  readonly mostFailures?: number;
  /** Finds the shortest schedule of a failure, unless told not to. */
  readonly shrinks?: boolean;
  /** Begins no other run after so many milliseconds of real time. */
  readonly budgetMs?: number;
  readonly onRun?: (ran: Ran, seeds: number, steps: number) => void;
};

export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const { mostFailures = 1, budgetMs = Number.POSITIVE_INFINITY, shrinks = true, patch, only } = options;
  const invariants = () => allInvariants().filter(({ name }) => only === undefined || name === only);
  const began = performance.now();
  const drawn = new Map<DisturbanceKind, number>();
  const hits = new Map<DisturbanceKind, number>();
  const phases = new Map<string, number>();
  const failures: Failure[] = [];
  let [seeds, steps, haltedElsewhere] = [0, 0, 0];
  let [crashes, halts] = [never, never];
  for (const seed of options.seeds) {
    if (performance.now() - began > budgetMs) break;
    const ran = await runSeed({ seed, invariants, patch });
    seeds += 1;
    steps += ran.steps;
    crashes = added(crashes, ran.crashes);
    halts = added(halts, ran.rollouts.filter(({ halted }) => halted).length);
    haltedElsewhere += ran.rollouts.filter(({ phase, halted }) => phase === 'halted' && !halted).length;
    count(drawn, ran.schedule);
    count(hits, ran.hits);
    for (const { phase } of ran.rollouts) phases.set(phase, (phases.get(phase) ?? 0) + 1);
    options.onRun?.(ran, seeds, steps);
    if (ran.violation) failures.push(await explained(ran, ran.violation, { invariants, patch, shrinks }));
    if (failures.length >= mostFailures) break;
  }
  const ms = performance.now() - began;
  return { seeds, steps, ms, drawn, hits, crashes, phases, halts, haltedElsewhere, failures };
}

const never: Tally = { times: 0, seeds: 0 };
/** With what one more seed had. */
const added = ({ times, seeds }: Tally, more: number): Tally => ({
  times: times + more,
  seeds: seeds + (more > 0 ? 1 : 0),
});

function count(counts: Map<DisturbanceKind, number>, planned: readonly Planned[]): void {
  for (const { do: what } of planned) counts.set(what.kind, (counts.get(what.kind) ?? 0) + 1);
}

export type How = { readonly invariants: () => readonly Invariant[]; readonly patch?: Patch | undefined };
type Explaining = How & { readonly shrinks: boolean };

/** Shrinks a failing run, and tells what happens in the shortest one. */
export async function explained(
  ran: Ran,
  violation: Violation,
  { shrinks, ...how }: Explaining,
): Promise<Failure> {
  const { seed } = ran;
  if (!shrinks) return { seed, violation, schedule: ran.schedule, drawn: ran.schedule.length, story: [] };
  const again = (schedule: readonly Planned[]) => runSeed({ seed, schedule, ...how });
  const schedule = await shortest(
    ran.schedule,
    async (shorter) => (await again(shorter)).violation?.invariant === violation.invariant,
  );
  return { seed, schedule, drawn: ran.schedule.length, ...(await told(seed, schedule, violation, how)) };
}

/** Runs a schedule once more, with its story. */
export async function told(
  seed: string,
  schedule: readonly Planned[] | undefined,
  otherwise: Violation,
  how: How = { invariants: allInvariants },
): Promise<{ violation: Violation; story: readonly string[] }> {
  let story: readonly string[] = [];
  const invariants = (now: () => number) => {
    const teller = storyteller(now);
    story = teller.lines;
    return [teller, ...how.invariants()];
  };
  const { violation } = await runSeed({ ...how, seed, invariants, schedule });
  return { violation: violation ?? otherwise, story };
}
