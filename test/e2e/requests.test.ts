import { beforeAll, expect, test } from 'vitest';
import { total } from '../bench/cost.ts';
import { type Measured, measureRequests } from '../bench/scenarios.ts';

/**
 * What each run of a function may cost. Where a change makes one cheaper or dearer, that is to be seen here. Each request
 * to the Store is one more transaction: its place in the publisher's budget.
 */

let measured: Measured[] = [];
beforeAll(async () => {
  measured = await measureRequests(60);
});

const find = (name: string, trigger: Measured['trigger']): Measured => {
  const found = measured.find(
    (one) => [one.what, one.telemetry].filter(Boolean).join(', ') === name && one.trigger === trigger,
  );
  if (!found) throw new Error(`"${name}" by ${trigger} was not measured.`);
  return found;
};

test.each<[name: string, trigger: Measured['trigger'], tables: number, queue: number, store: number]>([
  ['first tick of a new instance', 'timer', 6, 0, 0],
  ['tick, nothing due', 'timer', 1, 0, 0],
  ['start', 'HTTP', 8, 0, 1],
  ['published', 'timer', 4, 1, 0],
  ['published', 'queue', 14, 2, 6],
  ['sample pushed', 'HTTP', 2, 0, 0],
  ['quiet, pushed', 'timer', 3, 1, 0],
  ['quiet, pushed', 'queue', 7, 2, 2],
  ['raise, pushed', 'queue', 13, 2, 4],
  ['finalize, pushed', 'queue', 12, 2, 4],
  ['quiet, storeAnalytics', 'queue', 7, 2, 4],
  ['raise, storeAnalytics', 'queue', 13, 2, 6],
  ['finalize, storeAnalytics', 'queue', 12, 2, 6],
  ['halt', 'HTTP', 11, 1, 2],
])(
  '%s, by %s: %i transactions on tables, %i on the queue, %i requests to the Store',
  (name, trigger, tables, queue, store) => {
    const { cost } = find(name, trigger);
    const totals = { tables: total(cost.tables), queue: total(cost.queue), store: total(cost.store) };
    expect(totals, JSON.stringify(cost)).toEqual({ tables, queue, store });
  },
);

test('a quiet pass reads the Store twice and changes nothing there', () => {
  expect(find('quiet, pushed', 'queue').cost.store).toEqual({
    'GET packagerollout': 1,
    'GET flights/{id}': 1,
  });
});

test('a raise is one change of the Store between two looks at it', () => {
  expect(find('raise, pushed', 'queue').cost.store).toEqual({
    'GET packagerollout': 2,
    'GET flights/{id}': 1,
    'POST updatepackagerolloutpercentage': 1,
  });
});

test('a tick costs what is due, not what exists', () => {
  const alone = find('quiet, pushed', 'timer');
  expect(find('tick, 1 due of 61 rollouts', 'timer').cost).toEqual(alone.cost);
});

test('no function reads a table but by key or by a range of one partition', () => {
  const kinds = measured.flatMap(({ cost }) => Object.keys(cost.tables));
  expect(kinds.filter((kind) => /^(scan|other)/.test(kind))).toEqual([]);
});
