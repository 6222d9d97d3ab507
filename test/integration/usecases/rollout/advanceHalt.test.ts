import { RestError } from '@azure/data-tables';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  StoreConflictError,
  StoreNotFoundError,
  StoreUnavailableError,
} from '../../../../src/shared/msstore/errors.ts';
import type { CallOptions } from '../../../../src/shared/msstore/port.ts';
import { realRuntime } from '../../../../src/shared/platform/runtime.ts';
import { withJournal } from '../../../../src/shared/rollout/journal.ts';
import type { Rollout } from '../../../../src/shared/rollout/rollout.ts';
import { LostRaceError } from '../../../../src/shared/state/errors.ts';
import type { Ports } from '../../../../src/shared/usecases/ports.ts';
import { advanceHalt } from '../../../../src/shared/usecases/rollout/advanceHalt.ts';
import { commandRollout } from '../../../../src/shared/usecases/rollout/commandRollout.ts';
import { at, fresh, ramping } from '../../../support/builders.ts';
import { lines, progressAt, ramps, rolloutShown, type StubPorts, stubPorts } from '../ports.ts';

/** A halt that is open is tried again and again, each try led to by a message of its own. */

const second = 1_000;
const minute = 60 * second;
const who = { actor: 'person', by: 'ops' } as const;
const { id } = fresh();
const intent = { kind: 'halt', ...who, reason: 'it eats files', since: at(0), attempts: 0 } as const;
const halting = (change: Partial<Rollout> = {}) => ramping({ phase: 'halting', intent, ...change });
const down = new StoreUnavailableError(
  'it answered 503',
  { operation: 'haltPackageRollout' },
  { effect: 'unknown' },
);

let ports: StubPorts;
let log: ReturnType<typeof lines>;
/** How often the Store was asked to halt. */
let asked: number;
beforeEach(async () => {
  asked = 0;
  ports = await stubPorts({
    ...ramps,
    haltPackageRollout: () => {
      asked += 1;
      return Promise.reject(down);
    },
  });
  log = lines();
});

const create = (rollout: Rollout) => ports.rollouts.create(withJournal(rollout, [], at(0)));
const tryOnce = (by: Ports = ports) => advanceHalt(by, { id }, log);
const kept = async () => (await ports.rollouts.get(id))?.rollout;
const delays = () => ports.halts.sent.map(({ delayMs }) => delayMs / second);
const healthy = () => {
  ports.store.answers = { ...ramps, haltPackageRollout: async () => rolloutShown('Stopped', 0) };
};

describe('a halt that the Store does not confirm', () => {
  test('is tried on, after ten seconds first and then ever more slowly, up to a minute', async () => {
    await create(halting());
    for (let count = 0; count < 9; count++) await tryOnce();
    expect(asked).toBe(9);
    expect(delays()).toEqual([10, 15, 20, 30, 45, 60, 60, 60, 60]);
    expect(ports.halts.sent.map(({ message }) => message)).toEqual(Array(9).fill({ id }));
    expect(await kept()).toMatchObject({ phase: 'halting', intent: { attempts: 9 } });
  });

  test('ends silently once it does, and a message too many finds nothing to do', async () => {
    await create(halting());
    await tryOnce();
    healthy();
    await tryOnce();
    await tryOnce();
    expect(await kept()).toMatchObject({ phase: 'halted' });
    expect(delays()).toEqual([10]);
    expect(log.errors).toEqual([]);
  });

  test('ends where it is impossible, with the reason', async () => {
    await create(halting());
    const late = new StoreConflictError(
      'not in progress',
      { operation: 'haltPackageRollout' },
      'rolloutNotInProgress',
    );
    let shown = rolloutShown('InProgress');
    ports.store.answers = {
      ...ramps,
      getPackageRollout: async () => shown,
      haltPackageRollout: () => {
        shown = rolloutShown('Complete', 100);
        return Promise.reject(late);
      },
    };
    await tryOnce();
    expect(await kept()).toMatchObject({
      phase: 'completed',
      decision: { sentence: expect.stringContaining('The halt came too late') },
    });
    expect(ports.halts.sent).toEqual([]);
  });

  test('is told to people after the policy’s limit, again and again, until one of them knows; the tries go on', async () => {
    await create(halting());
    const told: number[] = [];
    for (let minutes = 0; minutes <= 30; minutes++) {
      ports.clock.time = at(minutes * minute);
      const before = log.errors.length;
      await tryOnce();
      if (log.errors.length > before) told.push(minutes);
      if (minutes === 17)
        await commandRollout(ports, id, { kind: 'acknowledge', reason: 'I see it', who }, log);
    }
    expect(told).toEqual([5, 10, 15]);
    expect(asked).toBe(31);
    const { items } = await ports.rollouts.journal(id, { size: 99 });
    expect(items.filter(({ escalated }) => escalated)).toHaveLength(3);
  });
});

test('a halt that waits for publication is looked at every five minutes, and then carried out', async () => {
  await create(fresh({ phase: 'halting', intent }));
  ports.store.answers = { ...ramps, getSubmissionStatus: async () => progressAt('Certification') };
  await tryOnce();
  await tryOnce();
  expect(delays()).toEqual([300, 300]);
  healthy();
  await tryOnce();
  expect(await kept()).toMatchObject({ phase: 'halted' });
  expect(delays()).toEqual([300, 300]);
});

test('a halt of which nobody knows whether it is published is tried every minute', async () => {
  await create(fresh({ phase: 'halting', intent }));
  ports.store.answers = { ...ramps, getSubmissionStatus: () => Promise.reject(down) };
  await tryOnce();
  expect(delays()).toEqual([60]);
});

