import type { FunctionDefinition, TriggerOf } from './functionDefinition.ts';
import type { HostStorage } from './hostStorage.ts';
import type { Invoker } from './invoker.ts';
import type { Lease } from './lease.ts';
import type { Logger } from './logger.ts';
import { pause, pauseUntil } from './pause.ts';
import { isMonitored, parseSchedule, type Schedule } from './schedule.ts';
import { isPastDue, nextStatus, type ScheduleStatus, timerData } from './timerInfo.ts';

/** How soon a host asks again for a timer that another one runs. */
const lockRetryMs = 1_000;

export interface TimerListenerOptions {
  definition: FunctionDefinition<TriggerOf<'timerTrigger'>>;
  storage: HostStorage;
  invoker: Invoker;
  logger: Logger;
}

/** Runs one timer by its schedule: in one host at a time, and never twice at once. */
export class TimerListener {
  readonly #options: TimerListenerOptions;
  readonly #schedule: Schedule;
  readonly #monitored: boolean;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #status: ScheduleStatus | undefined;

  /** Throws a ScheduleError. */
  constructor(options: TimerListenerOptions) {
    const { schedule, useMonitor } = options.definition.trigger;
    this.#options = options;
    this.#schedule = parseSchedule(schedule);
    this.#monitored = (useMonitor ?? true) && isMonitored(this.#schedule, new Date());
  }

  start(): void {
    this.#running = this.#listen();
  }

  /** Lets a run that is under way end, and gives up the timer. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #listen(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#runIfLocked();
      } catch (error) {
        this.#options.logger('warning', this.#name, `The timer goes on after: ${String(error)}`);
      }
      await pause(lockRetryMs, signal);
    }
  }

  async #runIfLocked(): Promise<void> {
    const lease = await this.#options.storage.acquireListenerLock(this.#name);
    if (!lease) return;
    try {
      await this.#runWhileHeld(lease);
    } finally {
      await lease.release();
    }
  }

  async #runWhileHeld(lease: Lease): Promise<void> {
    const signal = AbortSignal.any([this.#stopping.signal, lease.lost]);
    await this.#runMissed();
    for (let after = new Date(); !signal.aborted; ) {
      const due = this.#schedule.next(after);
      await pauseUntil(due, signal);
      if (signal.aborted) return;
      await this.#run(due, false);
      // A timer may wake a moment early: without the maximum the same occurrence would come again.
      after = new Date(Math.max(Date.now(), due.getTime()));
    }
  }

  /** A first run for what fell due while no host ran, or because the function asks for one at every start. */
  async #runMissed(): Promise<void> {
    const now = new Date();
    if (this.#monitored) this.#status = await this.#options.storage.readScheduleStatus(this.#name);
    const pastDue = isPastDue(this.#status, this.#schedule, now);
    if (pastDue || this.#options.definition.trigger.runOnStartup) await this.#run(now, pastDue);
    else if (!this.#status) await this.#remember(nextStatus(this.#schedule, now));
  }

  async #run(due: Date, pastDue: boolean): Promise<void> {
    await this.#options.invoker.invoke(this.#options.definition, timerData(pastDue, this.#status));
    await this.#remember(nextStatus(this.#schedule, new Date(), due));
  }

  async #remember(status: ScheduleStatus): Promise<void> {
    if (!this.#monitored) return;
    this.#status = status;
    await this.#options.storage.writeScheduleStatus(this.#name, status);
  }

  get #name(): string {
    return this.#options.definition.name;
  }
}
