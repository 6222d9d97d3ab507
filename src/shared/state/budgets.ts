import { type RequestLane, timing } from '../budget/budget.ts';
import { freshPace, grantLook, polled, slowDown } from '../budget/pace.ts';
import type { PublisherBudget, TakeOptions, Ticket } from '../budget/port.ts';
import { StoreBudgetError } from '../msstore/errors.ts';
import { type BudgetOptions, BudgetRow, type Verdict } from './budgetRow.ts';

/**
 * How long a request waits for room where it is. The window is longer than the minute in which the timers tick, so what
 * they hand out each minute arrives a little too early each time.
 */
const shortPatienceMs = 15_000;

/** Looks are handed out for the room that there will be after this: less than they can wait. */
const aheadMs = 10_000;

/** When to ask again after the table of budgets could not be reached. */
const unreachableRetryMs = 10_000;

/** How often a ticket may be too old by the time that it is written down. */
const mostLateTickets = 3;

/** The request budget of one publisher, shared with all instances by a row of the table, and the pace of its looks. */
export function createPublisherBudget(options: BudgetOptions): PublisherBudget {
  const { limit, runtime } = options;
  const row = new BudgetRow(options);
  let pace = freshPace;

  return {
    take: takeOne,
    closed: (retryAfterMs) => row.close(retryAfterMs),
    prepare: () => row.refresh(),
    grantLook(lane, requests) {
      const now = runtime.now();
      const room = row.roomAt('poll', now + aheadMs);
      const granting = grantLook(pace, { lane, requests }, { now, limit, room });
      pace = granting.pace;
      return granting.granted;
    },
  };

  async function takeOne(lane: RequestLane, options: TakeOptions = {}): Promise<Ticket> {
    const { abortSignal, patienceMs = shortPatienceMs } = options;
    const since = runtime.now();
    let late = 0;
    for (;;) {
      abortSignal?.throwIfAborted();
      const verdict = await row.take(lane, since);
      const now = runtime.now();
      switch (verdict.kind) {
        case 'taken':
          if (lane === 'poll') pace = polled(pace);
          if (now < verdict.goodUntil) return ticketUntil(verdict.goodUntil);
          if (++late >= mostLateTickets) return withoutRow(lane, options, undefined);
          break;
        case 'unreachable':
          return withoutRow(lane, options, verdict.cause);
        case 'full':
          if (verdict.until - since > patienceMs) throw refusal(lane, verdict, now, options);
          await runtime.sleep(Math.max(0, verdict.until - now), abortSignal);
      }
    }
  }

  function withoutRow(lane: RequestLane, { operation = 'askStore' }: TakeOptions, cause: unknown): Ticket {
    if (lane === 'halt') return ticketUntil(runtime.now() + timing.goodForMs);
    const problem = 'the table of request budgets cannot be written';
    throw new StoreBudgetError(problem, { operation }, { retryAfterMs: unreachableRetryMs, cause });
  }

  function refusal(
    lane: RequestLane,
    { until }: Extract<Verdict, { kind: 'full' }>,
    now: number,
    { operation = 'askStore' }: TakeOptions,
  ): StoreBudgetError {
    if (lane === 'poll') pace = slowDown(pace, now);
    // Without the time, so that the same trouble is the same sentence.
    const problem = `the publisher has used up its ${limit} requests a minute, or the Store asked for a pause`;
    return new StoreBudgetError(problem, { operation }, { retryAfterMs: Math.max(0, until - now) });
  }

  function ticketUntil(goodUntil: number): Ticket {
    let redeemed = false;
    return {
      redeem() {
        const good = !redeemed && runtime.now() < goodUntil;
        redeemed = true;
        return good;
      },
    };
  }
}
