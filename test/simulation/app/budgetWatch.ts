import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestLane } from '../../../src/shared/budget/budget.ts';
import { NoRoomError } from '../../../src/shared/budget/errors.ts';
import type { PublisherBudget, TakeOptions, Ticket } from '../../../src/shared/budget/port.ts';
import type { Runtime } from '../../../src/shared/platform/runtime.ts';
import { isStatus } from '../../../src/shared/state/errors.ts';
import type { Table } from '../../../src/shared/state/table.ts';
import type { Clockwork } from '../engine/clockwork.ts';
import { currentInvocation, type Invocation } from '../engine/invocation.ts';

/** What a request asked of the budget before it was sent. */
export type Asked = {
  readonly lane: RequestLane;
  /** While it asked, the table of budgets failed this instance, or left it without an answer. */
  readonly unreachable: boolean;
};

/**
 * Somebody asks for a request; or found no room, and waits for it or is refused. `beside` counts the halts that the same
 * instance asks for at that moment, which the row may not have yet.
 */
type Happened =
  | { readonly kind: 'noRoom'; readonly lane: RequestLane; readonly beside: number }
  | { readonly kind: 'asks'; readonly operation: string | undefined };
export type BudgetEvent = { readonly publisher: string; readonly invocation: Invocation } & Happened;

type Options = {
  readonly publisher: string;
  readonly clockwork: Clockwork;
  readonly onEvent: (event: BudgetEvent) => void;
};

/*
 * When a table counts as unreachable, so that a halt may go without it. These are numbers of its own, and not those of the
 * code: whoever changes the code's has to change what is allowed as well (docs/decisions/0014-request-budget.md).
 */

/** An operation on the table is given up after this. */
const givenUpMs = 1_500;
/** Whoever lost a race for the row pauses for so long at most: that is no waiting for room. */
const pauseMs = 20;
/** So many claims in a row that were too old when they were written are like a table that cannot be reached. */
const mostLate = 3;

/** Stands around the budget of one instance, and sees what is asked of it and what its table does meanwhile. */
export class BudgetWatch {
  readonly #options: Options;
  readonly #taking = new AsyncLocalStorage<RequestLane>();
  readonly #granted = new WeakMap<Invocation, (Asked & { readonly step: number })[]>();
  readonly #pending = new Set<{ readonly since: number }>();
  readonly #asking: Record<RequestLane, number> = { halt: 0, change: 0, poll: 0 };
  #failedAt = Number.NEGATIVE_INFINITY;
  /** When the last writes came to their end, and how long they took. */
  #written: { readonly at: number; readonly tookMs: number }[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  tableOver = (table: Table): Table => ({
    ...table,
    getEntity: (...of) => this.#timed(table.getEntity(...of)),
    createEntity: (...of) => this.#timed(table.createEntity(...of)),
    updateEntity: (...of) => this.#timed(table.updateEntity(...of)),
  });

  runtimeOver = (runtime: Runtime): Runtime => ({
    ...runtime,
    sleep: (ms, abortSignal) => {
      const lane = this.#taking.getStore();
      if (lane !== undefined && ms > pauseMs) this.#tell(this.#noRoom(lane));
      return runtime.sleep(ms, abortSignal);
    },
  });

  budgetOver = (budget: PublisherBudget): PublisherBudget => ({
    ...budget,
    take: (lane, options) => this.#take(budget, lane, options),
  });

  /** What the request that is being sent has asked; nothing if nobody asked for it. */
  askedBy(invocation: Invocation): Asked | undefined {
    const granted = this.#granted.get(invocation) ?? [];
    const { steps } = this.#options.clockwork;
    // A request follows at once; what was granted earlier, somebody has given up.
    while (granted[0] && granted[0].step < steps) granted.shift();
    return granted.shift();
  }

  async #take(budget: PublisherBudget, lane: RequestLane, options: TakeOptions = {}): Promise<Ticket> {
    const invocation = currentInvocation('the budget');
    const since = this.#now();
    this.#asking[lane] += 1;
    this.#tell({ kind: 'asks', operation: options.operation });
    try {
      const ticket = await this.#taking.run(lane, () => budget.take(lane, options));
      const asked = { lane, unreachable: this.#wasUnreachable(since) };
      const isForNow = options.operation !== undefined;
      if (isForNow) this.#grant(invocation, asked);
      return {
        redeem: () => {
          const good = ticket.redeem();
          if (good && !isForNow) this.#grant(invocation, asked);
          return good;
        },
      };
    } catch (error) {
      if (error instanceof NoRoomError && !this.#wasUnreachable(since)) this.#tell(this.#noRoom(lane));
      throw error;
    } finally {
      this.#asking[lane] -= 1;
    }
  }

  #grant(invocation: Invocation, asked: Asked): void {
    const granted = this.#granted.get(invocation) ?? [];
    granted.push({ ...asked, step: this.#options.clockwork.steps });
    this.#granted.set(invocation, granted);
  }

  #wasUnreachable(since: number): boolean {
    if (this.#failedAt >= since) return true;
    const now = this.#now();
    if ([...this.#pending].some((each) => now - each.since >= givenUpMs)) return true;
    return this.#written.filter(({ at, tookMs }) => at >= since && tookMs >= givenUpMs).length >= mostLate;
  }

  async #timed<Answer>(operation: Promise<Answer>): Promise<Answer> {
    const began = { since: this.#now() };
    this.#pending.add(began);
    try {
      return await operation;
    } catch (error) {
      if (!isStatus(error, 404, 409, 412)) this.#failedAt = this.#now();
      throw error;
    } finally {
      this.#pending.delete(began);
      const at = this.#now();
      this.#written = [...this.#written.slice(1 - mostLate), { at, tookMs: at - began.since }];
    }
  }

  #noRoom(lane: RequestLane): Happened {
    return { kind: 'noRoom', lane, beside: this.#asking.halt - (lane === 'halt' ? 1 : 0) };
  }

  #tell(event: Happened): void {
    const { publisher, onEvent } = this.#options;
    onEvent({ publisher, invocation: currentInvocation('the budget'), ...event });
  }

  #now(): number {
    return this.#options.clockwork.now();
  }
}
