import { beforeAll, describe, expect, test } from 'vitest';
import { countHaltRequests } from '../bench/haltPath.ts';
import { type HaltWay, haltWays } from '../bench/haltStage.ts';

/** What a halt waits for before the Store is asked. Each round trip more is time in which users get a bad build. */

let counted: Awaited<ReturnType<typeof countHaltRequests>>;
beforeAll(async () => {
  counted = await countHaltRequests();
});

test.each(haltWays)('a halt, %s: two round trips to the storage before the call to the Store', (way) => {
  expect(counted[way].roundTrips, JSON.stringify(counted[way])).toBe(2);
});

describe('what is asked', () => {
  const writes = {
    'batch Rollouts': 1,
    'put rampart-halt': 1,
    'upsert Budget': 1,
    // Sent by then, and not waited for.
    'upsert Due': 1,
  };
  test.each<[HaltWay, Record<string, number>]>([
    ['alertByLabels', { 'scan Due': 2, 'get Alerts': 1, 'get Budget': 1 }],
    ['alertByUrl', { 'get Rollouts': 1, 'get Alerts': 1, 'get Budget': 1 }],
    ['person', { 'get Rollouts': 1, 'get Budget': 1 }],
  ])('%s: reads at once, then writes at once', (way, reads) => {
    expect(counted[way].requests).toEqual({ ...reads, ...writes });
  });
});
