import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Alternative,
  betOnRate,
  betOnShare,
  better,
  highestRate,
  logOf,
  lowestRate,
  oddsOf,
  untouched,
  type Wealth,
  worse,
} from '../../../src/shared/rollout/eprocess.ts';

const sides: [string, readonly Alternative[]][] = [
  ['worse', worse],
  ['better', better],
];

test.each(sides)('the weights of %s add up to 1, so the wealth begins at 1', (_, alternatives) => {
  expect(alternatives.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
  expect(logOf(untouched(alternatives))).toBeCloseTo(0, 12);
});

test('all ratios of worse are above 1, and all of better below', () => {
  expect(worse.every(({ ratio }) => ratio > 1)).toBe(true);
  expect(better.every(({ ratio }) => ratio > 0 && ratio < 1)).toBe(true);
});

/**
 * The expected wealth after both builds were exposed, in proportion to their shares, and each failed or did not: summed over
 * all four outcomes with their exact chances. Nothing is simulated.
 */
function expectedAfter(
  alternatives: readonly Alternative[],
  wealth: Wealth,
  odds: number,
  exposed: { candidate: number; control: number },
  rates: { candidate: number; control: number },
): number {
  const outcomes = (rate: number) => [
    { failed: 0, chance: 1 - rate },
    { failed: 1, chance: rate },
  ];
  return outcomes(rates.candidate * exposed.candidate)
    .flatMap((candidate) =>
      outcomes(rates.control * exposed.control).map((control) => {
        const failed = { candidate: candidate.failed, control: control.failed };
        const after = betOnShare(alternatives, wealth, failed, odds);
        return candidate.chance * control.chance * Math.exp(logOf(after));
      }),
    )
    .reduce((sum, part) => sum + part, 0);
}

const rate = fc.double({ min: 1e-6, max: 0.5, noNaN: true });
const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
const ratio = fc.double({ min: 1e-3, max: 1, noNaN: true });
const failures = fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 200 }));

describe('a bet on shares is a supermartingale under every null in its range', () => {
  test('where a healthy build fails at most `tolerated` times as often, whatever the rate, the share and the past', () => {
    fc.assert(
      fc.property(rate, share, ratio, failures, fc.double({ min: 1, max: 3, noNaN: true }), (...drawn) => {
        const [control, of, below, [candidateFailed, controlFailed], tolerated] = drawn;
        const odds = tolerated * oddsOf(of);
        const past = { candidate: candidateFailed, control: controlFailed };
        const before = betOnShare(worse, untouched(worse), past, odds);
        const rates = { candidate: Math.min(1, tolerated * below * control), control };
        const after = expectedAfter(worse, before, odds, { candidate: of, control: 1 - of }, rates);
        expect(after).toBeLessThanOrEqual(Math.exp(logOf(before)) * (1 + 1e-9));
      }),
    );
  });

  test('where a harmful build fails at least `excluded` times as often, and the bet is that it is safe', () => {
    fc.assert(
      fc.property(rate, share, ratio, failures, fc.double({ min: 1, max: 3, noNaN: true }), (...drawn) => {
        const [candidate, of, below, [candidateFailed, controlFailed], excluded] = drawn;
        const odds = excluded * oddsOf(of);
        const past = { candidate: candidateFailed, control: controlFailed };
        const before = betOnShare(better, untouched(better), past, odds);
        const rates = { candidate, control: (candidate / excluded) * below };
        const after = expectedAfter(better, before, odds, { candidate: of, control: 1 - of }, rates);
        expect(after).toBeLessThanOrEqual(Math.exp(logOf(before)) * (1 + 1e-9));
      }),
    );
  });

  test('and beyond its range it is not: the wealth of whoever is right grows', () => {
    const before = untouched(worse);
    const [odds, exposed] = [oddsOf(0.05), { candidate: 0.05, control: 0.95 }];
    const healthy = expectedAfter(worse, before, odds, exposed, { candidate: 0.01, control: 0.01 });
    const harmful = expectedAfter(worse, before, odds, exposed, { candidate: 0.03, control: 0.01 });
    expect(healthy).toBeLessThanOrEqual(1);
    expect(harmful).toBeGreaterThan(1);
  });
});

describe('a bet on rates is a supermartingale', () => {
  test.each(sides)('under every null of %s', (side, alternatives) => {
    fc.assert(
      fc.property(rate, ratio, fc.nat({ max: 50 }), (limit, away, past) => {
        const before = betOnRate(alternatives, untouched(alternatives), past, past / 2);
        const truth = side === 'worse' ? limit * away : Math.min(1, limit / away);
        const wealthAt = (failed: number) => Math.exp(logOf(betOnRate(alternatives, before, failed, limit)));
        const expected = truth * wealthAt(1) + (1 - truth) * wealthAt(0);
        expect(expected).toBeLessThanOrEqual(Math.exp(logOf(before)) * (1 + 1e-9));
      }),
    );
  });

  test('also where one device counts for up to the discount, or less', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-4, max: 0.05, noNaN: true }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 }),
        (limit, discount, parts) => {
          // A device fails with a chance that keeps the mean count at the limit, and then counts for a part of the discount.
          const mean = parts.reduce((sum, part) => sum + part, 0) / parts.length;
          const chance = Math.min(1, limit / (discount * mean));
          const before = untouched(worse);
          const wealthAt = (count: number) =>
            Math.exp(logOf(betOnRate(worse, before, count, limit / discount)));
          const failing = parts.reduce((sum, part) => sum + wealthAt(part), 0) / parts.length;
          expect(chance * failing + (1 - chance) * wealthAt(0)).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
    );
  });
});

