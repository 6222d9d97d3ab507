import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Check, questionOf, toleratedBy } from '../../../src/shared/rollout/check.ts';
import { highestRate } from '../../../src/shared/rollout/eprocess.ts';
import type { Counts } from '../../../src/shared/rollout/evidence.ts';
import {
  type Interval,
  testBesideControl,
  testBesideHistory,
  testRate,
} from '../../../src/shared/rollout/sequentialTest.ts';
import { policy } from '../../support/builders.ts';

const terms = { falseHarm: 0.001, falseSafety: 0.05, discount: 1 };

function checkWith(change: Partial<Check>): Check {
  const [check] = policy().checks;
  if (!check) throw new Error('the test policy has no check');
  return { ...check, limit: undefined, ...change };
}

const comparing = (shareUncertainty: number, tolerate: number): Check =>
  checkWith({ compare: { to: 'control', shareUncertainty, tolerate } });

function outcomeOf(check: Check, intervals: readonly Interval[], level = terms) {
  const question = questionOf(check);
  switch (question.kind) {
    case 'control':
      return testBesideControl(question.comparison, intervals, level);
    case 'history':
      return testBesideHistory(question.comparison, intervals, level);
    default:
      return testRate(0.01, intervals, level);
  }
}

const counts = fc.record({
  candidate: fc.record({ failed: fc.nat({ max: 40 }), exposed: fc.integer({ min: 1_000, max: 9_000 }) }),
  control: fc.record({ failed: fc.nat({ max: 90 }), exposed: fc.integer({ min: 10_000, max: 90_000 }) }),
  settled: fc.boolean(),
});

/** The same interval in two pieces: exposure in proportion, failures in any way. */
function cut(interval: Interval & { readonly control: Counts }, at: number, failedAt: number): Interval[] {
  const piece = (exposedPart: number, failedPart: (failed: number) => number): Interval => ({
    settled: interval.settled,
    candidate: {
      failed: failedPart(interval.candidate.failed),
      exposed: interval.candidate.exposed * exposedPart,
    },
    control: { failed: failedPart(interval.control.failed), exposed: interval.control.exposed * exposedPart },
  });
  const first = (failed: number) => Math.round(failed * failedAt);
  return [piece(at, first), piece(1 - at, (failed) => failed - first(failed))];
}

const kinds: [string, Check][] = [
  ['a limit', checkWith({ limit: { rate: 0.01 } })],
  ['a control', comparing(0.2, 1.1)],
  ['a history', checkWith({ compare: { to: 'history', failed: 50, exposed: 10_000 } })],
];

describe.each(kinds)('beside %s', (_, check) => {
  test('the verdict does not depend on how the same data is cut into intervals', () => {
    const part = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 6 }), part, part, (whole, at, failedAt) => {
        const [one, two] = [
          outcomeOf(check, whole),
          outcomeOf(
            check,
            whole.flatMap((each) => cut(each, at, failedAt)),
          ),
        ];
        expect(two.harm.log).toBeCloseTo(one.harm.log, 6);
        expect(two.safety.log).toBeCloseTo(one.safety.log, 6);
      }),
    );
  });

  test('nor on the order in which they come', () => {
    fc.assert(
      fc.property(fc.array(counts, { minLength: 2, maxLength: 6 }), (whole) => {
        const [one, two] = [outcomeOf(check, whole), outcomeOf(check, whole.toReversed())];
        expect(two.harm.log).toBeCloseTo(one.harm.log, 6);
        expect(two.safety.log).toBeCloseTo(one.safety.log, 6);
      }),
    );
  });

  test('one failure more of the candidate is never evidence for it', () => {
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 6 }), ([first, ...rest]) => {
        if (!first) return;
        const more = { ...first, candidate: { ...first.candidate, failed: first.candidate.failed + 1 } };
        const [one, two] = [outcomeOf(check, [first, ...rest]), outcomeOf(check, [more, ...rest])];
        expect(two.harm.log).toBeGreaterThanOrEqual(one.harm.log - 1e-9);
        expect(two.safety.log).toBeLessThanOrEqual(one.safety.log + 1e-9);
      }),
    );
  });
});

