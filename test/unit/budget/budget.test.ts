import { describe, expect, test } from 'vitest';
import {
  type Budget,
  close,
  mostFor,
  type RequestLane,
  sharesOf,
  take,
  timing,
  untouched,
  withClosing,
} from '../../../src/shared/budget/budget.ts';

const start = Date.parse('2026-03-02T00:00:00.000Z');
const limit = 20;

/** Takes as many as there is room for, all at one time. */
function fill(lane: RequestLane, budget: Budget = untouched, now = start): Budget {
  const taking = take(budget, lane, now, limit);
  return taking.kind === 'taken' ? fill(lane, taking.budget, now) : budget;
}

const count = ({ taken }: Budget) => taken.length;
const kindOf = (budget: Budget, lane: RequestLane, now = start) => take(budget, lane, now, limit).kind;

test.each<[limit: number, halt: number, change: number, poll: number]>([
  [5, 2, 1, 2],
  [10, 2, 2, 6],
  [20, 4, 4, 12],
  [100, 20, 20, 60],
  [1_000, 200, 200, 600],
])('of %i requests, halts have %i for themselves, changes %i and polls %i', (of, halt, change, poll) => {
  expect(sharesOf(of)).toEqual({ halt, change, poll });
});

describe('twenty requests a minute', () => {
  test.each<[RequestLane, number]>([
    ['poll', 12],
    ['change', 16],
    ['halt', 20],
  ])('give %s alone %i at once', (lane, most) => {
    expect(count(fill(lane))).toBe(most);
    expect(mostFor(lane, limit)).toBe(most);
  });

  test('leave a halt its share, whatever polls and changes have taken', () => {
    const before = fill('change', fill('poll'));
    expect(count(before)).toBe(16);
    expect(count(fill('halt', before))).toBe(20);
  });

  test('leave a change its share behind polls, and a poll none behind changes', () => {
    expect(count(fill('change', fill('poll')))).toBe(16);
    expect(kindOf(fill('change'), 'poll')).toBe('wait');
  });

  test('come back one by one as the oldest leaves the window', () => {
    const early = fill('poll').taken.slice(0, 1);
    const budget: Budget = { taken: [...early, ...fill('poll', untouched, start + 5_000).taken.slice(1)] };
    const until = start + timing.windowMs;
    expect(take(budget, 'poll', start + 10_000, limit)).toEqual({ kind: 'wait', until });
    const later = fill('poll', budget, until);
    expect(later.taken.filter(({ at }) => at === until)).toHaveLength(1);
  });
});

describe('a closing by the Store', () => {
  const closed = close(untouched, 14_000, start);

  test.each<RequestLane>(['halt', 'change', 'poll'])('holds %s for as long as it says', (lane) => {
    const until = start + 14_000;
    expect(take(closed, lane, start, limit)).toEqual({ kind: 'wait', until });
    expect(take(closed, lane, until - 1, limit)).toEqual({ kind: 'wait', until });
    expect(take(closed, lane, until, limit).kind).toBe('taken');
  });

  test('is not shortened by a shorter one', () => {
    expect(close(closed, 1_000, start).closed?.until).toBe(start + 14_000);
  });

  test('of no time is none', () => {
    expect(kindOf(close(untouched, 0, start), 'poll')).toBe('taken');
  });

  test('of hours lets a halt ask again after ten minutes, and nobody else', () => {
    const long = close(untouched, 3 * 3_600_000, start);
    const later = start + timing.mostClosedToHaltsMs;
    expect(take(long, 'halt', start, limit)).toEqual({ kind: 'wait', until: later });
    expect(kindOf(long, 'halt', later)).toBe('taken');
    expect(kindOf(long, 'change', later)).toBe('wait');
    expect(kindOf(close(long, 1, later), 'halt', later), 'after the Store has refused it again').toBe('wait');
  });

  test('that no Store can mean is taken for a day', () => {
    const absurd = close(untouched, Number.MAX_SAFE_INTEGER, start);
    expect(take(absurd, 'poll', start, limit)).toEqual({ kind: 'wait', until: start + 86_400_000 });
  });

  test('that one instance knows and another does not holds for both, the longer one', () => {
    const other = close(untouched, 20_000, start + 1_000).closed;
    const until = start + 21_000;
    expect(withClosing(closed, other).closed).toEqual({ at: start + 1_000, until });
    expect(withClosing(untouched, other).closed?.until).toBe(until);
    expect(withClosing(closed, undefined)).toBe(closed);
  });
});

describe('a clock', () => {
  test('that is a little behind writes no time before the newest', () => {
    const ahead = fill('poll', untouched, start + 900).taken.slice(0, 1);
    const taking = take({ taken: ahead }, 'poll', start, limit);
    expect(taking).toMatchObject({ budget: { taken: [{ at: start + 900 }, { at: start + 900 }] } });
  });

  test('that is an hour ahead keeps nobody waiting for an hour', () => {
    const full = fill('halt', untouched, start + 3_600_000);
    const until = start + timing.mostAheadMs + timing.windowMs;
    expect(take(full, 'halt', start, limit)).toEqual({ kind: 'wait', until });
  });
});