/**
 * All orders in which `length` failures can belong to the candidate or the control, each with its exact probability, and
 * whether the wealth is at 1/α at any of the looks. The shares change on the way, as they do when a rollout is raised.
 */
function chanceToHalt(shares: readonly number[], looks: readonly number[], alpha: number, bias = 1): number {
  const walk = (index: number, wealth: Wealth, chance: number): number => {
    if (looks.includes(index) && logOf(wealth) >= Math.log(1 / alpha)) return chance;
    const of = shares[index];
    if (of === undefined) return 0;
    const odds = oddsOf(of);
    const candidates = (bias * odds) / (1 + bias * odds);
    const next = (candidate: number) =>
      walk(
        index + 1,
        betOnShare(worse, wealth, { candidate, control: 1 - candidate }, odds),
        chance * (candidate ? candidates : 1 - candidates),
      );
    return next(1) + next(0);
  };
  return walk(0, untouched(worse), 1);
}

describe('the chance to halt a healthy build, summed over every order of failures', () => {
  const tree = fc.array(fc.double({ min: 0.05, max: 0.6, noNaN: true }), { minLength: 6, maxLength: 11 });
  const alpha = fc.constantFrom(0.5, 0.2, 0.1, 0.05);
  const every = (shares: readonly number[]) => shares.map((_, index) => index + 1);

  test('is at most α, looking after each failure, whatever the shares', () => {
    fc.assert(
      fc.property(tree, alpha, (shares, level) => {
        expect(chanceToHalt(shares, every(shares), level)).toBeLessThanOrEqual(level + 1e-12);
      }),
      { numRuns: 40 },
    );
  });

  test('is within it for any set of looks, so that no look that is added raises it above', () => {
    fc.assert(
      fc.property(tree, alpha, fc.infiniteStream(fc.boolean()), (shares, level, coins) => {
        const some = every(shares).filter(() => coins.next().value);
        const most = chanceToHalt(shares, every(shares), level);
        expect(chanceToHalt(shares, some, level)).toBeLessThanOrEqual(most + 1e-12);
        expect(most).toBeLessThanOrEqual(level + 1e-12);
      }),
      { numRuns: 40 },
    );
  });

  test('and a build that fails five times as often is halted far more often', () => {
    const shares = Array.from({ length: 14 }, () => 0.2);
    const [healthy, harmful] = [1, 5].map((bias) => chanceToHalt(shares, every(shares), 0.05, bias));
    expect(healthy).toBeLessThanOrEqual(0.05);
    expect(harmful).toBeGreaterThan(0.4);
  });
});

describe('the wealth does not depend on how the same failures are cut into bets', () => {
  test('on shares', () => {
    fc.assert(
      fc.property(failures, failures, share, ([a, b], [c, d], of) => {
        const odds = oddsOf(of);
        const one = betOnShare(worse, untouched(worse), { candidate: a + c, control: b + d }, odds);
        const first = betOnShare(worse, untouched(worse), { candidate: a, control: b }, odds);
        const two = betOnShare(worse, first, { candidate: c, control: d }, odds);
        expect(logOf(two)).toBeCloseTo(logOf(one), 8);
      }),
    );
  });

  test('on rates', () => {
    fc.assert(
      fc.property(fc.nat({ max: 99 }), fc.nat({ max: 99 }), rate, rate, (a, b, m, n) => {
        const one = betOnRate(worse, untouched(worse), a + b, m + n);
        const two = betOnRate(worse, betOnRate(worse, untouched(worse), a, m), b, n);
        expect(logOf(two)).toBeCloseTo(logOf(one), 8);
      }),
    );
  });
});

describe('bounds of a rate', () => {
  /** P(X ≤ failed) of a Poisson count, term by term. */
  const atMost = (failed: number, mean: number): number => {
    let term = Math.exp(-mean);
    let sum = term;
    for (let count = 1; count <= failed; count++) {
      term *= mean / count;
      sum += term;
    }
    return sum;
  };

  test.each([0, 1, 5, 30, 200])('%d failures are a surprise beyond them', (failed) => {
    const [high, low] = [highestRate(failed, 1, 0.01), lowestRate(failed, 1, 0.01)];
    expect(atMost(failed, high)).toBeLessThanOrEqual(0.01);
    expect(failed === 0 ? 0 : 1 - atMost(failed - 1, low)).toBeLessThanOrEqual(0.01);
    expect(low).toBeLessThanOrEqual(failed);
    expect(high).toBeGreaterThan(failed);
  });

  test('close in on the rate as the history grows', () => {
    const spread = (exposed: number) =>
      highestRate(exposed / 100, exposed, 0.001) / lowestRate(exposed / 100, exposed, 0.001);
    expect(spread(100_000)).toBeLessThan(spread(10_000));
    expect(spread(1_000_000)).toBeLessThan(1.1);
  });
});
