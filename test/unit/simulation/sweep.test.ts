import { randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Deed, Planned } from '../../simulation/engine/disturbance.ts';
import type { Moment } from '../../simulation/engine/plan.ts';
import { failurePage } from '../../simulation/failurePage.ts';
import { lives } from '../../simulation/lives.ts';
import { sweepLine } from '../../simulation/page.ts';
import { type Sweep, sweep, sweepLife } from '../../simulation/sweep.ts';

/** Seed by seed chance finds much; here every moment has its turn. */

function expectHeld(name: string, swept: Sweep): void {
  process.stdout.write(`${sweepLine(name, swept)}\n`);
  expect(swept.failures.map((failure) => failurePage(failure))).toEqual([]);
  expect(swept.hits).toBeGreaterThan(0.7 * (swept.runs - 1));
}

const halt: Deed = { kind: 'halt', rollout: 0 };
const deeds: readonly (readonly [string, Planned])[] = [
  ['while the first raise is on its way to the Store', { at: 'i2 store.raise #1', do: halt }],
  ['while the finalize is on its way', { at: 'i2 store.finalize #1', do: halt }],
];

test.each(deeds)('a halt given %s holds, with any fault at any moment around it', async (name, deed) => {
  const around = (moments: readonly Moment[]) => {
    const given = moments.findIndex(({ at }) => at === deed.at);
    return moments.slice(given - 3, given + 8);
  };
  const swept = await sweep({ seed: 'sweep-6', deeds: [deed], of: around });
  expectHeld(`with a halt ${name}`, swept);
});

describe('a whole life ends as it should, whatever single thing goes wrong at any of its moments', () => {
  const every = 40;
  // All of them take minutes: npm run simulate -- --sweep.
  const offset = randomInt(every);

  test.each(lives)('$name', async (life) => {
    process.stdout.write(`again: npm run simulate -- --sweep --every ${every} --offset ${offset}\n`);
    expectHeld(life.name, await sweepLife(life, { every, offset }));
  });
});
