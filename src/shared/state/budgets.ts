import { type RequestLane, timing } from '../budget/budget.ts';
import { NoRoomError } from '../budget/errors.ts';
import { freshPace, grantLook, polled, slowDown } from '../budget/pace.ts';
import type { PublisherBudget, TakeOptions, Ticket } from '../budget/port.ts';
import { type BudgetOptions, BudgetRow } from './budgetRow.ts';

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
    grantLook(round, requests) {
      const now = runtime.now();
      const room = row.roomAt('poll', now + aheadMs);
      const granting = grantLook(pace, { round, requests }, { now, limit, room });
      pace = granting.pace;
      return granting.granted;
    },
  };

  async function takeOne(
    lane: RequestLane,
    { abortSignal, patienceMs = shortPatienceMs }: TakeOptions = {},
  ): Promise<Ticket> {
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
          if (++late >= mostLateTickets) return withoutRow(lane);
          break;
        case 'unreachable':
          return withoutRow(lane, verdict.cause);
        case 'full':
          if (verdict.until - since > patienceMs) throw refusal(lane, verdict.until, now);
          await runtime.sleep(Math.max(0, verdict.until - now), abortSignal);
      }
    }
  }

  function withoutRow(lane: RequestLane, cause?: unknown): Ticket {
    if (lane === 'halt') return ticketUntil(runtime.now() + timing.goodForMs);
    const problem = 'the table of request budgets cannot be written';
    throw new NoRoomError(problem, { retryAfterMs: unreachableRetryMs, cause });
  }

  function refusal(lane: RequestLane, until: number, now: number): NoRoomError {
    if (lane === 'poll') pace = slowDown(pace, now);
    // Without the time, so that the same trouble is the same sentence.
    const problem = `the publisher has used up its ${limit} requests a minute, or the Store asked for a pause`;
    return new NoRoomError(problem, { retryAfterMs: Math.max(0, until - now) });
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
