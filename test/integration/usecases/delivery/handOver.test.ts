import { beforeEach, describe, expect, test } from 'vitest';
import type { Decision } from '../../../../src/shared/delivery/decision.ts';
import { withJournal } from '../../../../src/shared/rollout/journal.ts';
import type { Rollout } from '../../../../src/shared/rollout/rollout.ts';
import { handOver } from '../../../../src/shared/usecases/delivery/handOver.ts';
import { UnavailableError } from '../../../../src/shared/usecases/errors.ts';
import type { Ports } from '../../../../src/shared/usecases/ports.ts';
import { at, fresh, ramping } from '../../../support/builders.ts';
import { delivery, ops } from '../../../unit/delivery/deliveries.fixture.ts';
import { lines, ramps, rolloutShown, type StubPorts, stubPorts } from '../ports.ts';

/** What is published goes over to its policy: paused where it is not as asked, and halted where it was cancelled. */

type HandOver = Extract<Decision, { kind: 'handOver' }>;
const how = (change: Partial<HandOver> = {}): HandOver => ({
  kind: 'handOver',
  reason: 'published',
  sentence: 'It is published.',
  ...change,
});
const paused = 'it shows a rollout at 25 % where 5 % was asked for.';
const halt = 'a wrong build';
const of = delivery('awaitingPublication');
const own = fresh().id;
/** Another rollout of the same track, which has its mark. */
const earlier = ramping({
  id: own.replace(/\d+$/, '1152921504621000001'),
  submissionId: '1152921504621000001',
});

let ports: StubPorts;
let halted: string[];
beforeEach(async () => {
  halted = [];
  ports = await stubPorts({
    ...ramps,
    haltPackageRollout: async ({ submissionId }) => {
      halted.push(submissionId);
      return rolloutShown('Stopped', 0);
    },
  });
});

const within = (world: Ports, ms = 120_000) => ({ ports: world, log: lines(), timeLeft: () => ms });
const create = (rollout: Rollout) => ports.rollouts.create(withJournal(rollout, [], at(0)));
const hand = (change: Partial<HandOver> = {}) => handOver(within(ports), of, how(change));
const kept = async (id = own) => (await ports.rollouts.get(id))?.rollout;
const journal = async () =>
  (await ports.rollouts.journal(own, { size: 50 })).items.map(
    ({ kind, actor, subject }) => `${kind} ${actor} ${subject}`,
  );

describe('a rollout that is not there', () => {
  test('begins under the policy of the submission, once, however often it is handed over', async () => {
    expect(await hand()).toBe(own);
    expect(await hand()).toBe(own);
    expect(await kept()).toMatchObject({ phase: 'awaitingPublication', policy: of.policy });
    expect((await kept())?.pause).toBeUndefined();
    expect(await journal()).toEqual(['command policy start']);
  });

  test('begins paused where it is not as asked', async () => {
    await hand({ paused });
    expect(await kept()).toMatchObject({ pause: { actor: 'policy', reason: paused } });
    // The second is what people are told of.
    expect(await journal()).toEqual(['command policy pause', 'command policy start']);
  });

  test('is halted where the submission was cancelled', async () => {
    await hand({ halt });
    expect(halted).toEqual([of.submissionId]);
    expect(await kept()).toMatchObject({ phase: 'halted' });
  });
});

