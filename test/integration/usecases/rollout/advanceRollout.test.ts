import { beforeEach, describe, expect, test } from 'vitest';
import { withJournal } from '../../../../src/shared/rollout/journal.ts';
import { findDue } from '../../../../src/shared/usecases/findDue.ts';
import { advanceRollout } from '../../../../src/shared/usecases/rollout/advanceRollout.ts';
import { at, fresh, ramping } from '../../../support/builders.ts';
import { silent } from '../../../support/silentLog.ts';
import type { State } from '../../../support/state.ts';
import { progressAt, ramps, rolloutShown, type StubPorts, stubPorts } from '../ports.ts';

/** No rollout is ever forgotten: whatever races with a look, a row of the due index leads back to the rollout. */

const minute = 60_000;

let state: State;
let clock: StubPorts['clock'];
let ports: StubPorts;
beforeEach(async () => {
  ports = await stubPorts();
  ({ state, clock } = ports);
});

const create = () => state.rollouts.create(withJournal(ramping({ nextLookAt: at(0) }), [], at(0)));
/** Where and when the rollout is due; the row has more, which is of no matter here. */
const dueLater = async () =>
  (await state.due.list('rollouts', at(24 * 60 * minute), 10)).map(({ round, at: due, id }) => ({
    ...{ round, at: due, id },
  }));
const tick = () => findDue(ports, 'rollouts', silent);

test('a look takes the rollout a step further, and leaves one row for the next', async () => {
  const { rollout } = await create();
  const [look] = await tick();
  if (!look) throw new Error('nothing was due');
  await advanceRollout(ports, look, silent);
  expect((await state.rollouts.get(rollout.id))?.rollout.decision?.reason).toBe('baking');
  expect(await dueLater()).toEqual([{ round: 'rollouts', at: at(10 * minute), id: rollout.id }]);
});

test('a bake begins no sooner than the Store has shown its percentage, however long that took', async () => {
  const rollout = fresh({ nextLookAt: at(0) });
  await state.rollouts.create(withJournal(rollout, [], at(0)));
  const getPackageRollout = async () => {
    clock.time = at(minute);
    return rolloutShown('InProgress');
  };
  ports.store.answers = { ...ramps, getPackageRollout };
  await advanceRollout(ports, { id: rollout.id }, silent);
  expect((await state.rollouts.get(rollout.id))?.rollout).toMatchObject({
    phase: 'ramping',
    stepSince: at(minute),
  });
});

describe('a rollout is not forgotten', () => {
  test('by a look whose clock is behind the timer’s', async () => {
    const { rollout } = await create();
    const [look] = await tick();
    if (!look) throw new Error('nothing was due');
    clock.time = at(-50);
    await advanceRollout(ports, look, silent);
    expect(await dueLater()).toEqual([{ round: 'rollouts', at: at(0), id: rollout.id }]);
  });

  test('by a look that comes before it is written', async () => {
    const rollout = ramping({ nextLookAt: at(0) });
    await state.due.add({ round: 'rollouts', at: at(0), id: rollout.id });
    const [look] = await tick();
    if (!look) throw new Error('nothing was due');
    await advanceRollout(ports, look, silent);
    expect(await dueLater()).toHaveLength(1);
  });

  test('by a command whose row was taken before the command was written', async () => {
    const stored = await create();
    const [look] = await tick();
    if (!look) throw new Error('nothing was due');
    const paused = { ...stored.rollout, nextLookAt: at(1_000) };
    await advanceRollout(ports, { ...look }, silent);
    await state.rollouts.save(stored, withJournal(paused, [], at(0))).catch(() => undefined);
    expect((await dueLater()).map(({ id }) => id)).toContain(stored.rollout.id);
  });

  test('by a look that is taken twice', async () => {
    const { rollout } = await create();
    const [look] = await tick();
    if (!look) throw new Error('nothing was due');
    await advanceRollout(ports, look, silent);
    await advanceRollout(ports, look, silent);
    expect(await dueLater()).toEqual([{ round: 'rollouts', at: at(10 * minute), id: rollout.id }]);
  });

  test('by two looks at once', async () => {
    const { rollout } = await create();
    const [look] = await tick();
    if (!look) throw new Error('nothing was due');
    await Promise.all([advanceRollout(ports, look, silent), advanceRollout(ports, look, silent)]);
    expect((await dueLater()).map(({ id }) => id)).toContain(rollout.id);
    expect((await state.rollouts.get(rollout.id))?.rollout.journalLength).toBe(1);
  });
});

test('a row that leads to no rollout is dropped after an hour', async () => {
  await state.due.add({
    round: 'rollouts',
    at: at(0),
    id: '9NBLGGH4R315.production.1152921504621000000',
  });
  for (let elapsed = 0; elapsed <= 70 * minute; elapsed += 10 * minute) {
    clock.time = at(elapsed);
    for (const look of await tick()) await advanceRollout(ports, look, silent);
  }
  expect(await dueLater()).toEqual([]);
});

test('a row that somebody wrote by hand with a time that is none keeps nothing else from being looked at', async () => {
  const { rollout } = await create();
  await state.tables.due.createEntity({ partitionKey: 'rollouts', rowKey: '2026-11-01T9:00Z_x' });
  expect((await tick()).map(({ id }) => id)).toEqual([rollout.id]);
});

test('a track whose mark somebody removed by hand does not keep its rollout from ending', async () => {
  const stored = await create();
  await state.tables.rollouts.deleteEntity(stored.rollout.applicationId, `active.${stored.rollout.flightId}`);
  const { nextLookAt: _, ...ended } = { ...stored.rollout, phase: 'halted' as const, endedAt: at(1) };
  await state.rollouts.save(stored, withJournal(ended, [], at(1)));
  expect((await state.rollouts.get(stored.rollout.id))?.rollout.phase).toBe('halted');
});

test('a submission with which the Store finds fault in a hundred places still comes to its end', async () => {
  const stored = await state.rollouts.create(withJournal(fresh(), [], at(0)));
  const errors = Array.from({ length: 100 }, (_, index) => ({
    code: 'InvalidListing',
    details: `${index} ${'is missing in this language, '.repeat(16)}`,
  }));
  ports.store.answers = {
    ...ramps,
    getSubmissionStatus: async () => ({ ...progressAt('CertificationFailed'), errors }),
  };
  await advanceRollout(ports, { id: stored.rollout.id }, silent);
  expect((await state.rollouts.get(stored.rollout.id))?.rollout).toMatchObject({
    phase: 'failed',
    decision: { sentence: expect.stringContaining('and 85 more') },
  });
});
