import type { Budget, RequestLane } from '../../../src/shared/budget/budget.ts';
import { fromBudgetRow } from '../../../src/shared/state/budgetColumns.ts';
import type { BudgetEvent } from '../app/budgetWatch.ts';
import { requestsPerMinute } from '../app/instance.ts';
import type { Owner } from '../engine/clockwork.ts';
import type { Invocation } from '../engine/invocation.ts';
import { mostSkewMs } from '../engine/runtime.ts';
import { type Invariant, Violation } from '../facts.ts';
import type { Written } from '../memory/rows.ts';
import type { StoreCall } from '../store/call.ts';
import { Closings } from './closings.ts';

/*
 * The numbers of docs/decisions/0014-request-budget.md, said here a second time on purpose: whoever changes them in the code has to
 * change what is allowed as well.
 */
const minute = 60_000;
/** For so long a request counts in the row. */
const windowMs = 65_000;
/** For so long it may be sent after it was written there. */
const goodForMs = 2_000;

/** Of twenty requests: how many the window may hold when a lane takes one, that one included. */
const most: Readonly<Record<RequestLane, number>> = { poll: 12, change: 16, halt: requestsPerMinute };

/** A request that is written in the row, and for which nobody was seen to use it yet. */
type Unused = { readonly owner: Owner; readonly lane: RequestLane; readonly at: number };

type Known = {
  row: Budget;
  unused: Unused[];
  /** When the requests that are in the row were sent. */
  sentAt: number[];
  readonly closings: Closings;
};

/**
 * Every request stands in the publisher's row before it is sent, no sixty seconds see more of those than the publisher
 * has, and polls and changes keep to their shares, so that a halt waits for nothing but halts or the Store's own word. To
 * that word everybody keeps who can know it.
 * One exception is by design: a halt for which the table of budgets failed while it asked is sent without it.
 */
export function theBudgetHolds(): Invariant {
  const name = 'I8';
  const publishers = new Map<string, Known>();

  function knownOf(publisher: string): Known {
    const known = publishers.get(publisher) ?? {
      ...{ row: { taken: [] }, unused: [], sentAt: [], closings: new Closings() },
    };
    publishers.set(publisher, known);
    return known;
  }

  function budgeted({ before, after }: Written, invocation: Invocation | undefined, now: number): void {
    if (!after) return;
    const known = knownOf(after.rowKey);
    known.row = budgetOf(after);
    known.closings.written(known.row.closed, now);
    for (const { at, lane } of newIn(budgetOf(before), known.row)) {
      checkShares(after.rowKey, known.row, lane, at);
      if (invocation) known.unused.push({ owner: invocation.owner, lane, at });
    }
  }

  function checkShares(publisher: string, row: Budget, lane: RequestLane, at: number): void {
    const window = row.taken.filter((each) => each.at > at - windowMs && each.at <= at);
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
    if (known.closings.isBroken(call))
      throw new Violation(
        name,
        `${publisher}: a ${kind} was sent while the Store had asked to be left alone, and ${invocation.owner.name} could know it.`,
      );
    known.unused = known.unused.filter((each) => each.at > at - goodForMs - mostSkewMs);
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
    if (event.kind !== 'noRoom' || event.lane !== 'halt') return;
    const isClosed = known.closings.keepsHalts(event.invocation.owner, at);
    const window = known.row.taken.filter((each) => each.at > at - windowMs - mostSkewMs);
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
    answered: ({ publisher, invocation, answer }, _of, at) => {
      if (answer === 'none' || answer?.pauseMs === undefined) return;
      knownOf(publisher).closings.told(invocation.owner, at, answer.pauseMs);
    },
    budgetEvent,
  };
}

const budgetOf = (row: Written['after']): Budget => (row ? fromBudgetRow({ ...row.columns }) : { taken: [] });

/** What a row has and the one before it did not. */
function newIn(before: Budget, after: Budget): Budget['taken'] {
  const old = Map.groupBy(before.taken, ({ at, lane }) => `${at} ${lane}`);
  return after.taken.filter(({ at, lane }) => old.get(`${at} ${lane}`)?.pop() === undefined);
}
