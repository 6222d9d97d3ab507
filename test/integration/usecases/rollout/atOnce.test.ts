import { beforeEach, expect, test } from 'vitest';
import { StoreUnavailableError } from '../../../../src/shared/msstore/errors.ts';
import { withJournal } from '../../../../src/shared/rollout/journal.ts';
import { LostRaceError } from '../../../../src/shared/state/errors.ts';
import { createRolloutStore } from '../../../../src/shared/state/rollouts.ts';
import { receiveAlerts } from '../../../../src/shared/usecases/alerts/receiveAlerts.ts';
import { findDue } from '../../../../src/shared/usecases/findDue.ts';
import type { Ports } from '../../../../src/shared/usecases/ports.ts';
import { advanceRollout } from '../../../../src/shared/usecases/rollout/advanceRollout.ts';
import { commandRollout } from '../../../../src/shared/usecases/rollout/commandRollout.ts';
import { at, firingAlert, fresh, policy, ramping } from '../../../support/builders.ts';
import { lines, ramps, rolloutShown, type StubPorts, stubPorts } from '../ports.ts';

/** What two who are at work at once must not take from each other. */

const minute = 60_000;
const { id } = fresh();
const who = { actor: 'person', by: 'ops' } as const;
const log = lines();
let ports: StubPorts;
beforeEach(async () => {
  ports = await stubPorts({ ...ramps, haltPackageRollout: async () => rolloutShown('Stopped', 0) });
});
const kept = async () => (await ports.rollouts.get(id))?.rollout;

test('a look that nobody handed out does not begin a finalize beside one that is under way', async () => {
  await ports.rollouts.create(withJournal(ramping({ nextLookAt: at(0) }), [], at(0)));
  const [sent, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let posts = 0;
  const finalizePackageRollout = async () => {
    posts += 1;
    sent.resolve();
    await answered.promise;
    return rolloutShown('Complete', 100);
  };
  ports.store.answers = { ...ramps, finalizePackageRollout };
  const finalizing = commandRollout(ports, id, { kind: 'finalize', reason: 'go', who }, log);
  await sent.promise;
  await advanceRollout(ports, { id }, log);
  expect(posts).toBe(1);
  answered.resolve();
  expect(await finalizing).toMatchObject({ done: true });
});

test('what became of a raise is noted once, though the answer of the writing is lost', async () => {
  const below = { percentage: 0, reached: 0, step: -1, shown: [], rampingSince: undefined };
  await ports.rollouts.create(withJournal(ramping({ nextLookAt: at(0), ...below }), [], at(0)));
  const down = new StoreUnavailableError('it answered 503', { operation: 'probe' }, { effect: 'unknown' });
  ports.store.answers = {
    ...ramps,
    getPackageRollout: async () => rolloutShown('InProgress', 0),
    updateRolloutPercentage: () => Promise.reject(down),
  };
  /** As after the SDK's own second try: it finds the version that the first one wrote. */
  const save: Ports['rollouts']['save'] = async (...args) => {
    await ports.rollouts.save(...args);
    throw new LostRaceError(id, {});
  };
  await advanceRollout({ ...ports, rollouts: { ...ports.rollouts, save } }, { id }, log);
  expect((await kept())?.failedRaises?.count).toBe(1);
});

test('a look that finds nothing to do leaves the snapshot for the next alert', async () => {
  await ports.rollouts.create(withJournal(ramping({ nextLookAt: at(0) }), [], at(0)));
  const [early] = await findDue(ports, 'rollouts', log);
  await commandRollout(ports, id, { kind: 'pause', reason: 'wait', who }, log);
  const [look] = await findDue(ports, 'rollouts', log);
  if (!early || !look) throw new Error('nothing was due');
  await advanceRollout(ports, look, log);
  ports.clock.time = at(2 * minute);
  await advanceRollout(ports, early, log);
  expect(await ports.due.all('rollouts')).toMatchObject([
    { at: at(10 * minute), snapshot: expect.any(String) },
  ]);
});

test('an alert finds a rollout whose publication is seen between the queries of the two rounds', async () => {
  const halts = policy({ alerts: [{ match: { app: 'notes' }, do: 'halt' }] });
  await ports.rollouts.create(withJournal(fresh({ nextLookAt: at(0), policy: halts }), [], at(0)));
  const due: Ports['due'] = {
    ...ports.due,
    all: async (round) => {
      if (round === 'submissions') await advanceRollout(ports, { id }, log);
      return ports.due.all(round);
    },
  };
  const slow = { ...ports, rollouts: createRolloutStore(ports.state.tables, due) };
  await receiveAlerts(slow, [firingAlert()], undefined, log);
  expect((await kept())?.phase).toBe('halted');
  // The row in the round that it left goes with its own look.
  ports.clock.time = at(minute);
  for (const look of await findDue(ports, 'submissions', log)) await advanceRollout(ports, look, log);
  expect(await ports.due.all('submissions')).toEqual([]);
});
