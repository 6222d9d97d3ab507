import { beforeEach, describe, expect, test } from 'vitest';
import { StoreUnavailableError } from '../../../../src/shared/msstore/errors.ts';
import type { Command } from '../../../../src/shared/rollout/command.ts';
import { withJournal } from '../../../../src/shared/rollout/journal.ts';
import type { Rollout } from '../../../../src/shared/rollout/rollout.ts';
import type { Who } from '../../../../src/shared/rollout/vocabulary.ts';
import type { Stored } from '../../../../src/shared/state/rollouts.ts';
import { ConflictError, NoSuchRolloutError } from '../../../../src/shared/usecases/errors.ts';
import type { Ports } from '../../../../src/shared/usecases/ports.ts';
import { commandRollout } from '../../../../src/shared/usecases/rollout/commandRollout.ts';
import { at, fresh, policy, ramping } from '../../../support/builders.ts';
import { lines, ramps, rolloutShown, type StubPorts, stubPorts } from '../ports.ts';

/** A command does what it says, whatever its caller knew of the rollout before, and says whether it is done. */

const ops = { actor: 'person', by: 'ops' } as const satisfies Who;
const alarm = { actor: 'alert', by: 'Crash rate' } as const satisfies Who;
const reason = 'it eats files';
const tell = (kind: 'halt' | 'finalize' | 'pause' | 'resume' | 'approve', who: Who = ops): Command => ({
  kind,
  reason,
  who,
});
const hold: Command = { kind: 'hold', alert: 'f1', reason, who: alarm };
const { id } = fresh();
const down = new StoreUnavailableError(
  'it answered 503',
  { operation: 'haltPackageRollout' },
  { effect: 'unknown' },
);

let ports: StubPorts;
let log: ReturnType<typeof lines>;
/** How often the rollout was read. */
let reads: number;
let counting: Ports;
beforeEach(async () => {
  ports = await stubPorts({ ...ramps, haltPackageRollout: async () => rolloutShown('Stopped', 0) });
  log = lines();
  reads = 0;
  const get = (of: string) => {
    reads += 1;
    return ports.rollouts.get(of);
  };
  counting = { ...ports, rollouts: { ...ports.rollouts, get } };
});

const create = (rollout: Rollout = ramping()) => ports.rollouts.create(withJournal(rollout, [], at(0)));
const give = (told: Command, known?: Stored) => commandRollout(counting, id, told, log, known);
const kept = async () => (await ports.rollouts.get(id))?.rollout;
const journal = async () =>
  (await ports.rollouts.journal(id, { size: 50 })).items
    .map(({ kind, subject, by }) => `${kind} ${subject} by ${by}`)
    .toReversed();

/** What a look at the due index knows of the rollout now. */
async function snapshot(): Promise<Stored> {
  const [found] = await ports.rollouts.active();
  if (!found) throw new Error('nothing is active');
  return found;
}

/** Somebody else writes it in between. */
async function moveOn(change: Partial<Rollout>): Promise<void> {
  const stored = await ports.rollouts.get(id);
  if (!stored) throw new Error('there is no rollout');
  await ports.rollouts.save(stored, withJournal({ ...stored.rollout, ...change }, [], at(0)));
}

describe('what the caller knows', () => {
  test('is enough, if it is still so: the rollout is not read', async () => {
    await create();
    expect(await give(hold, await snapshot())).toMatchObject({ done: true });
    expect(reads).toBe(0);
    expect(await kept()).toMatchObject({ alertHolds: [{ alert: 'f1' }] });
    expect(await journal()).toEqual(['alert hold by Crash rate']);
  });

  test.each([tell('halt', alarm), hold])(
    'is read again where it is old, and then it is done: $kind',
    async (told) => {
      await create();
      const known = await snapshot();
      await moveOn({ percentage: 6 });
      expect(await give(told, known)).toMatchObject({
        done: true,
        rollout: { percentage: told.kind === 'halt' ? 0 : 6 },
      });
      expect(reads).toBe(1);
      expect((await journal()).filter((line) => line.startsWith('alert'))).toEqual([
        `alert ${told.kind} by Crash rate`,
      ]);
    },
  );

  test('is no reason to refuse: it may be old', async () => {
    await create(
      ramping({
        phase: 'finalizing',
        intent: { kind: 'finalize', ...ops, reason, since: at(0), attempts: 1 },
      }),
    );
    const known = await snapshot();
    await ports.rollouts.save(known, withJournal(ramping(), [], at(0)));
    expect(await give(hold, known)).toMatchObject({ done: true });
  });

  test('is no reason to do nothing: the alert may have been released since', async () => {
    await create();
    await give(hold);
    const known = await snapshot();
    await give({ ...hold, kind: 'release' });
    expect((await kept())?.alertHolds).toEqual([]);
    await give(hold, known);
    expect((await kept())?.alertHolds).toHaveLength(1);
  });

  test('is of no use where the rollout has ended since', async () => {
    await create();
    const known = await snapshot();
    await give(tell('halt'));
    expect(await give(hold, known)).toMatchObject({ done: true, rollout: { phase: 'halted' } });
    await expect(give(tell('pause'), known)).rejects.toThrow(ConflictError);
  });
});

