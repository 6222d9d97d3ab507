import { setImmediate } from 'node:timers/promises';
import { RestError } from '@azure/data-tables';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Command } from '../../../../src/shared/rollout/command.ts';
import type { Sample } from '../../../../src/shared/rollout/evidence.ts';
import { type Change, withJournal } from '../../../../src/shared/rollout/journal.ts';
import { receive } from '../../../../src/shared/rollout/receive.ts';
import type { Intent, Rollout } from '../../../../src/shared/rollout/rollout.ts';
import { settle } from '../../../../src/shared/rollout/settle.ts';
import type { Who } from '../../../../src/shared/rollout/vocabulary.ts';
import { LostRaceError } from '../../../../src/shared/state/errors.ts';
import { createRolloutStore } from '../../../../src/shared/state/rollouts.ts';
import type { Ports } from '../../../../src/shared/usecases/ports.ts';
import { advanceRollout } from '../../../../src/shared/usecases/rollout/advanceRollout.ts';
import { claim, withIndex } from '../../../../src/shared/usecases/rollout/claim.ts';
import { commandRollout } from '../../../../src/shared/usecases/rollout/commandRollout.ts';
import { at, counts, fresh, hour, ramping } from '../../../support/builders.ts';
import { unlimitedBudget } from '../../../support/unlimitedBudget.ts';
import { lines, ramps, rolloutShown, type StubPorts, stubPorts } from '../ports.ts';

/** What is written down before anything is done, and who comes back to it: a halt is in the table, and has a message. */

const who = { actor: 'person', by: 'ops' } as const satisfies Who;
const reason = 'it eats files';
const tell = (kind: 'halt' | 'finalize' | 'pause' | 'acknowledge', by: Who = who): Command => ({
  kind,
  reason,
  who: by,
});
const { id } = fresh();
const message = { message: { id, since: expect.any(String) }, delayMs: 8_000 };

let ports: StubPorts;
let log: ReturnType<typeof lines>;
beforeEach(async () => {
  ports = await stubPorts({ ...ramps, haltPackageRollout: async () => rolloutShown('Stopped', 0) });
  log = lines();
});

const create = (rollout: Rollout) => ports.rollouts.create(withJournal(rollout, [], at(0)));
const command = (told: Command, by: Ports = ports) => commandRollout(by, id, told, log);

const intended = (kind: 'halt' | 'finalize', attempts = 1): Partial<Rollout> => ({
  phase: kind === 'halt' ? 'halting' : 'finalizing',
  intent: { kind, ...who, reason, since: at(0), attempts },
});

