import { z } from 'zod';
import { type Budget, type RequestLane, requestLanes, type Taken } from '../budget/budget.ts';
import type { Key, Row } from './rows.ts';

/**
 * A budget as a row: `since` is the time of its oldest ticket, and `taken` lists all of them as `{ms}{lane}`, such as
 * `0p 350p 1200h`; the milliseconds are those since the one before. So the thousands that the highest limit allows fit
 * into a column, and people can still read them.
 */

const partition = 'budget';

export const budgetKey = (publisher: string): Key => ({ partitionKey: partition, rowKey: publisher });

const letterOf = { halt: 'h', change: 'c', poll: 'p' } as const satisfies Record<RequestLane, string>;
const laneOf = new Map<string, RequestLane>(requestLanes.map((lane) => [letterOf[lane], lane]));

export function toBudgetRow(publisher: string, { taken, closed }: Budget): Row {
  const since = taken[0]?.at ?? 0;
  return {
    ...budgetKey(publisher),
    since: isoOf(since),
    taken: taken
      .map(({ at, lane }, index) => `${at - (taken[index - 1]?.at ?? since)}${letterOf[lane]}`)
      .join(' '),
    ...(closed && { closedAt: isoOf(closed.at), closedUntil: isoOf(closed.until) }),
  };
}

const isoOf = (ms: number): string => new Date(ms).toISOString();

const instant = z.iso.datetime().transform((text) => Date.parse(text));
const rowSchema = z.object({
  since: instant,
  taken: z.string(),
  closedAt: instant.optional(),
  closedUntil: instant.optional(),
});

/**
 * A row that somebody has written by hand, and that is none, counts as one in which nothing was taken: a halt must not
 * fail for it, and the Store has its own limit behind this one.
 */
export function fromBudgetRow(row: unknown): Budget {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success) return { taken: [] };
  const { since, taken, closedAt, closedUntil } = parsed.data;
  return {
    taken: takenIn(since, taken),
    ...(closedAt !== undefined &&
      closedUntil !== undefined && { closed: { at: closedAt, until: closedUntil } }),
  };
}

function takenIn(since: number, taken: string): Taken[] {
  let at = since;
  return taken.split(' ').flatMap((word) => {
    const [, ms = '', letter = ''] = /^(\d{1,9})([a-z])$/.exec(word) ?? [];
    const lane = laneOf.get(letter);
    if (lane === undefined) return [];
    at += Number(ms);
    return [{ at, lane }];
  });
}