test('a halt goes on while nobody can read whether another submission took its place', async () => {
  await create(
    halting({
      intent: { ...intent, attempts: 3 },
      decision: { kind: 'hold', reason: 'replaced', sentence: 'The track …', at: at(0) },
    }),
  );
  ports.store.answers = { ...ports.store.answers, getTrack: () => Promise.reject(down) };
  for (let minutes = 0; minutes < 10; minutes++) {
    ports.clock.time = at(minutes * minute);
    await tryOnce();
  }
  expect(asked).toBe(10);
  expect(log.errors).toHaveLength(1);
});

test('two answers without a reason do not end a halt that was tried before any look had seen the publication', async () => {
  await create(fresh({ phase: 'halting', intent: { ...intent, attempts: 1 } }));
  const nothing = () =>
    Promise.reject(new StoreNotFoundError('it answered 404', { operation: 'getSubmissionStatus' }));
  ports.store.answers = { ...ports.store.answers, getSubmissionStatus: nothing, getTrack: nothing };
  await tryOnce();
  expect(await kept()).toMatchObject({ phase: 'halting' });
  healthy();
  await tryOnce();
  expect(await kept()).toMatchObject({ phase: 'halted' });
});

describe('nothing is done', () => {
  test.each<[string, Rollout | undefined]>([
    ['where there is no rollout', undefined],
    ['for a rollout that ramps', ramping()],
    ['for a finalize', ramping({ phase: 'finalizing', intent: { ...intent, kind: 'finalize' } })],
  ])('%s', async (_, rollout) => {
    if (rollout) await create(rollout);
    ports.store.answers = {};
    await tryOnce();
    expect(ports.halts.sent).toEqual([]);
    expect(await kept()).toEqual(rollout);
    expect([...log.infos, ...log.errors]).toEqual([]);
  });
});

describe('the next message is left', () => {
  test('though the try met an error, which is in the log', async () => {
    await create(halting());
    const broken: Ports = {
      ...ports,
      rollouts: { ...ports.rollouts, write: () => Promise.reject(new Error('the tables do not answer')) },
    };
    await tryOnce(broken);
    expect(delays()).toEqual([10]);
    expect(log.errors).toEqual([
      `${id}: a try of the halt failed, and is repeated: the tables do not answer.`,
    ]);
  });

  test('though somebody else was faster', async () => {
    await create(halting());
    const late: Ports = {
      ...ports,
      rollouts: { ...ports.rollouts, write: () => Promise.reject(new LostRaceError(id, {})) },
    };
    await tryOnce(late);
    expect(delays()).toEqual([10]);
    expect(log.errors).toEqual([]);
  });

  test('though the Store cannot be read, and the halt is asked for all the same', async () => {
    await create(halting());
    ports.store.answers = { ...ports.store.answers, getPackageRollout: () => Promise.reject(down) };
    await tryOnce();
    expect(asked).toBe(1);
    expect(delays()).toEqual([10]);
  });

  test('though reading the Store hangs, and the halt is asked for all the same', async () => {
    await create(halting({ intent: { ...intent, attempts: 1 } }));
    const untilAborted = ({ abortSignal }: CallOptions = {}) =>
      new Promise<never>((_, reject) =>
        abortSignal?.addEventListener('abort', () => reject(abortSignal.reason), { once: true }),
      );
    const given = new Map<number, AbortController>();
    const timeout = (ms: number) => {
      const over = new AbortController();
      given.set(ms, over);
      return over.signal;
    };
    ports.store.answers = {
      ...ramps,
      getPackageRollout: (_ref, options) => {
        const reading = untilAborted(options);
        // What is over first: the reading has less time than the whole pass.
        given.get(Math.min(...given.keys()))?.abort();
        return reading;
      },
      haltPackageRollout: async (_ref, options) => {
        options?.abortSignal?.throwIfAborted();
        return rolloutShown('Stopped', 0);
      },
    };
    await tryOnce({ ...ports, runtime: { ...realRuntime, timeout } });
    expect(await kept()).toMatchObject({ phase: 'halted' });
  });

  test('and not by two at once after one of them was confirmed', async () => {
    await create(halting());
    healthy();
    await Promise.all([tryOnce(), tryOnce()]);
    expect((await kept())?.phase).toBe('halted');
    expect(ports.halts.sent.length).toBeLessThanOrEqual(1);
  });
});

describe('while the state cannot be read', () => {
  const outage = new RestError('the table is out of order', { statusCode: 503 });
  /** Ports whose tables do not answer the `failing` reads, counted from the first. */
  function blind(error: Error, ...failing: readonly number[]): Ports {
    let reads = 0;
    const get: typeof ports.rollouts.get = (of) => {
      reads += 1;
      return failing.includes(reads) ? Promise.reject(error) : ports.rollouts.get(of);
    };
    return { ...ports, rollouts: { ...ports.rollouts, get } };
  }

  test.each([
    ['from the start', [1, 2], 0, 30],
    ['at the start', [1], 0, 10],
    ['in the middle', [2], 0, 10],
    ['at the end', [3], 1, 30],
  ])(
    '%s, a new message is left all the same: the platform gives up on one that fails often',
    async (_, failing, tries, delay) => {
      await create(halting());
      await tryOnce(blind(outage, ...failing));
      expect(asked).toBe(tries);
      expect(delays()).toEqual([delay]);
    },
  );

  test('for another reason than an outage, the message itself comes again', async () => {
    await create(halting());
    const broken = new Error('a column that is none');
    await expect(tryOnce(blind(broken, 1, 2))).rejects.toBe(broken);
    expect(ports.halts.sent).toEqual([]);
  });
});

test('the message itself comes again when the next one could not be left', async () => {
  await create(halting());
  ports.halts.failure = new Error('the queue does not answer');
  await expect(tryOnce()).rejects.toThrow('the queue does not answer');
  expect(asked).toBe(1);
});