describe('margins', () => {
  const of = (shareUncertainty: number, tolerate: number) =>
    outcomeOf(comparing(shareUncertainty, tolerate), [
      {
        candidate: { failed: 60, exposed: 5_000 },
        control: { failed: 475, exposed: 95_000 },
        settled: true,
      },
    ]);

  test.each<[string, [number, number], [number, number]]>([
    ['a ratio that is tolerated', [0, 1], [0, 1.5]],
    ['a share that may be off', [0, 1], [0.3, 1]],
    ['and both widen more than one', [0.3, 1], [0.3, 1.5]],
  ])('%s widens the null on both sides', (_, narrow, wide) => {
    expect(of(...wide).harm.log).toBeLessThan(of(...narrow).harm.log);
  });

  test('a ratio that counts as harm only from further on is excluded sooner', () => {
    const excluding = (exclude: number) =>
      outcomeOf(checkWith({ compare: { to: 'control', shareUncertainty: 0.2, tolerate: 1, exclude } }), [
        {
          candidate: { failed: 25, exposed: 5_000 },
          control: { failed: 475, exposed: 95_000 },
          settled: true,
        },
      ]).safety.log;
    expect(excluding(3)).toBeGreaterThan(excluding(2));
    expect(excluding(2)).toBeGreaterThan(excluding(1.2));
  });

  test('an uncertain share makes it harder to exclude harm, too', () => {
    expect(of(0.3, 2).safety.log).toBeLessThan(of(0, 2).safety.log);
  });

  test('never tolerate less than the same rate, however uncertain the share', () => {
    for (const shareUncertainty of [0, 0.2, 0.5, 0.9])
      expect(toleratedBy({ to: 'control', shareUncertainty })).toBeGreaterThanOrEqual(1);
    expect(toleratedBy({ to: 'control', shareUncertainty: 0.2 })).toBe(1);
    expect(toleratedBy({ to: 'control', shareUncertainty: 0 })).toBe(1.25);
    expect(toleratedBy({ to: 'history', failed: 1, exposed: 9 })).toBe(1.25);
  });

  test('by default they leave room for a quarter more failures at a share that is known', () => {
    const tolerated = (shareUncertainty: number) => {
      const check = checkWith({ compare: { to: 'control', shareUncertainty } });
      return outcomeOf(check, [
        {
          candidate: { failed: 625, exposed: 10_000 },
          control: { failed: 50_000, exposed: 1e6 },
          settled: true,
        },
      ]).harm.log;
    };
    for (const uncertainty of [0, 0.1, 0.2, 0.5]) expect(tolerated(uncertainty)).toBeLessThanOrEqual(1e-9);
  });
});

/**
 * The chance to halt, over every outcome of some intervals, each with its exact probability: candidate and control have
 * one device each that fails or not, in proportion to a truth that lies inside what the check declares.
 */
