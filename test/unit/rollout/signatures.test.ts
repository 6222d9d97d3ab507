import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Sample, SignatureCount } from '../../../src/shared/rollout/evidence.ts';
import { testSignatures } from '../../../src/shared/rollout/signatures.ts';
import { counts } from '../../support/builders.ts';

const baseline = 0.00002;

const hourWith = (fromHour: number, ...signatures: SignatureCount[]): Sample => ({
  ...counts(fromHour, 0, 1_000),
  signatures,
});
const seen = (hash: string, candidate: number, change: Partial<SignatureCount> = {}): SignatureCount => ({
  hash,
  candidate,
  ...change,
});

const wealth = (samples: readonly Sample[], discount = 1): number =>
  Math.exp(testSignatures(samples, baseline, discount).log);

test('the wealth begins at 1, and a first device only names its signature', () => {
  expect(wealth([])).toBeCloseTo(1, 12);
  expect(wealth([hourWith(0, seen('a', 1))])).toBeLessThanOrEqual(1);
});

test('a handful of devices with one new failure is enough for a budget of 1 in 1000', () => {
  const devices = (count: number) => wealth([hourWith(0, seen('a', 1)), hourWith(1, seen('a', count - 1))]);
  expect(devices(3)).toBeLessThan(1_000);
  expect(devices(5)).toBeGreaterThan(1_000);
});

test('as many devices with failures that all differ are not', () => {
  expect(wealth([hourWith(0, ...['a', 'b', 'c', 'd', 'e', 'f'].map((hash) => seen(hash, 1)))])).toBeLessThan(
    1,
  );
});

test('the worst is named, and what is known is vetoed', () => {
  const samples = [
    hourWith(0, seen('a', 3), seen('b', 2), seen('c', 9, { seenBefore: true })),
    hourWith(1, seen('b', 4, { control: 1 }), seen('d', 1)),
  ];
  expect(testSignatures(samples, baseline, 1)).toMatchObject({ worst: { hash: 'a', devices: 3 }, vetoed: 2 });
});

describe('a veto', () => {
  test('before the first device takes no place in the order', () => {
    const known = hourWith(0, seen('a', 0, { control: 1 }));
    const later = [hourWith(1, seen('a', 3)), hourWith(2, seen('b', 5))];
    const nameless = [hourWith(1), hourWith(2, seen('b', 5))];
    expect(wealth([known, ...later])).toBeCloseTo(wealth([hourWith(0), ...nameless]), 6);
  });

  test('takes away what the signature had won, and never adds to another', () => {
    const before = [hourWith(0, seen('a', 5)), hourWith(1, seen('b', 5))];
    const after = [...before, hourWith(2, seen('a', 0, { control: 1 }))];
    expect(wealth(after)).toBeLessThan(wealth(before));
    const withoutA = [hourWith(0), hourWith(1, seen('b', 5)), hourWith(2)];
    expect(wealth(after)).toBeLessThan(wealth(withoutA));
  });
});

test('sampled counts are divided by their scale', () => {
  const samples = [hourWith(0, seen('a', 8)), hourWith(1, seen('a', 32))];
  expect(wealth(samples, 8)).toBeCloseTo(
    wealth(
      [hourWith(0, seen('a', 1)), hourWith(1, seen('a', 4))].map((sample) => ({
        ...sample,
        candidate: { failed: 0, exposed: 125 },
      })),
    ),
    6,
  );
});

/** Two signatures that each show on at most one device an interval: every outcome, with its exact chance. */
test('a healthy build never gains wealth in the mean', () => {
  const chance = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(chance, chance, fc.integer({ min: 100, max: 1e7 }), (a, b, exposed) => {
      const mean = Math.min(1, baseline * exposed);
      const rates = [a * mean, b * mean];
      const walk = (samples: readonly Sample[], likelihood: number): number => {
        if (samples.length === 3) return likelihood * wealth(samples);
        const outcomes = [0, 1].flatMap((first) => [0, 1].map((second) => [first, second] as const));
        return outcomes.reduce((sum, [first, second]) => {
          const p = (failed: number, rate = 0) => (failed ? rate : 1 - rate);
          const signatures = [seen('a', first), seen('b', second)];
          const sample: Sample = { ...counts(samples.length, 0, exposed), signatures };
          return sum + walk([...samples, sample], likelihood * p(first, rates[0]) * p(second, rates[1]));
        }, 0);
      };
      expect(walk([], 1)).toBeLessThanOrEqual(1 + 1e-9);
    }),
    { numRuns: 50 },
  );
});

describe('failures whose exposure is not known', () => {
  const open = (devices: number, exposedAtMost?: number): Sample => ({
    ...counts(0, 0, 0),
    signatures: [seen('a', devices)],
    ...(exposedAtMost !== undefined && { exposedAtMost }),
  });

  test('wait for it', () => {
    expect(wealth([open(50)])).toBeCloseTo(1, 12);
  });

  test('or count against as many as there are at most', () => {
    expect(wealth([open(7, 1_000)])).toBeGreaterThan(1_000);
    expect(wealth([open(7, 1_000_000)])).toBeLessThan(1);
  });
});
