import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Budget,
  close,
  type RequestLane,
  requestLanes,
  sharesOf,
  take,
  timing,
  untouched,
} from '../../../src/shared/budget/budget.ts';

const start = Date.parse('2026-03-02T00:00:00.000Z');

const lanes = fc.constantFrom<RequestLane>(...requestLanes);
const limits = fc.integer({ min: 5, max: 40 });

/** One attempt: some time after the one before, by an instance whose clock is off, sent and counted a little later. */
const attempt = fc.record({
  lane: lanes,
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 70_000 })),
  offMs: fc.integer({ min: 0, max: timing.skewMs }),
  arrivesMs: fc.integer({ min: 0, max: timing.goodForMs + timing.onTheWayMs }),
});
const attempts = fc.array(attempt, { minLength: 1, maxLength: 200 });

type Attempt = { lane: RequestLane; afterMs: number; offMs: number; arrivesMs: number };

/** The arrivals of what was taken, in true time. */
function arrivals(tried: readonly Attempt[], limit: number): number[] {
  let now = start;
  let budget = untouched;
  const arrived: number[] = [];
  for (const { lane, afterMs, offMs, arrivesMs } of tried) {
    now += afterMs;
    const taking = take(budget, lane, now + offMs, limit);
    if (taking.kind === 'wait') continue;
    budget = taking.budget;
    arrived.push(now + arrivesMs);
  }
  return arrived.sort((a, b) => a - b);
}

/** The most of them within any minute. */
const mostInAMinute = (times: readonly number[]): number =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + timing.limitMs).length));

test('no minute of arrivals at the Store has more than the limit, by whichever instances', () => {
  fc.assert(
    fc.property(attempts, limits, (tried, limit) => {
      expect(mostInAMinute(arrivals(tried, limit))).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 500 },
  );
});

test('and the limit is used: a minute full of attempts has as many', () => {
  const eager = Array.from(
    { length: 100 },
    () => ({ lane: 'halt', afterMs: 0, offMs: 0, arrivesMs: 0 }) as const,
  );
  expect(mostInAMinute(arrivals(eager, 20))).toBe(20);
});

/** A budget after these attempts, and the time of the last. */
function reached(tried: readonly Attempt[], limit: number): { budget: Budget; now: number } {
  let now = start;
  let budget = untouched;
  for (const { lane, afterMs } of tried) {
    now += afterMs;
    const taking = take(budget, lane, now, limit);
    if (taking.kind === 'taken') budget = taking.budget;
  }
  return { budget, now };
}

describe('a halt', () => {
  const noHalts = fc.array(
    attempt.filter(({ lane }) => lane !== 'halt'),
    { maxLength: 200 },
  );

  test('finds its whole share when only polls and changes came before', () => {
    fc.assert(
      fc.property(noHalts, limits, (tried, limit) => {
        const found = reached(tried, limit);
        let { budget } = found;
        for (let one = 0; one < sharesOf(limit).halt; one++) {
          const taking = take(budget, 'halt', found.now, limit);
          if (taking.kind === 'wait') throw new Error(`no room for halt ${one + 1}`);
          budget = taking.budget;
        }
      }),
    );
  });

  test('never waits where a change may go, and a change never where a poll may', () => {
    fc.assert(
      fc.property(attempts, limits, (tried, limit) => {
        const { budget, now } = reached(tried, limit);
        const until = (lane: RequestLane) => {
          const taking = take(budget, lane, now, limit);
          return taking.kind === 'wait' ? taking.until : now;
        };
        expect(until('halt')).toBeLessThanOrEqual(until('change'));
        expect(until('change')).toBeLessThanOrEqual(until('poll'));
      }),
    );
  });
});

test('after a closing, nobody gets through before its end', () => {
  const closings = fc.integer({ min: 1, max: timing.mostClosedToHaltsMs });
  fc.assert(
    fc.property(
      attempts,
      limits,
      closings,
      lanes,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (...of) => {
        const [tried, limit, forMs, lane, part] = of;
        const { budget, now } = reached(tried, limit);
        const closed = close(budget, forMs, now);
        const meanwhile = now + Math.floor(forMs * part);
        const taking = take(closed, lane, meanwhile, limit);
        expect(taking.kind).toBe('wait');
        if (taking.kind === 'wait') expect(taking.until).toBeGreaterThanOrEqual(now + forMs);
      },
    ),
  );
});

test('who waits until the time that was named gets through, if nobody else came', () => {
  fc.assert(
    fc.property(attempts, limits, lanes, (tried, limit, lane) => {
      const { budget, now } = reached(tried, limit);
      const taking = take(budget, lane, now, limit);
      const later = taking.kind === 'wait' ? take(budget, lane, taking.until, limit) : taking;
      expect(later.kind).toBe('taken');
    }),
  );
});

describe('times that go backwards', () => {
  const jump = fc.oneof(fc.integer({ min: -10 * 60_000, max: 30_000 }), fc.integer({ min: 0, max: 5_000 }));
  const jumps = fc.array(fc.record({ lane: lanes, afterMs: jump }), { minLength: 1, maxLength: 100 });

  test('never make anybody wait longer than a window and what is believed of a clock', () => {
    fc.assert(
      fc.property(jumps, limits, (tried, limit) => {
        let now = start;
        let budget = untouched;
        for (const { lane, afterMs } of tried) {
          now += afterMs;
          const taking = take(budget, lane, now, limit);
          if (taking.kind === 'taken') budget = taking.budget;
          else expect(taking.until - now).toBeLessThanOrEqual(timing.windowMs + timing.mostAheadMs);
        }
      }),
    );
  });

  test('keep the tickets in their order, and no more than the limit in the row', () => {
    fc.assert(
      fc.property(jumps, limits, (tried, limit) => {
        let now = start;
        let budget = untouched;
        for (const { lane, afterMs } of tried) {
          now += afterMs;
          const taking = take(budget, lane, now, limit);
          if (taking.kind === 'taken') budget = taking.budget;
          const times = budget.taken.map(({ at }) => at);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          expect(times.length).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });
});