describe('a message goes out', () => {
  const halted = (rollout: Rollout): Change => {
    const answer = receive(rollout, tell('halt'), at(1));
    if (answer.kind !== 'accepted') throw new Error(`the halt was ${answer.kind}`);
    return answer.change;
  };

  test.each<[string, Rollout]>([
    ['of a rollout that ramps', ramping()],
    ['of one that waits for its publication', fresh()],
    ['that takes the place of a finalize', ramping(intended('finalize'))],
  ])('for a new halt %s, once', async (_, rollout) => {
    const stored = await create(rollout);
    await (await claim(ports, stored, halted(rollout), log)).indexed;
    expect(ports.halts.sent).toEqual([message]);
  });

  test('for a halt by a command, and not once more for what follows', async () => {
    await create(ramping());
    expect(await command(tell('halt'))).toMatchObject({ done: true, rollout: { phase: 'halted' } });
    expect(ports.halts.sent).toEqual([message]);
  });

  test('for a halt by evidence', async () => {
    await create(ramping({ rampingSince: at(0) }));
    ports.clock.time = at(2 * hour);
    const samples: Sample[] = [counts(0, 900, 1_000), counts(1, 900, 1_000)];
    const harmed: Ports = {
      ...ports,
      telemetry: () => ({ ...ports.telemetry(), pushed: async () => ({ kind: 'samples', samples }) }),
    };
    await advanceRollout(harmed, { id }, log);
    expect((await ports.rollouts.get(id))?.rollout.phase).toBe('halted');
    expect(ports.halts.sent).toEqual([message]);
  });

  const raise: Intent = { kind: 'raise', percentage: 25, step: 1, ...who, reason, since: at(1), attempts: 1 };
  const halting = ramping(intended('halt'));
  const failure = { kind: 'failed', cause: 'timed out' } as const;
  test.each<[string, Rollout, (rollout: Rollout) => Change]>([
    ['a rollout that only waits', ramping(), (rollout) => withJournal(rollout, [], at(1))],
    ['a raise', ramping(), (rollout) => withJournal({ ...rollout, intent: raise }, [], at(1))],
    ['a finalize', ramping(), (rollout) => withJournal({ ...rollout, ...intended('finalize') }, [], at(1))],
    ['a second halt', halting, halted],
    ['one more try of a halt', halting, (rollout) => settle(rollout, failure, at(1))],
    [
      'a halt that is confirmed',
      halting,
      (rollout) => settle(rollout, { kind: 'readBack', shown: { state: 'stopped', percentage: 0 } }, at(1)),
    ],
  ])('for nothing else: %s', async (_, rollout, change) => {
    const stored = await create(rollout);
    await (await claim(ports, stored, change(rollout), log)).indexed;
    expect(ports.halts.sent).toEqual([]);
  });

  test.each<[string, Command]>([
    ['a pause', tell('pause')],
    ['a cap', { kind: 'cap', percentage: 5, reason, who }],
    ['an alert that holds', { kind: 'hold', alert: 'f1', reason, who: { actor: 'alert' } }],
  ])('for nothing else: %s', async (_, told) => {
    await create(ramping());
    await command(told);
    expect(ports.halts.sent).toEqual([]);
  });
});

test('who loses the race after a claim still sees its row in the due index moved', async () => {
  const moving = Promise.withResolvers<void>();
  const claimed = { stored: await create(ramping()), indexed: moving.promise };
  let ended = false;
  const doing = withIndex(claimed, Promise.reject(new LostRaceError('it', { cause: undefined })));
  const end = doing.catch((error: unknown) => {
    ended = true;
    return error;
  });
  await setImmediate();
  expect(ended).toBe(false);
  moving.resolve();
  expect(await end).toBeInstanceOf(LostRaceError);
});

