import { type Budget, type RequestLane, timing } from '../../../src/shared/budget/budget.ts';
import { fromBudgetRow } from '../../../src/shared/state/budgetColumns.ts';
import type { BudgetEvent } from '../app/budgetWatch.ts';
import { requestsPerMinute } from '../app/instance.ts';
import type { Owner } from '../engine/clockwork.ts';
import type { Invocation } from '../engine/invocation.ts';
import { mostSkewMs } from '../engine/runtime.ts';
import { type Invariant, Violation } from '../facts.ts';
import type { Written } from '../memory/rows.ts';
import type { StoreCall } from '../store/call.ts';

const minute = 60_000;

/** Of twenty requests: how many the window may hold when a lane takes one, that one included. */
const most: Readonly<Record<RequestLane, number>> = { poll: 12, change: 16, halt: requestsPerMinute };

/** A request that is written in the row, and for which nobody was seen to use it yet. */
type Unused = { readonly owner: Owner; readonly lane: RequestLane; readonly at: number };

type Known = {
  row: Budget;
  unused: Unused[];
  /** When the requests that are in the row were sent. */
  sentAt: number[];
  /** What the Store has told each instance. */
  readonly closedUntil: Map<Owner, number>;
};

/**
 * Every request stands in the publisher's row before it is sent, no sixty seconds see more of those than the publisher
 * has, and polls and changes keep to their shares, so that a halt waits for nothing but halts or the Store's own word.
 * One exception is by design: a halt for which the table of budgets failed while it asked is sent without it.
 */
export function theBudgetHolds(): Invariant {
  const name = 'I8';
  const publishers = new Map<string, Known>();

  function knownOf(publisher: string): Known {
    const known = publishers.get(publisher) ?? {
      ...{ row: { taken: [] }, unused: [], sentAt: [], closedUntil: new Map<Owner, number>() },
    };
    publishers.set(publisher, known);
    return known;
  }

  function budgeted({ before, after }: Written, invocation: Invocation | undefined): void {
    if (!after) return;
    const known = knownOf(after.rowKey);
    known.row = budgetOf(after);
    for (const { at, lane } of newIn(budgetOf(before), known.row)) {
      checkShares(after.rowKey, known.row, lane, at);
      if (invocation) known.unused.push({ owner: invocation.owner, lane, at });
    }
  }

  function checkShares(publisher: string, row: Budget, lane: RequestLane, at: number): void {
    const window = row.taken.filter((each) => each.at > at - timing.windowMs && each.at <= at);
    const polls = window.filter((each) => each.lane === 'poll').length;
    const halts = window.filter((each) => each.lane === 'halt').length;
    if (polls > most.poll || window.length - halts > most.change || window.length > most[lane])
      throw new Violation(
        name,
        `${publisher}: with one more ${lane} the window has ${polls} polls, ${window.length - polls - halts} changes and ${halts} halts.`,
      );
  }

  function sent(call: StoreCall): void {
    const { publisher, kind, asked, invocation, sentAt: at } = call;
    if (!asked)
      throw new Violation(name, `${publisher}: a ${kind} was sent, and nobody has asked the budget.`);
    const known = knownOf(publisher);
    known.unused = known.unused.filter((each) => each.at > at - timing.goodForMs - mostSkewMs);
    const claim = known.unused.find(({ owner, lane }) => owner === invocation.owner && lane === asked.lane);
    if (!claim) {
      if (asked.lane === 'halt' && asked.unreachable) return;
      throw new Violation(name, `${publisher}: a ${kind} in the lane ${asked.lane} was sent uncounted.`);
    }
    known.unused.splice(known.unused.indexOf(claim), 1);
    known.sentAt = [...known.sentAt.filter((each) => each > at - minute), at];
    if (known.sentAt.length > requestsPerMinute)
      throw new Violation(
        name,
        `${known.sentAt.length} requests for ${publisher} within a minute, the last a ${kind}.`,
      );
  }

  function budgetEvent(event: BudgetEvent, at: number): void {
    const known = knownOf(event.publisher);
    if (event.kind === 'closed') {
      const until = Math.max(at + event.forMs, known.closedUntil.get(event.invocation.owner) ?? 0);
      known.closedUntil.set(event.invocation.owner, until);
      return;
    }
    if (event.kind !== 'noRoom' || event.lane !== 'halt') return;
    const { closed, taken } = known.row;
    const isClosed = [closed?.until, known.closedUntil.get(event.invocation.owner)].some(
      (until = 0) => until > at - mostSkewMs,
    );
    const window = taken.filter((each) => each.at > at - timing.windowMs - mostSkewMs);
    if (!isClosed && window.length + event.beside < requestsPerMinute)
      throw new Violation(
        name,
        `${event.publisher}: a halt was kept waiting, with ${window.length} requests in the window.`,
      );
  }

  return {
    name,
    sentence: 'The publisher’s request budget is never exceeded, and a halt never waits behind a poll.',
    budgeted,
    sent,
    budgetEvent,
  };
}

const budgetOf = (row: Written['after']): Budget => (row ? fromBudgetRow({ ...row.columns }) : { taken: [] });

/** What a row has and the one before it did not. */
function newIn(before: Budget, after: Budget): Budget['taken'] {
  const old = Map.groupBy(before.taken, ({ at, lane }) => `${at} ${lane}`);
  return after.taken.filter(({ at, lane }) => old.get(`${at} ${lane}`)?.pop() === undefined);
}
