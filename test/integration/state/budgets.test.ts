import { RestError } from '@azure/data-tables';
import { beforeAll, describe, expect, test } from 'vitest';
import { type RequestLane, timing } from '../../../src/shared/budget/budget.ts';
import { NoRoomError } from '../../../src/shared/budget/errors.ts';
import type { PublisherBudget, Ticket } from '../../../src/shared/budget/port.ts';
import { type Runtime, realRuntime } from '../../../src/shared/platform/runtime.ts';
import { createPublisherBudget } from '../../../src/shared/state/budgets.ts';
import type { Table } from '../../../src/shared/state/table.ts';
import { openState } from '../../support/state.ts';

const limit = 20;
const begin = Date.parse('2026-03-02T00:00:00.000Z');

let table: Table;
let publishers = 0;
let clock = { time: begin };
beforeAll(async () => {
  table = (await openState()).tables.budget;
});

/** A budget that nothing was taken from yet, by name; and a clock that only sleeping moves. */
function newPublisher(): string {
  clock = { time: begin };
  return `publisher-${++publishers}`;
}

const runtime = (): Runtime => {
  const own = clock;
  const sleep = async (ms: number) => {
    own.time += ms;
  };
  return { ...realRuntime, now: () => own.time, sleep };
};

type Call = 'getEntity' | 'createEntity' | 'updateEntity';
type Instance = PublisherBudget & { readonly asked: Call[] };

/** One instance of the app; `before` and `after` may fail, around each request to the table. */
function instanceOf(
  publisher: string,
  { before, after }: { before?: (call: Call) => unknown; after?: (call: Call) => unknown } = {},
): Instance {
  const asked: Call[] = [];
  const around = async <T>(call: Call, act: () => Promise<T>): Promise<T> => {
    asked.push(call);
    await before?.(call);
    const answer = await act();
    await after?.(call);
    return answer;
  };
  const counted: Table = {
    ...table,
    getEntity: (...of) => around('getEntity', () => table.getEntity(...of)),
    createEntity: (row, options) => around('createEntity', () => table.createEntity(row, options)),
    updateEntity: (row, mode, options) =>
      around('updateEntity', () => table.updateEntity(row, mode, options)),
  };
  return { ...createPublisherBudget({ table: counted, publisher, limit, runtime: runtime() }), asked };
}

const impatient = { patienceMs: 0 };

