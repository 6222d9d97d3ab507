import {
  type Budget,
  broughtDown,
  close,
  type RequestLane,
  requestLanes,
  roomAt,
  take,
  timing,
  untouched,
  withClosing,
} from '../budget/budget.ts';
import type { Runtime } from '../platform/runtime.ts';
import { type BudgetEntity, createBudgetEntity, type Known } from './budgetEntity.ts';
import type { Table } from './table.ts';

/**
 * What became of a request for a ticket.
 * `taken`: it is written down, and the request may be sent until `goodUntil`.
 * `full`: its lane has no room before `until`.
 * `unreachable`: the table did not take it, or nobody knows whether it did; then it is counted without being used.
 */
export type Verdict =
  | { readonly kind: 'taken'; readonly goodUntil: number }
  | { readonly kind: 'full'; readonly until: number }
  | { readonly kind: 'unreachable'; readonly cause: unknown };

export type BudgetOptions = {
  readonly table: Table;
  readonly publisher: string;
  /** Requests a minute. */
  readonly limit: number;
  readonly runtime: Runtime;
};

/** Somebody who waits for a closing to be written down. */
type Closer = { readonly done: () => void; overtaken: number };

type Waiting = {
  readonly lane: RequestLane;
  /** Who came first goes first, also after having slept. */
  readonly since: number;
  readonly settle: (verdict: Verdict) => void;
  /** How often another instance was faster. */
  overtaken: number;
};

/** Whoever overtakes has taken a request, so with the Store's limit this is out of reach; it bounds what a fault can do. */
const mostOvertaken = 50;
const pauseMs = 20;

const byUrgency = (a: Waiting, b: Waiting): number =>
  requestLanes.indexOf(a.lane) - requestLanes.indexOf(b.lane) || a.since - b.since;

/**
 * The row that all instances share. One write is under way at a time; whoever comes meanwhile is in the next one, all
 * together, the most urgent lanes first. The row is remembered with its ETag, so an instance that nobody races needs one
 * round trip for a ticket.
 */
export class BudgetRow {
  readonly #options: BudgetOptions;
  readonly #entity: BudgetEntity;
  #waiting: Waiting[] = [];
  #readers: (() => void)[] = [];
  #closers: Closer[] = [];
  #running = false;
  #known: Known | undefined;
  /** What the Store told this instance, whether or not it could be written down. */
  #closed: Budget['closed'];

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#entity = createBudgetEntity(options.table, options.publisher, options.runtime);
  }

  /** Never rejects. */
  take(lane: RequestLane, since: number): Promise<Verdict> {
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    this.#waiting.push({ lane, since, settle: resolve, overtaken: 0 });
    this.#start();
    return promise;
  }

  /**
   * Tells all instances that the Store refuses. Never rejects: this instance keeps to it in any case, and the others are
   * told by the Store where the table cannot tell them.
   */
  close(forMs: number): Promise<void> {
    this.#closed = close({ taken: [], closed: this.#closed }, forMs, this.#options.runtime.now()).closed;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closers.push({ done: resolve, overtaken: 0 });
    this.#start();
    return promise;
  }

  /** What a lane could take at a time from now on, as far as this instance remembers; no request is made. */
  roomAt(lane: RequestLane, time: number): number {
    const budget = withClosing(this.#known?.budget ?? untouched, this.#closed);
    return roomAt(budget, lane, time, this.#options.limit);
  }

  /** Forgets what is remembered, and reads the row. Never rejects: the next take meets the same trouble. */
  refresh(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#readers.push(resolve);
    this.#start();
    return promise;
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length + this.#readers.length + this.#closers.length > 0) {
      try {
        await this.#round();
      } catch (cause) {
        this.#giveUp(cause);
      }
    }
    this.#running = false;
  }

  async #round(): Promise<void> {
    const readers = this.#readers.splice(0);
    if (readers.length > 0) this.#known = undefined;
    const known = await this.#read().finally(() => {
      for (const done of readers) done();
    });
    const batch = this.#waiting.splice(0).sort(byUrgency);
    const closers = this.#closers.splice(0);
    const now = this.#options.runtime.now();
    const mended = broughtDown(known.budget, now);
    const told = broughtDown({ taken: [], closed: this.#closed }, now);
    if (told) this.#closed = told.closed;
    const { budget, taken } = this.#tickets(mended ?? known.budget, batch, now);
    if (taken.length + closers.length === 0 && !mended) return;
    try {
      const written = await this.#entity.write(budget, known.etag);
      if (written.kind === 'overtaken') return await this.#again(taken, closers, written.cause);
      this.#known = written.etag === undefined ? undefined : { budget, etag: written.etag };
      for (const { settle } of taken) settle({ kind: 'taken', goodUntil: now + timing.goodForMs });
      for (const { done } of closers) done();
    } catch (cause) {
      // It may have been written all the same: then it counts, and nobody uses it.
      this.#waiting.push(...taken);
      this.#closers.push(...closers);
      throw cause;
    }
  }

  /** What the batch takes; who finds no room is told at once. */
  #tickets(before: Budget, batch: readonly Waiting[], now: number): { budget: Budget; taken: Waiting[] } {
    let budget = withClosing(before, this.#closed);
    const taken = batch.filter(({ lane, settle }) => {
      const taking = take(budget, lane, now, this.#options.limit);
      if (taking.kind === 'wait') settle({ kind: 'full', until: taking.until });
      else budget = taking.budget;
      return taking.kind === 'taken';
    });
    return { budget, taken };
  }

  async #read(): Promise<Known> {
    this.#known ??= await this.#entity.read();
    return this.#known;
  }

  async #again(taken: readonly Waiting[], closers: readonly Closer[], cause: unknown): Promise<void> {
    this.#known = undefined;
    for (const one of closers)
      if (++one.overtaken < mostOvertaken) this.#closers.push(one);
      else one.done();
    for (const one of taken)
      if (++one.overtaken < mostOvertaken) this.#waiting.push(one);
      else one.settle({ kind: 'unreachable', cause });
    const { runtime } = this.#options;
    await runtime.sleep(Math.ceil(pauseMs * runtime.random()));
  }

  /** Also for those who came while the table did not answer: they would only wait for it once more. */
  #giveUp(cause: unknown): void {
    this.#known = undefined;
    for (const { lane, settle } of this.#waiting.splice(0)) settle(this.#withoutTable(lane, cause));
    for (const done of this.#readers.splice(0)) done();
    for (const { done } of this.#closers.splice(0)) done();
  }

  /** What the Store has told this instance holds without the table. */
  #withoutTable(lane: RequestLane, cause: unknown): Verdict {
    const { runtime, limit } = this.#options;
    const taking = take(withClosing(untouched, this.#closed), lane, runtime.now(), limit);
    return taking.kind === 'wait' ? { kind: 'full', until: taking.until } : { kind: 'unreachable', cause };
  }
}