describe('a halt goes to the Store', () => {
  test('though the queue of halts takes nothing, and the log says so', async () => {
    await create(ramping());
    ports.halts.failure = new Error('the queue is full');
    expect(await command(tell('halt'))).toMatchObject({ done: true, rollout: { phase: 'halted' } });
    expect(log.errors).toEqual([
      `${id}: the halt has no message of its own, only its place among the looks: the queue is full.`,
    ]);
  });

  test('though the budget gives nothing, if the Store’s client does', async () => {
    await create(ramping());
    const asked: unknown[] = [];
    const budgetOf = () => ({
      ...unlimitedBudget,
      take: async (lane: string) => {
        asked.push(lane);
        throw new Error('no room');
      },
    });
    const poor: Ports = { ...ports, publishers: { ...ports.publishers, budgetOf } };
    expect(await command(tell('halt'), poor)).toMatchObject({ done: true });
    expect(asked).toEqual(['halt']);
  });

  test('though the due index cannot be written', async () => {
    await create(ramping());
    const outage = () => Promise.reject(new RestError('the table is out of order', { statusCode: 503 }));
    const rollouts = createRolloutStore(ports.state.tables, { ...ports.due, add: outage, remove: outage });
    expect(await command(tell('halt'), { ...ports, rollouts })).toMatchObject({
      done: true,
      rollout: { phase: 'halted' },
    });
  });

  /** Ports whose due index takes its time, and the Store as it meets the halt: with what is in the table by then. */
  function slowIndex() {
    const index = Promise.withResolvers<void>();
    const met = Promise.withResolvers<Rollout | undefined>();
    const slow = {
      ...ports.due,
      add: async (...args: Parameters<typeof ports.due.add>) => {
        await index.promise;
        return ports.due.add(...args);
      },
    };
    ports.store.answers = {
      ...ramps,
      haltPackageRollout: async () => {
        met.resolve((await ports.rollouts.get(id))?.rollout);
        return rolloutShown('Stopped', 0);
      },
    };
    return {
      met: met.promise,
      goOn: index.resolve,
      slow: { ...ports, rollouts: createRolloutStore(ports.state.tables, slow) },
    };
  }

  test('after it is in the table, and before the due index is', async () => {
    await create(ramping());
    const { met, goOn, slow } = slowIndex();
    const running = command(tell('halt'), slow);
    expect(await met).toMatchObject({
      phase: 'halting',
      intent: { kind: 'halt', ...who },
      journalLength: 2,
    });
    expect(ports.halts.sent).toEqual([message]);
    goOn();
    expect(await running).toMatchObject({ done: true, rollout: { phase: 'halted' } });
    expect(await ports.due.all('rollouts')).toEqual([]);
  });

  test('of a pass as well: what the evidence says is in the table first', async () => {
    await create(ramping(intended('halt')));
    const { met, goOn, slow } = slowIndex();
    const running = advanceRollout(slow, { id }, log);
    expect(await met).toMatchObject({ phase: 'halting', intent: { kind: 'halt', attempts: 2 } });
    goOn();
    await running;
    expect((await ports.rollouts.get(id))?.rollout.phase).toBe('halted');
  });

  test('not at all if it could not be written', async () => {
    await create(ramping());
    let asked = 0;
    ports.store.answers = {
      ...ramps,
      haltPackageRollout: async () => {
        asked += 1;
        return rolloutShown('Stopped', 0);
      },
    };
    const outage = new RestError('the table is out of order', { statusCode: 503 });
    const broken: Ports = {
      ...ports,
      rollouts: { ...ports.rollouts, write: () => Promise.reject(outage) },
    };
    await expect(command(tell('halt'), broken)).rejects.toBe(outage);
    expect(asked).toBe(0);
  });

  test('though the queue of halts does not answer: nobody waits for it longer than a moment', async () => {
    await create(ramping());
    const queue = Promise.withResolvers<void>();
    const waits: number[] = [];
    const sleep = async (ms: number) => {
      waits.push(ms);
    };
    const silent: Ports = {
      ...ports,
      halts: { send: () => queue.promise },
      runtime: { ...ports.runtime, sleep },
    };
    expect(await command(tell('halt'), silent)).toMatchObject({ done: true, rollout: { phase: 'halted' } });
    expect(waits).toEqual([1_500]);
    queue.reject(new Error('the queue has never heard of it'));
    await setImmediate();
    expect(log.errors).toEqual([expect.stringContaining('the queue has never heard of it')]);
  });

  test('and stays intended where what became of it cannot be written down', async () => {
    await create(ramping());
    const outage = new RestError('the table is out of order', { statusCode: 503 });
    const broken: Ports = {
      ...ports,
      rollouts: { ...ports.rollouts, save: () => Promise.reject(outage) },
    };
    expect(await command(tell('halt'), broken)).toMatchObject({
      done: false,
      rollout: { phase: 'halting', intent: { kind: 'halt' } },
    });
    expect(log.errors).toEqual([
      expect.stringMatching(/what became of the halt could not be written down: .*out of order/),
    ]);
    await advanceRollout(ports, { id }, log);
    expect((await ports.rollouts.get(id))?.rollout.phase).toBe('halted');
  });
});

test('whoever loses has written nothing, and the Store is not asked', async () => {
  const stored = await create(ramping());
  await ports.rollouts.save(stored, withJournal({ ...stored.rollout, percentage: 6 }, [], at(1)));
  const answer = receive(stored.rollout, tell('pause'), at(1));
  if (answer.kind !== 'accepted') throw new Error(`the pause was ${answer.kind}`);
  await expect(claim(ports, stored, answer.change, log)).rejects.toThrow(LostRaceError);
  expect((await ports.rollouts.get(id))?.rollout).toMatchObject({ percentage: 6, journalLength: 0 });
});