/** Takes from these until there is no room; what each got. */
async function drain(instances: readonly PublisherBudget[], lane: RequestLane): Promise<number[]> {
  return Promise.all(
    instances.map(async (instance) => {
      for (let taken = 0; ; taken++)
        try {
          await instance.take(lane, impatient);
        } catch (error) {
          if (error instanceof NoRoomError) return taken;
          throw error;
        }
    }),
  );
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const refusal = (act: Promise<unknown>): Promise<unknown> =>
  act.then(
    () => 'taken',
    (error: unknown) => error,
  );
const rowOf = (publisher: string) => table.getEntity<{ since: string; taken: string }>('budget', publisher);
const outage = () => {
  throw new RestError('the service is out of order', { statusCode: 503 });
};

test('a table that somebody took away keeps nobody who was told to wait from going on', async () => {
  const gone = () => {
    throw new RestError('TableNotFound', { statusCode: 404 });
  };
  const alone = instanceOf(newPublisher(), { before: gone });
  await alone.closed(30_000);
  expect(alone.asked.length).toBeLessThan(200);
  expect(await refusal(alone.take('halt', impatient))).toBeInstanceOf(NoRoomError);
});

describe('one instance', () => {
  test('takes a request in one round trip, once it knows the row', async () => {
    const alone = instanceOf(newPublisher());
    await alone.take('poll');
    expect(alone.asked).toEqual(['getEntity', 'createEntity']);
    for (const lane of ['poll', 'change', 'halt'] as const) await alone.take(lane);
    expect(alone.asked.slice(2)).toEqual(['updateEntity', 'updateEntity', 'updateEntity']);
  });

  test('takes many at once in one write', async () => {
    const alone = instanceOf(newPublisher());
    await Promise.all(Array.from({ length: 10 }, () => alone.take('poll')));
    expect(alone.asked).toEqual(['getEntity', 'createEntity']);
  });

  test('writes them down so that people can read them', async () => {
    const publisher = newPublisher();
    const alone = instanceOf(publisher);
    await alone.take('poll');
    clock.time += 350;
    await alone.take('change');
    clock.time += 700;
    await alone.take('halt');
    expect(await rowOf(publisher)).toMatchObject({
      since: '2026-03-02T00:00:00.000Z',
      taken: '0p 350c 700h',
    });
  });

  test('refuses what has no room without asking the table, and says when there may be some', async () => {
    const alone = instanceOf(newPublisher());
    expect(await drain([alone], 'poll')).toEqual([12]);
    const asked = alone.asked.length;
    clock.time += 5_000;
    expect(await refusal(alone.take('poll'))).toMatchObject({
      name: 'NoRoomError',
      problem: expect.stringContaining('the publisher has used up its 20'),
      retryAfterMs: timing.windowMs - 5_000,
    });
    expect(alone.asked).toHaveLength(asked);
  });

  test('waits for room that is near', async () => {
    const alone = instanceOf(newPublisher());
    await drain([alone], 'poll');
    clock.time = begin + 51_000;
    await alone.take('poll');
    expect(clock.time).toBe(begin + timing.windowMs);
  });

  test('waits for as long as its caller can', async () => {
    const alone = instanceOf(newPublisher());
    await drain([alone], 'change');
    await alone.take('change', { patienceMs: 90_000 });
    expect(clock.time).toBe(begin + timing.windowMs);
  });

  test('ends its waiting with its caller', async () => {
    const publisher = newPublisher();
    const alone = createPublisherBudget({
      table,
      publisher,
      limit,
      runtime: { ...realRuntime, now: () => clock.time },
    });
    await drain([alone], 'poll');
    const caller = new AbortController();
    const waiting = refusal(alone.take('poll', { patienceMs: 90_000, abortSignal: caller.signal }));
    const reason = new Error('the caller has gone');
    caller.abort(reason);
    expect(await waiting).toBe(reason);
  });

  test('lets a halt pass polls that wait for the same write', async () => {
    const publisher = newPublisher();
    const alone = instanceOf(publisher);
    await drain([alone], 'change');
    await Promise.all(
      ['change', 'poll', 'halt'].map((lane) => refusal(alone.take(lane as RequestLane, impatient))),
    );
    expect((await rowOf(publisher)).taken.split(' ').map((ticket) => ticket.at(-1))).toEqual([
      ...Array.from({ length: 16 }, () => 'c'),
      'h',
    ]);
  });
});

describe('a ticket', () => {
  test('is good for one request', async () => {
    const ticket = await instanceOf(newPublisher()).take('halt');
    expect([ticket.redeem(), ticket.redeem()]).toEqual([true, false]);
  });

  test('is good for two seconds', async () => {
    const alone = instanceOf(newPublisher());
    const good: Ticket = await alone.take('halt');
    const old = await alone.take('halt');
    clock.time += 1_999;
    expect(good.redeem()).toBe(true);
    clock.time += 1;
    expect(old.redeem()).toBe(false);
  });
});

describe('two instances', () => {
  test.each<[RequestLane, number]>([
    ['poll', 12],
    ['change', 16],
    ['halt', 20],
  ])('that race for %s get %i in a window, together', async (lane, most) => {
    const publisher = newPublisher();
    const instances = [instanceOf(publisher), instanceOf(publisher), instanceOf(publisher)];
    expect(sum(await drain(instances, lane))).toBe(most);
    clock.time = begin + timing.windowMs - 1;
    expect(sum(await drain(instances, lane))).toBe(0);
    // The racing took time, too.
    clock.time += timing.windowMs;
    expect(sum(await drain(instances, lane))).toBe(most);
  });

  test('leave a halt its share, however they race', async () => {
    const publisher = newPublisher();
    const instances = [instanceOf(publisher), instanceOf(publisher)];
    await Promise.all([drain(instances, 'poll'), drain(instances, 'change')]);
    expect(sum(await drain([instanceOf(publisher)], 'halt'))).toBe(4);
  });

  test('need two more round trips for what the other one has written; one that prepared needs none', async () => {
    const publisher = newPublisher();
    const [one, other] = [instanceOf(publisher), instanceOf(publisher)];
    await one.take('poll');
    await other.take('poll');
    one.asked.length = 0;
    await one.take('poll');
    expect(one.asked).toEqual(['updateEntity', 'getEntity', 'updateEntity']);
    other.asked.length = 0;
    await other.prepare();
    await other.take('halt');
    expect(other.asked).toEqual(['getEntity', 'updateEntity']);
  });

  test('both keep to what the Store has told one of them', async () => {
    const publisher = newPublisher();
    const [told, other] = [instanceOf(publisher), instanceOf(publisher)];
    await told.closed(40_000);
    for (const instance of [told, other])
      for (const lane of ['halt', 'change', 'poll'] as const)
        expect(await refusal(instance.take(lane))).toMatchObject({ retryAfterMs: 40_000 });
    clock.time += 40_000;
    await other.take('poll');
    await told.take('poll');
  });
});

describe('a row that was changed by hand', () => {
  test('to nonsense counts as none', async () => {
    const publisher = newPublisher();
    await table.createEntity({ partitionKey: 'budget', rowKey: publisher, since: 'yesterday', taken: 'all' });
    expect(await drain([instanceOf(publisher)], 'poll')).toEqual([12]);
  });

  test('and removed is made again', async () => {
    const publisher = newPublisher();
    const alone = instanceOf(publisher);
    await alone.take('poll');
    await table.deleteEntity('budget', publisher);
    await alone.take('poll');
    expect((await rowOf(publisher)).taken).toBe('0p');
  });
});

describe('a table that cannot be reached', () => {
  test('lets halts through, and nothing else', async () => {
    const alone = instanceOf(newPublisher(), { before: outage });
    expect((await alone.take('halt')).redeem()).toBe(true);
    for (const lane of ['change', 'poll'] as const)
      expect(await refusal(alone.take(lane))).toMatchObject({
        name: 'NoRoomError',
        retryAfterMs: 10_000,
        cause: { statusCode: 503 },
      });
  });

  test('that does not answer holds a halt no longer than a moment', async () => {
    const late = new AbortController();
    const asked = Promise.withResolvers<void>();
    const hanging: Table = {
      ...table,
      getEntity: () => {
        asked.resolve();
        return new Promise(() => {});
      },
    };
    const publisher = newPublisher();
    const timeouts: number[] = [];
    const timeout = (ms: number) => {
      timeouts.push(ms);
      return late.signal;
    };
    const alone = createPublisherBudget({
      ...{ table: hanging, publisher, limit },
      runtime: { ...runtime(), timeout },
    });
    const poll = refusal(alone.take('poll'));
    await asked.promise;
    const halt = alone.take('halt');
    late.abort();
    expect((await halt).redeem()).toBe(true);
    expect(await poll).toMatchObject({ name: 'NoRoomError' });
    expect(timeouts).toEqual([1_500]);
  });

  test('does not let a halt through that the Store has refused', async () => {
    const alone = instanceOf(newPublisher(), { before: outage });
    await alone.closed(40_000);
    expect(await refusal(alone.take('halt'))).toMatchObject({ retryAfterMs: 40_000 });
  });

  test('is asked again by the next one', async () => {
    let broken = true;
    const alone = instanceOf(newPublisher(), { before: () => broken && outage() });
    await refusal(alone.take('poll'));
    broken = false;
    await alone.take('poll');
    expect(alone.asked).toEqual(['getEntity', 'getEntity', 'createEntity']);
  });
});

describe('a write whose answer is lost', () => {
  test('counts, and is not used', async () => {
    const publisher = newPublisher();
    let lost = false;
    const alone = instanceOf(publisher, { after: (call) => lost && call === 'updateEntity' && outage() });
    await alone.take('poll');
    lost = true;
    expect(await refusal(alone.take('poll'))).toMatchObject({ name: 'NoRoomError' });
    lost = false;
    expect((await rowOf(publisher)).taken).toBe('0p 0p');
    expect(await drain([alone], 'poll')).toEqual([10]);
  });

  test('lets a halt go that it counts', async () => {
    const publisher = newPublisher();
    const alone = instanceOf(publisher, { after: (call) => call === 'createEntity' && outage() });
    expect((await alone.take('halt')).redeem()).toBe(true);
    expect((await rowOf(publisher)).taken).toBe('0h');
  });
});

test('a write that takes longer than a ticket is good is made again with a new time', async () => {
  const publisher = newPublisher();
  let slow = 1;
  const alone = instanceOf(publisher, {
    after: (call) => {
      if (call !== 'getEntity' && slow-- > 0) clock.time += 3_000;
    },
  });
  const ticket = await alone.take('poll');
  expect(ticket.redeem()).toBe(true);
  expect((await rowOf(publisher)).taken).toBe('0p 3000p');
});

test('looks are handed out for the room that polls have, or will have soon', async () => {
  const alone = instanceOf(newPublisher());
  const looks = () => {
    let granted = 0;
    while (alone.grantLook('rollouts', 2)) granted++;
    return granted;
  };
  expect(looks()).toBe(6);
  for (let request = 0; request < 12; request++) await alone.take('poll');
  expect(looks()).toBe(0);
  clock.time += 55_000;
  expect(looks()).toBe(6);
  await refusal(alone.take('poll', impatient));
  clock.time += 60_000;
  expect(looks(), 'after a poll that found no room').toBe(3);
});

test('no look is handed out while the Store refuses', async () => {
  const alone = instanceOf(newPublisher());
  await alone.closed(60_000);
  expect(alone.grantLook('rollouts', 2)).toBe(false);
  clock.time += 50_000;
  expect(alone.grantLook('rollouts', 2)).toBe(true);
});
