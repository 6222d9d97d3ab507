import { startTimers, triggersOf } from './app/functions.ts';
import { type Patch, startInstance } from './app/instance.ts';
import { People } from './app/people.ts';
import { type Outcome, Platform, type Trigger } from './app/platform.ts';
import { channels, postOf } from './app/readers.ts';
import { sceneOf } from './app/scene.ts';
import { openServices, type QueueName, type Services } from './app/services.ts';
import { DeedWatch } from './deedWatch.ts';
import { atRest, Clockwork } from './engine/clockwork.ts';
import type { Planned } from './engine/disturbance.ts';
import { Draws } from './engine/draws.ts';
import { currentDoing, currentInvocation } from './engine/invocation.ts';
import { Outside } from './engine/outside.ts';
import { clockMoments, type Moment, type Plan, planOf, watched } from './engine/plan.ts';
import { drawnPlan } from './engine/profile.ts';
import { type Invariant, Violation } from './facts.ts';
import { hasEnded, Recorder } from './recorder.ts';

const minute = 60_000;

/** All runs begin here: a Monday morning. */
const beginning = Date.UTC(2027, 0, 4, 8);
/** For so long things go wrong; after it, Rampart has so long to put everything right. */
const disturbedMs = 150 * minute;
const quietMs = 130 * minute;
/** After an outage, what was left lying is taken up within this. */
const recoveryMs = 15 * minute;

export type RunOptions = {
  readonly seed: string;
  readonly invariants: (now: () => number) => readonly Invariant[];
  /** Absent: drawn from the seed. */
  readonly schedule?: readonly Planned[] | undefined;
  readonly patch?: Patch | undefined;
  /** Ends as soon as every rollout has and people are told, and not only after the time in which things go wrong. */
  readonly untilOver?: boolean;
  /** Told of every moment at which the run could be disturbed. */
  readonly onMoment?: (moment: Moment) => void;
};

export type Ran = {
  readonly seed: string;
  readonly steps: number;
  /** What was to disturb it, and what of that took effect. */
  readonly schedule: readonly Planned[];
  readonly hits: readonly Planned[];
  readonly violation: Violation | undefined;
  readonly rollouts: readonly { readonly id: string; readonly phase: string; readonly halted: boolean }[];
  readonly crashes: number;
};

/** Runs one seed: everything from the first start to long after the last fault. */
export async function runSeed(options: RunOptions): Promise<Ran> {
  const simulation = new Simulation(options);
  const ran = simulation.result(await simulation.run());
  await simulation.close();
  return ran;
}

