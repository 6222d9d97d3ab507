import { beforeAll, expect, test } from 'vitest';
import type { PushedSample } from '../../../src/shared/state/samples.ts';
import { at, counts, day, hour, value } from '../../support/builders.ts';
import { openState, type State } from '../../support/state.ts';

let state: State;
beforeAll(async () => {
  state = await openState();
});

const launch = (fromHour: number, failed: number): PushedSample => ({
  ...counts(fromHour, failed, 100),
  signal: 'launch',
});

test('samples come back under their signal, those that end after the time asked for', async () => {
  await state.samples.put('a', [launch(0, 1), launch(1, 2), { ...value(1, 7.5), signal: 'start/up #1?' }]);
  expect(await state.samples.list('a', 'launch', at(0))).toEqual([counts(0, 1, 100), counts(1, 2, 100)]);
  expect(await state.samples.list('a', 'launch', at(hour))).toEqual([counts(1, 2, 100)]);
  expect(await state.samples.list('a', 'start/up #1?', at(0))).toEqual([value(1, 7.5)]);
  expect(await state.samples.list('b', 'launch', at(0))).toEqual([]);
});

test('the same sample again changes nothing, and a corrected one takes its place', async () => {
  await state.samples.put('c', [launch(0, 1), launch(0, 1)]);
  await state.samples.put('c', [launch(0, 1)]);
  expect(await state.samples.list('c', 'launch', at(0))).toEqual([counts(0, 1, 100)]);
  await state.samples.put('c', [launch(0, 9)]);
  expect(await state.samples.list('c', 'launch', at(0))).toEqual([counts(0, 9, 100)]);
});

test('two sources of one interval are two samples', async () => {
  await state.samples.put('d', [launch(0, 1), { ...launch(0, 2), source: 'other' }]);
  expect(await state.samples.list('d', 'launch', at(0))).toHaveLength(2);
});

test('an interval that began a day before the time asked for is found', async () => {
  const long: PushedSample = { ...launch(0, 1), start: at(0), end: at(day) };
  await state.samples.put('e', [long]);
  expect(await state.samples.list('e', 'launch', at(day - 1))).toHaveLength(1);
});

test('more samples than one transaction takes are all written', async () => {
  await state.samples.put(
    'f',
    Array.from({ length: 250 }, (_, index) => launch(index, 1)),
  );
  expect(await state.samples.list('f', 'launch', at(0))).toHaveLength(250);
});