describe('a halt', () => {
  test('is done once the Store shows it', async () => {
    await create();
    expect(await give(tell('halt'))).toMatchObject({ done: true, rollout: { phase: 'halted' } });
    expect(await journal()).toEqual(['command halt by ops', 'intent halt by ops', 'effect halt by ops']);
  });

  test('is not done while the Store does not', async () => {
    await create();
    ports.store.answers = { ...ramps, haltPackageRollout: () => Promise.reject(down) };
    expect(await give(tell('halt'))).toMatchObject({ done: false, rollout: { phase: 'halting' } });
  });

  test('is not done by an alert that comes again while the Store does not show it', async () => {
    await create();
    ports.store.answers = { ...ramps, haltPackageRollout: () => Promise.reject(down) };
    await give(tell('halt', alarm));
    const before = await kept();
    expect(await give(tell('halt', alarm))).toMatchObject({ done: false, rollout: { phase: 'halting' } });
    expect(await kept()).toEqual(before);
  });

  test('is tried at once when a person gives it again', async () => {
    await create();
    ports.store.answers = { ...ramps, haltPackageRollout: () => Promise.reject(down) };
    await give(tell('halt', alarm));
    ports.store.answers = { ...ramps, haltPackageRollout: async () => rolloutShown('Stopped', 0) };
    expect(await give(tell('halt'))).toMatchObject({ done: true, rollout: { phase: 'halted' } });
  });

  test('by an alert and by a person at once is one halt', async () => {
    await create();
    const results = await Promise.all([give(tell('halt')), give(tell('halt', alarm))]);
    for (const { rollout } of results) expect(['halting', 'halted']).toContain(rollout.phase);
    expect((await kept())?.phase).toBe('halted');
    expect((await journal()).filter((line) => line.startsWith('intent'))).toHaveLength(1);
  });
});

describe('a finalize', () => {
  const shownComplete = async () => rolloutShown('Complete', 100);

  /** The Store's answer to the first finalize comes when `answer` is called. */
  function slowFinalize() {
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let calls = 0;
    ports.store.answers = {
      ...ramps,
      async finalizePackageRollout() {
        calls += 1;
        asked.resolve();
        await answered.promise;
        return shownComplete();
      },
    };
    return { asked: asked.promise, answer: answered.resolve, calls: () => calls };
  }

  test('that is given again while the first is under way is written down, and not sent beside it', async () => {
    await create();
    const store = slowFinalize();
    const first = give(tell('finalize'));
    await store.asked;
    const second = await give(tell('finalize', { actor: 'person', by: 'grace' }));
    expect(second).toMatchObject({ done: false, rollout: { phase: 'finalizing' } });
    expect(store.calls()).toBe(1);
    store.answer();
    expect(await first).toMatchObject({ done: true, rollout: { phase: 'completed' } });
    expect(await journal()).toEqual([
      'command finalize by ops',
      'intent finalize by ops',
      'command finalize by grace',
      'effect finalize by ops',
    ]);
  });

  test('of which nobody noted what became is taken up once it cannot be under way any more', async () => {
    const tryingSince = at(0);
    const intent = { kind: 'finalize', ...ops, reason, since: at(0), attempts: 1, tryingSince } as const;
    await create(ramping({ phase: 'finalizing', intent }));
    ports.store.answers = { ...ramps, finalizePackageRollout: shownComplete };
    ports.clock.time = new Date(at(0).getTime() + 149_000);
    expect(await give(tell('finalize'))).toMatchObject({ done: false, rollout: { phase: 'finalizing' } });
    expect((await kept())?.nextLookAt).toEqual(new Date(at(0).getTime() + 179_000));
    ports.clock.time = new Date(at(0).getTime() + 150_000);
    expect(await give(tell('finalize'))).toMatchObject({ done: true, rollout: { phase: 'completed' } });
  });

  test('that has failed is tried at once when a person gives it again', async () => {
    await create();
    ports.store.answers = { ...ramps, finalizePackageRollout: () => Promise.reject(down) };
    expect(await give(tell('finalize'))).toMatchObject({ done: false, rollout: { phase: 'finalizing' } });
    ports.store.answers = { ...ramps, finalizePackageRollout: shownComplete };
    expect(await give(tell('finalize'))).toMatchObject({ done: true, rollout: { phase: 'completed' } });
  });
});

test('two who approve at the same time are two', async () => {
  const steps = [
    { percentage: 5, bake: '6h', approval: true },
    { percentage: 100, bake: '1d' },
  ];
  await create(ramping({ policy: policy({ approvers: 2, steps }) }));
  const known = await snapshot();
  await Promise.all(['ops', 'grace'].map((by) => give(tell('approve', { actor: 'person', by }), known)));
  expect((await kept())?.approvals.map(({ by }) => by).toSorted()).toEqual(['grace', 'ops']);
});

test.each<[string, Command, string]>([
  [
    'an approval that nobody waits for',
    tell('approve'),
    'Nothing waits for approval: the rollout is ramping at 5 %.',
  ],
  [
    'a finalize by the policy while an alert holds',
    tell('finalize', { actor: 'policy' }),
    'An alert holds the rollout.',
  ],
])('%s is refused with the reason', async (_, told, sentence) => {
  await create(ramping({ alertHolds: [{ ...alarm, alert: 'f1', reason, at: at(0) }] }));
  await expect(give(told)).rejects.toThrow(new ConflictError(sentence));
  expect(await journal()).toEqual([]);
});

test('a rollout that is not there cannot be told anything', async () => {
  await expect(give(tell('pause'))).rejects.toThrow(NoSuchRolloutError);
});
