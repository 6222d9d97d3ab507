import { expect, test } from 'vitest';
import { roundTrips, type Span } from '../../bench/roundTrips.ts';

const spans = (...pairs: [number, number][]): Span[] => pairs.map(([from, to]) => ({ from, to }));

test.each<[string, Span[], number]>([
  ['nothing', [], 0],
  ['one request', spans([0, 10]), 1],
  ['two at once', spans([0, 10], [1, 11]), 1],
  ['two, one after the other', spans([0, 10], [10, 20]), 2],
  ['two after one, at once', spans([0, 10], [11, 20], [12, 21]), 2],
  ['three in a row beside one that lasts as long', spans([0, 30], [0, 9], [10, 19], [20, 29]), 3],
  ['in any order', spans([20, 29], [0, 9], [10, 19]), 3],
])('%s', (_, given, expected) => {
  expect(roundTrips(given)).toBe(expected);
});
