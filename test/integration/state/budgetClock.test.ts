import { expect, test } from 'vitest';
import { realRuntime } from '../../../src/shared/platform/runtime.ts';
import { createPublisherBudget } from '../../../src/shared/state/budgets.ts';
import { openState } from '../../support/state.ts';

const begin = Date.parse('2026-03-02T00:00:00Z');
const minute = 60_000;
const limit = 20;

test.each(['all its requests', 'a 429', 'a 429, and goes on itself'])(
  'an instance whose clock was a day ahead, and that met %s, keeps no halt waiting for long',
  async (what) => {
    const { tables } = await openState();
    const clock = { time: begin + 24 * 60 * minute };
    const sleep = async (ms: number) => {
      clock.time += ms;
    };
    const runtime = { ...realRuntime, now: () => clock.time, sleep };
    const open = () => createPublisherBudget({ table: tables.budget, publisher: 'contoso', limit, runtime });
    const wrong = open();
    if (what === 'all its requests') for (let i = 0; i < limit; i++) await wrong.take('halt');
    else await wrong.closed(30_000);
    clock.time = begin;
    const right = what.includes('itself') ? wrong : open();
    expect(await minutesUntilRoom(right, clock)).toBeLessThanOrEqual(12);
  },
);

/** By somebody who asks each minute, as a halt does. */
async function minutesUntilRoom(
  budget: ReturnType<typeof createPublisherBudget>,
  clock: { time: number },
): Promise<number> {
  for (let waited = 0; waited < 120; waited++) {
    await budget.prepare();
    const taken = await budget.take('halt', { patienceMs: 0 }).catch(() => undefined);
    if (taken) return waited;
    clock.time += minute;
  }
  return Number.POSITIVE_INFINITY;
}
