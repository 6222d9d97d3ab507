import { day, hour } from '../support/builders.ts';
import type { Cost } from './cost.ts';
import { type CountedStage, startCountedStage, type Timer } from './countedStage.ts';
import { seedRollouts } from './manyRollouts.ts';
import { ensure, push, type Subject, start, submit, type Telemetry, timing } from './subject.ts';

/** The cost of one function's run in one situation. */
export type Measured = {
  readonly what: string;
  /** What started the function. */
  readonly trigger: 'timer' | 'queue' | 'HTTP';
  /** Which telemetry the check reads; absent where it makes no difference. */
  readonly telemetry?: Telemetry;
  readonly cost: Cost;
};

/**
 * Plays whole rollouts through the bundle and counts what each step of them asks of the storage and of the Store.
 *
 * @param existing how many other rollouts there are when one is due among many
 */
export async function measureRequests(existing = 1_000): Promise<Measured[]> {
  await using stage = await startCountedStage();
  return [
    ...(await idleTicks(stage)),
    ...(await wholeRollout(stage, 'pushed')),
    ...(await wholeRollout(stage, 'storeAnalytics')),
    ...(await haltByHttp(stage)),
    ...(await oneOfMany(stage, existing)),
  ];
}

async function idleTicks(stage: CountedStage): Promise<Measured[]> {
  return [
    { what: 'first tick of a new instance', trigger: 'timer', cost: await stage.tick('pollRollouts') },
    { what: 'tick, nothing due', trigger: 'timer', cost: await stage.tick('pollRollouts') },
  ];
}

/** From start to finalize, each kind of pass once. */
async function wholeRollout(stage: CountedStage, telemetry: Telemetry): Promise<Measured[]> {
  const subject = await submit(stage, telemetry);
  const started = await stage.count(() => start(stage, subject));
  const published = await passes(stage, 'published', 'pollSubmissions', day);
  await ensure(stage, subject, { phase: 'ramping', percentage: 5 });
  await leaveLane(stage);
  const pushed = await reachEvidence(stage, subject);
  const quiet = await passes(stage, 'quiet', 'pollRollouts', hour / 6, telemetry);
  await ensure(stage, subject, { sentence: 'Baking at 5' });
  const raised = await bakeThen(stage, subject, 'raise');
  await ensure(stage, subject, { phase: 'ramping', percentage: 100 });
  const finalized = await bakeThen(stage, subject, 'finalize');
  await ensure(stage, subject, { phase: 'completed' });
  const independent: Measured[] = [
    { what: 'start', trigger: 'HTTP', cost: started },
    ...published,
    { what: 'sample pushed', trigger: 'HTTP', cost: pushed },
  ];
  return [...(telemetry === 'pushed' ? independent : []), ...quiet, ...raised, ...finalized];
}

/** A pass that finds evidence for the first time has news; the ones after it are quiet. Gives the cost of pushing. */
async function reachEvidence(stage: CountedStage, subject: Subject): Promise<Cost> {
  await stage.control.advanceClock(timing[subject.telemetry].evidenceMs);
  const pushed = await pushIfRead(stage, subject);
  await stage.tickAndPass('pollRollouts');
  return pushed;
}

async function bakeThen(
  stage: CountedStage,
  subject: Subject,
  what: 'raise' | 'finalize',
): Promise<Measured[]> {
  await stage.control.advanceClock(timing[subject.telemetry].bakeMs);
  await pushIfRead(stage, subject);
  return passes(stage, what, 'pollRollouts', 0, subject.telemetry);
}

const pushIfRead = (stage: CountedStage, subject: Subject): Promise<Cost> =>
  stage.count(async () => {
    if (subject.telemetry === 'pushed') await push(stage, subject);
  });

/** Lets domain time pass, then a timer finds one rollout due, and its pass follows. */
async function passes(
  stage: CountedStage,
  what: string,
  timer: Timer,
  afterMs: number,
  telemetry?: Telemetry,
): Promise<Measured[]> {
  await stage.control.advanceClock(afterMs);
  const { tick, pass } = await stage.tickAndPass(timer);
  const common = { what, ...(telemetry !== undefined && { telemetry }) };
  return [
    { ...common, trigger: 'timer', cost: tick },
    { ...common, trigger: 'queue', cost: pass },
  ];
}

async function ramping(stage: CountedStage): Promise<Subject> {
  const subject = await submit(stage, 'pushed');
  await start(stage, subject);
  await stage.control.advanceClock(day);
  await stage.tickAndPass('pollSubmissions');
  await leaveLane(stage);
  return subject;
}

/** The row in the round that a published rollout has left goes with one look more. */
async function leaveLane(stage: CountedStage): Promise<void> {
  await stage.control.advanceClock(hour / 30);
  await stage.tickAndPass('pollSubmissions');
}

async function haltByHttp(stage: CountedStage): Promise<Measured[]> {
  const subject = await ramping(stage);
  const cost = await stage.count(() =>
    stage.api.send('POST', `rollouts/${subject.id}/halt`, { reason: 'Counting what it costs.' }),
  );
  await ensure(stage, subject, { phase: 'halted' });
  return [{ what: 'halt', trigger: 'HTTP', cost }];
}

async function oneOfMany(stage: CountedStage, existing: number): Promise<Measured[]> {
  await ramping(stage);
  await stage.control.advanceClock(hour);
  await seedRollouts(stage.storage, existing, new Date((await stage.control.readClock()).now));
  const { tick } = await stage.tickAndPass('pollRollouts');
  return [{ what: `tick, 1 due of ${existing + 1} rollouts`, trigger: 'timer', cost: tick }];
}