class Simulation {
  readonly #options: RunOptions;
  readonly #clockwork = new Clockwork(beginning);
  readonly #plan: Plan;
  readonly #recorder: Recorder;
  readonly #services: Services;
  readonly #outside: Outside;
  readonly #platform: Platform;
  readonly #triggers: Readonly<Record<QueueName, Trigger>>;
  readonly #hits = new Set<Planned>();
  #failure: Violation | undefined;
  #closed = false;
  #crashes = 0;
  #expected = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    const clockwork = this.#clockwork;
    const draws = new Draws(options.seed);
    const isOver = () => clockwork.now() > beginning + disturbedMs;
    const plan = options.schedule ? planOf(options.schedule) : drawnPlan(draws, isOver);
    this.#plan = options.onMoment ? watched(plan, options.onMoment) : plan;
    const services = openServices(draws, clockwork.now, {
      onWritten: (table, written) => {
        this.#guard(() => this.#recorder.wrote(table, written));
        deeds.wrote(table, written, this.#outside.acting);
      },
      onQueried: (table, filter) => this.#guard(() => this.#recorder.queried(table, filter)),
    });
    this.#services = services;
    const scene = sceneOf(draws, services.store);
    const deeds = new DeedWatch({
      subjects: scene.subjects,
      rolloutOf: (id) => this.#recorder.rollouts.get(id),
    });
    this.#expected = options.untilOver ? scene.subjects.length : 0;
    this.#outside = new Outside({
      clockwork,
      draws,
      plan: this.#plan,
      rollouts: () => scene.subjects.length,
      act: (doing, at) => {
        deeds.act(doing, () => people.act(doing.deed, at));
        this.#guard(() => this.#recorder.deed(doing.deed));
      },
      onHit: (planned) => void this.#hits.add(planned),
      onStandstill: (ms) => this.#guard(() => this.#recorder.standstill(ms)),
      crash: (owner) => {
        this.#crashes += 1;
        this.#recorder.standstill(0);
        this.#platform.crash(owner);
      },
    });
    this.#recorder = new Recorder(
      options.invariants(clockwork.now),
      clockwork,
      () => services.store,
      () => this.#outside.acting,
    );
    const log = {
      info: (line: string) => this.#guard(() => this.#recorder.said(line, 'the log')),
      error: (line: string) => this.#guard(() => this.#recorder.said(line, 'the log')),
    };
    const { watch } = this.#recorder;
    const readers = postOf(this.#outside, (id, body) => {
      this.#guard(() => this.#recorder.told(id));
      people.read(body);
    });
    this.#platform = new Platform({
      outside: this.#outside,
      instances: scene.instances,
      start: (owner) =>
        startInstance({
          ...{ owner, outside: this.#outside, services, publishers: scene.publishers, log },
          watch: {
            sent: (call) => this.#guard(() => watch.sent(call)),
            applied: (call) => this.#guard(() => watch.applied(call)),
            answered: (call) => this.#guard(() => watch.answered(call)),
          },
          onBudget: (event) => this.#guard(() => this.#recorder.budgetEvent(event)),
          ...{ patch: options.patch ?? {}, channels, post: readers },
          onSent: (queue) => this.#platform.wake(this.#triggers[queue]),
        }),
      onEnded: (invocation, outcome) =>
        this.#guard(() => {
          this.#recorder.said(textOf(outcome), 'an answer');
          if ('value' in outcome) this.#recorder.finished(invocation, outcome.value);
          deeds.ended(invocation, outcome);
        }),
      onPoison: () => {},
    });
    this.#triggers = triggersOf(services);
    startTimers({ outside: this.#outside, platform: this.#platform, services, triggers: this.#triggers });
    const people = new People({
      ...{ clockwork, draws, platform: this.#platform, services, subjects: scene.subjects },
      onPortal: (_subject, deed) => {
        currentDoing()?.hit();
        this.#guard(() => this.#recorder.deed(deed));
      },
      onLink: (link) => this.#guard(() => this.#recorder.visited(currentInvocation('a link'), link)),
    });
    for (const { at, afterMs } of clockMoments(options.schedule ?? []))
      clockwork.after(afterMs, undefined, () => void this.#outside.disturb(at, 'clock', undefined));
  }

  async run(): Promise<Violation | undefined> {
    const end = beginning + disturbedMs + quietMs;
    while (this.#failure === undefined && (await this.#clockwork.step(end)))
      if (this.#mayEnd() && this.#isAllOver()) break;
    if (this.#failure === undefined) this.#guard(() => this.#recorder.ended());
    return this.#failure;
  }

  /** Lets go of everything: what still waits gives up, and nobody looks any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timeout of this.#outside.timeouts) timeout.abort();
    await atRest();
  }

  result(violation: Violation | undefined): Ran {
    const rollouts = [...this.#recorder.rollouts.values()].map(({ id, row, halt }) => ({
      id,
      phase: String(row.columns.phase),
      halted: halt !== undefined,
    }));
    return {
      ...{ seed: this.#options.seed, steps: this.#clockwork.steps, schedule: this.#plan.said, violation },
      ...{ hits: [...this.#hits], rollouts, crashes: this.#crashes },
    };
  }

  #mayEnd(): boolean {
    const now = this.#clockwork.now();
    if (now < this.#outside.downUntil + recoveryMs) return false;
    return this.#options.untilOver === true || now > beginning + disturbedMs;
  }

  #isAllOver(): boolean {
    const rollouts = [...this.#recorder.rollouts.values()];
    if (rollouts.length < this.#expected || !rollouts.every(({ row }) => hasEnded(row))) return false;
    const isTold = () =>
      !this.#services.tables.rollouts.all().some(({ rowKey }) => rowKey.startsWith('outbox.'));
    return this.#options.untilOver !== true || isTold();
  }

  /** What an invariant finds must not become a fault of the code that it looks at. */
  #guard(look: () => void): void {
    if (this.#closed) return;
    try {
      look();
    } catch (error) {
      this.#failure ??= error instanceof Violation ? error : new Violation('simulation', describe(error));
    }
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

function textOf(outcome: Outcome): string {
  if ('value' in outcome) return JSON.stringify(outcome.value) ?? '';
  return errorText(outcome.error);
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = `${error.stack ?? error.message} ${JSON.stringify(error)}`;
  return error.cause === undefined ? own : `${own} ${errorText(error.cause)}`;
}
