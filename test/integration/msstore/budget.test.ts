import { describe, expect, test } from 'vitest';
import type { RequestLane } from '../../../src/shared/budget/budget.ts';
import { NoRoomError } from '../../../src/shared/budget/errors.ts';
import type { RequestBudget, TakeOptions, Ticket } from '../../../src/shared/budget/port.ts';
import { createStoreAnalytics } from '../../../src/shared/msstore/analytics.ts';
import { createRequester, type StoreClient } from '../../../src/shared/msstore/client.ts';
import { StoreBudgetError } from '../../../src/shared/msstore/errors.ts';
import { createStoreProbe } from '../../../src/shared/msstore/probe.ts';
import { realRuntime } from '../../../src/shared/platform/runtime.ts';
import {
  applicationId,
  inTurn,
  production,
  type Reply,
  ref,
  rollout,
  type Script,
  startScripted,
} from './scriptedStore.ts';

/** A budget that writes down what is asked of it; it has room for so many requests. */
function recordingBudget(room = Number.POSITIVE_INFINITY) {
  const taken: RequestLane[] = [];
  const patience: (number | undefined)[] = [];
  const closings: number[] = [];
  const budget: RequestBudget = {
    async take(lane, { patienceMs }: TakeOptions = {}) {
      patience.push(patienceMs);
      if (taken.length >= room) throw new NoRoomError('it is used up', { retryAfterMs: 34_000 });
      taken.push(lane);
      return { redeem: () => true };
    },
    closed: async (ms) => void closings.push(ms),
  };
  return { budget, taken, patience, closings };
}

const start = async (script: Script, room?: number) => {
  const recorded = recordingBudget(room);
  const scripted = await startScripted(script, { budget: recorded.budget });
  return { scripted, ...recorded };
};

const good: Reply = { body: rollout(25) };
const stopped: Reply = { body: rollout(25, 'Stopped') };
const complete: Reply = { body: rollout(100, 'Complete') };
const track: Reply = { body: { id: applicationId } };
const status: Reply = { body: { status: 'CommitStarted', statusDetails: {} } };

describe('each request is taken from the budget before it is sent', () => {
  const p = 'poll';
  const c = 'change';
  const h = 'halt';
  test.each<[string, (store: StoreClient) => Promise<unknown>, Reply[], RequestLane[]]>([
    ['a look at a rollout', (s) => s.getPackageRollout(ref), [good], [p]],
    ['a look at a track', (s) => s.getTrack(production), [track], [p]],
    ['a raise, with its read-back', (s) => s.updateRolloutPercentage(ref, 25), [good, good], [c, c]],
    ['a finalize', (s) => s.finalizePackageRollout(ref), [complete, complete], [c, c]],
    ['a halt', (s) => s.haltPackageRollout(ref), [stopped, stopped], [h, h]],
    [
      'a halt that is sent twice',
      (s) => s.haltPackageRollout(ref),
      ['drop', good, stopped, stopped],
      [h, h, h, h],
    ],
    ['a commit', (s) => s.commitSubmission(ref), [status, status], [c, c]],
    ['a deletion that is refused', (s) => s.deleteSubmission(ref), [{ status: 400 }], [c]],
    [
      'a creation, with what it reads before',
      (s) => s.createSubmission(production),
      [track, { status: 400 }],
      [c, c],
    ],
    ['a read that is repeated', (s) => s.getPackageRollout(ref), [{ status: 503 }, 'drop', good], [p, p, p]],
    [
      'a read with a token that has expired',
      (s) => s.getPackageRollout(ref),
      [{ status: 401 }, good],
      [p, p],
    ],
    ['a look on behalf of a halt', (s) => s.getPackageRollout(ref, { lane: 'halt' }), [good], [h]],
    [
      'a halt that is in no hurry',
      (s) => s.haltPackageRollout(ref, { lane: 'change' }),
      [stopped, stopped],
      [c, c],
    ],
  ])('%s', async (_, act, replies, lanes) => {
    const { scripted, taken } = await start(inTurn(...replies));
    await using _server = scripted;
    await act(scripted.store).catch(() => {});
    expect(taken).toEqual(lanes);
    expect(scripted.seen).toHaveLength(lanes.length);
  });

  test('a look at the analytics', async () => {
    const { budget, taken } = recordingBudget();
    await using scripted = await startScripted(inTurn({ body: { Value: [] } }));
    const publisher = { tokens: { getToken: async () => 'token', drop: () => {} } };
    const analytics = createStoreAnalytics(createRequester({ publisher, baseUrl: scripted.url, budget }));
    await analytics.activeDevices({ applicationId, firstDay: '2026-03-01', lastDay: '2026-03-02' });
    expect(taken).toEqual(['poll']);
  });
});