test('every truth inside the declared margins is halted with at most the stated chance', () => {
  const truth = fc.record({
    uncertainty: fc.double({ min: 0, max: 0.5, noNaN: true }),
    off: fc.double({ min: -1, max: 1, noNaN: true }),
    tolerate: fc.double({ min: 1, max: 2, noNaN: true }),
    part: fc.double({ min: 0.1, max: 1, noNaN: true }),
    shares: fc.array(fc.double({ min: 0.02, max: 0.5, noNaN: true }), { minLength: 3, maxLength: 5 }),
  });
  fc.assert(
    fc.property(truth, ({ uncertainty, off, tolerate, part, shares }) => {
      const check = comparing(uncertainty, tolerate);
      const level = { ...terms, falseHarm: 0.1 };
      const intervals = shares.map((share) => {
        const measured = Math.min(0.99, share * (1 + off * uncertainty));
        return { measured, rates: { candidate: tolerate * part * share, control: 1 - share } };
      });
      const walk = (index: number, seen: readonly Interval[], chance: number): number => {
        const { harm } = outcomeOf(check, seen, level);
        if (harm.log >= Math.log(harm.needed)) return chance;
        const next = intervals[index];
        if (!next) return 0;
        const outcomes = [0, 1].flatMap((candidate) => [0, 1].map((control) => ({ candidate, control })));
        return outcomes.reduce((sum, { candidate, control }) => {
          const scale = 0.5;
          const p = (failed: number, rate: number) => (failed ? scale * rate : 1 - scale * rate);
          const likelihood = p(candidate, next.rates.candidate) * p(control, next.rates.control);
          const interval: Interval = {
            candidate: { failed: candidate, exposed: next.measured },
            control: { failed: control, exposed: 1 - next.measured },
            settled: true,
          };
          return sum + walk(index + 1, [...seen, interval], chance * likelihood);
        }, 0);
      };
      expect(walk(0, [], 1)).toBeLessThanOrEqual(0.1 + 1e-12);
    }),
    { numRuns: 25 },
  );
});

test.each(kinds)('counts that are scaled by the discount are as good as plain ones: %s', (_, check) => {
  const scaled = ({ failed, exposed }: Counts, by: number) => ({
    failed: failed * by,
    exposed: exposed * by,
  });
  fc.assert(
    fc.property(
      fc.array(counts, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 2, max: 50 }),
      (whole, by) => {
        const sampled = whole.map(({ candidate, control, settled }) => ({
          ...{ candidate: scaled(candidate, by), control: scaled(control, by), settled },
        }));
        const history =
          check.compare?.to === 'history'
            ? { ...check.compare, ...scaled(check.compare, by) }
            : check.compare;
        const one = outcomeOf(check, whole);
        const two = outcomeOf({ ...check, compare: history }, sampled, { ...terms, discount: by });
        expect(two.harm.log).toBeCloseTo(one.harm.log, 6);
        expect(two.safety.log).toBeCloseTo(one.safety.log, 6);
      },
    ),
  );
});

describe('what has not settled', () => {
  const settled: Interval = {
    candidate: { failed: 25, exposed: 5_000 },
    control: { failed: 475, exposed: 95_000 },
    settled: true,
  };
  const open = (candidate: number, control: number): Interval => ({
    candidate: { failed: candidate, exposed: 0 },
    control: { failed: control, exposed: 0 },
    settled: false,
    shareAtMost: 0.25,
  });

  test.each(kinds)('speaks against safety, and never for it: %s', (_, check) => {
    const of = (...more: Interval[]) => outcomeOf(check, [settled, ...more]).safety.log;
    expect(of(open(3, 0))).toBeLessThan(of());
    expect(of(open(0, 90))).toBeLessThanOrEqual(of() + 1e-9);
  });

  test('has a share as large as the largest that was measured, where that is more than it could be', () => {
    const check = comparing(0, 1);
    const large: Interval = { ...settled, control: { failed: 38, exposed: 7_500 } };
    const gain = (before: Interval) =>
      outcomeOf(check, [before, open(30, 30)]).harm.log - outcomeOf(check, [before]).harm.log;
    expect(gain(settled)).toBeGreaterThan(gain(large));
    expect(outcomeOf(check, [open(30, 30)]).harm.log).toBeGreaterThan(Math.log(1_000));
  });
});

test('half of each chance of error belongs to what the history may hide, and half to the test', () => {
  const check = checkWith({ compare: { to: 'history', failed: 50, exposed: 10_000 } });
  const { harm, safety } = outcomeOf(check, []);
  expect([harm.needed, safety.needed]).toEqual([2_000, 40]);
  const half = { ...terms, falseHarm: 0.0005 };
  const rate = 1.25 * highestRate(50, 10_000, 0.0005);
  const intervals = [{ candidate: { failed: 30, exposed: 2_000 }, settled: true }];
  expect(outcomeOf(check, intervals).harm.log).toBeCloseTo(testRate(rate, intervals, half).harm.log, 9);
});