describe('a rollout that was there before', () => {
  test('is paused where it is not as asked, in the policy’s name', async () => {
    await create(ramping());
    await hand({ paused });
    expect(await kept()).toMatchObject({ phase: 'ramping', pause: { actor: 'policy', reason: paused } });
    expect(await journal()).toEqual(['command policy pause']);
  });

  test('keeps the pause of a person', async () => {
    const pause = { ...ops, reason: 'mine', at: at(0) } as const;
    await create(ramping({ pause }));
    await hand({ paused });
    expect((await kept())?.pause).toEqual(pause);
    expect(await journal()).toEqual([]);
  });

  test('is left alone where all is as asked', async () => {
    await create(ramping());
    await hand();
    expect((await kept())?.pause).toBeUndefined();
    expect(await journal()).toEqual([]);
  });

  test('that has ended is not paused any more', async () => {
    const stored = await create(ramping());
    const { nextLookAt: _, ...ended } = { ...stored.rollout, phase: 'halted' as const, endedAt: at(0) };
    await ports.rollouts.save(stored, withJournal(ended, [], at(0)));
    expect(await hand({ paused })).toBe(own);
    expect((await kept())?.pause).toBeUndefined();
  });

  const intent = { ...ops, reason: 'mine', since: at(0), attempts: 1 } as const;

  test('and is finalizing is not paused any more, but halted', async () => {
    await create(ramping({ phase: 'finalizing', intent: { kind: 'finalize', ...intent } }));
    await hand({ paused });
    expect((await kept())?.phase).toBe('finalizing');
    await hand({ paused, halt });
    expect(halted).toEqual([of.submissionId]);
    expect((await kept())?.phase).toBe('halted');
  });

  test('and is halting is not paused: its own halt is tried again at once', async () => {
    await create(ramping({ phase: 'halting', intent: { kind: 'halt', ...intent } }));
    await hand({ paused, halt });
    expect(halted).toEqual([of.submissionId]);
    expect(await kept()).toMatchObject({ phase: 'halted' });
    expect((await kept())?.pause).toBeUndefined();
  });

  test('is halted where the submission was cancelled, though it is not as asked', async () => {
    await create(ramping());
    await hand({ paused, halt });
    expect(halted).toEqual([of.submissionId]);
    expect((await kept())?.phase).toBe('halted');
  });
});

test('a halt that the Store answers and does not carry out is not taken for done', async () => {
  const stored = await create(ramping());
  const { nextLookAt: _, ...failed } = { ...stored.rollout, phase: 'failed' as const, endedAt: at(0) };
  await ports.rollouts.save(stored, withJournal(failed, [], at(0)));
  const deaf = await stubPorts({ ...ramps, haltPackageRollout: async () => rolloutShown('InProgress', 5) });
  const still = { ...deaf, rollouts: ports.rollouts };
  await expect(handOver(within(still), of, how({ halt }))).rejects.toThrow(UnavailableError);
  await expect(hand({ halt })).resolves.toBe(own);
});

describe('while another rollout has the mark of the track', () => {
  test('the halt of what was cancelled goes to the Store at once', async () => {
    await create(earlier);
    await expect(hand({ halt })).rejects.toThrow(UnavailableError);
    expect(halted).toEqual([of.submissionId]);
    expect(await kept()).toBeUndefined();
  });

  test('nothing is halted that was not cancelled', async () => {
    await create(earlier);
    await expect(hand({ paused })).rejects.toThrow(UnavailableError);
    expect(halted).toEqual([]);
  });

  test('the other one is looked at, and then it is this one’s turn', async () => {
    await create(earlier);
    await expect(hand()).rejects.toThrow(`The track’s earlier rollout ${earlier.id} has not ended yet`);
    ports.store.answers = { ...ramps, getPackageRollout: async () => rolloutShown('Complete', 100) };
    await expect(hand()).rejects.toThrow(UnavailableError);
    expect((await kept(earlier.id))?.phase).toBe('completed');
    expect(await hand()).toBe(own);
  });

  test('the halt comes before the look at the other one, where there is time for one of them', async () => {
    await create(earlier);
    ports.store.answers = {
      ...ports.store.answers,
      getPackageRollout: async () => rolloutShown('Complete', 100),
    };
    await expect(handOver(within(ports, 30_000), of, how({ halt }))).rejects.toThrow(UnavailableError);
    expect(halted).toEqual([of.submissionId]);
    expect((await kept(earlier.id))?.phase).toBe('ramping');
  });
});