describe('a ticket', () => {
  const ticketThatIs = (good: boolean): Ticket & { asked: number } => {
    const ticket = { asked: 0, redeem: () => ++ticket.asked === 1 && good };
    return ticket;
  };

  test('is for the first request of the call', async () => {
    const { scripted, taken } = await start(inTurn(stopped));
    await using _server = scripted;
    await scripted.store.haltPackageRollout(ref, { ticket: ticketThatIs(true) });
    expect(scripted.seen).toHaveLength(2);
    expect(taken).toEqual(['halt']);
  });

  test('that is too old is not used', async () => {
    const { scripted, taken } = await start(inTurn(stopped));
    await using _server = scripted;
    await scripted.store.haltPackageRollout(ref, { ticket: ticketThatIs(false) });
    expect(taken).toEqual(['halt', 'halt']);
  });
});

describe('without room', () => {
  test('a look is not sent, and not tried again', async () => {
    const { scripted, taken } = await start(inTurn(good), 0);
    await using _server = scripted;
    await expect(scripted.store.getPackageRollout(ref)).rejects.toMatchObject({
      name: 'StoreBudgetError',
      message: 'Could not read the package rollout: it is used up.',
      transient: true,
      retryAfterMs: 34_000,
      details: { operation: 'getPackageRollout' },
    });
    expect([scripted.seen, scripted.waits, taken]).toEqual([[], [], []]);
  });

  test('a change is not sent, and that is known', async () => {
    const { scripted } = await start(inTurn(good), 0);
    await using _server = scripted;
    await expect(scripted.store.updateRolloutPercentage(ref, 25)).rejects.toThrow(StoreBudgetError);
    expect(scripted.seen).toEqual([]);
  });

  test('a change that was sent is in doubt, when it cannot be read back', async () => {
    const { scripted } = await start(inTurn(good), 1);
    await using _server = scripted;
    await expect(scripted.store.updateRolloutPercentage(ref, 25)).rejects.toMatchObject({
      name: 'StoreOutcomeUnknownError',
      cause: { name: 'StoreBudgetError' },
    });
  });

  test('a probe says nothing against the Store', async () => {
    const { budget } = recordingBudget(0);
    const publisher = { tokens: { getToken: async () => 'token', drop: () => {} } };
    await createStoreProbe(createRequester({ publisher, baseUrl: 'https://store.invalid', budget })).probe();
  });
});

test('what follows a change waits for room as long as the call may take', async () => {
  const { scripted, patience } = await start(inTurn(stopped));
  await using _server = scripted;
  await scripted.store.haltPackageRollout(ref);
  const [before, after = 0] = patience;
  expect(before).toBeUndefined();
  expect(after).toBeGreaterThan(140_000);
});

describe('a 429', () => {
  const now = Date.parse('2026-03-02T00:00:00Z');
  const date = 'Mon, 02 Mar 2026 00:00:20 GMT';
  test.each<[string, Reply, number]>([
    ['in seconds', { status: 429, headers: { 'retry-after': '7' } }, 7_000],
    [
      'in its words',
      { status: 429, body: { message: 'Rate limit is exceeded. Try again in 14 seconds.' } },
      14_000,
    ],
    ['as a date', { status: 429, headers: { 'retry-after': date } }, 20_000],
    ['not at all', { status: 429 }, 30_000],
  ])('closes the budget for as long as it says: %s', async (_, refused, ms) => {
    const { budget, closings } = recordingBudget();
    const runtime = { ...realRuntime, now: () => now, sleep: async () => {} };
    await using scripted = await startScripted(inTurn(refused, good), { budget, runtime });
    await scripted.store.getPackageRollout(ref);
    expect(closings).toEqual([ms]);
  });

  test('to a change closes it, too, and the change is known not to have been received', async () => {
    const { scripted, closings } = await start(inTurn({ status: 429, headers: { 'retry-after': '7' } }));
    await using _server = scripted;
    await expect(scripted.store.updateRolloutPercentage(ref, 25, { once: true })).rejects.toThrow('429');
    expect(closings).toEqual([7_000]);
  });

  test('of another kind does not: a Store that is out of order is no matter of the budget', async () => {
    const { scripted, closings } = await start(
      inTurn({ status: 503, headers: { 'retry-after': '7' } }, good),
    );
    await using _server = scripted;
    await scripted.store.getPackageRollout(ref);
    expect(closings).toEqual([]);
  });
});
