import { expect, test } from 'vitest';
import { waitFor } from '../../simulator/throttle.ts';

const limits = { requestsPerMinute: 2, requestsPerDay: 3 };

test.each([
  ['nothing has passed', [], 100_000, 0],
  ['one is free', [90_000], 100_000, 0],
  ['the minute is full', [70_000, 90_000], 100_000, 30_000],
  ['the minute is over', [40_000, 50_000], 120_000, 0],
  ['the day is full', [1, 70_000, 140_000], 300_000, 86_100_001],
])('where %s', (_what, passed, now, expected) => {
  expect(waitFor(passed, limits, now)).toBe(expected);
});

test('a limit of 0 is none', () => {
  expect(waitFor([1, 2, 3, 4], { requestsPerMinute: 0, requestsPerDay: 0 }, 5)).toBe(0);
});
