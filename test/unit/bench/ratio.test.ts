import { expect, test } from 'vitest';
import { median, ratioOf } from '../../bench/ratio.ts';

test.each([
  { values: [5], is: 5 },
  { values: [3, 1, 2], is: 2 },
  { values: [10, 2, 1, 4], is: 3 },
])('the median of $values is $is', ({ values, is }) => {
  expect(median(values)).toBe(is);
});

test('a ratio is taken pair by pair, so that a slow moment of the machine cancels out', () => {
  const pairs = [
    [2, 1],
    [200, 100],
    [30, 10],
  ] as const;
  expect(ratioOf(pairs)).toEqual({ median: 2, least: 2, most: 3 });
});
