import { beforeEach, expect, test } from 'vitest';
import { type Delivery, newDelivery, withEntries } from '../../../../src/shared/delivery/delivery.ts';
import { StoreBudgetError, StoreOutcomeUnknownError } from '../../../../src/shared/msstore/errors.ts';
import { advanceDelivery } from '../../../../src/shared/usecases/delivery/advanceDelivery.ts';
import { advanceRollout } from '../../../../src/shared/usecases/rollout/advanceRollout.ts';
import { at, ramping, submissionId } from '../../../support/builders.ts';
import { content, expected, wish } from '../../../unit/delivery/deliveries.fixture.ts';
import { lines, ramps, type StubPorts, stubPorts, submissionAt } from '../ports.ts';

/** Without room in the request budget nothing was sent: everything waits and goes on, and nothing fails for it. */

const full = () =>
  new StoreBudgetError('it is used up', { operation: 'getFlight' }, { retryAfterMs: 34_000 });
const refused = () => Promise.reject(full());
const emptySlot = { lastPublishedSubmissionId: undefined, pendingSubmissionId: undefined };

let ports: StubPorts;
beforeEach(async () => {
  ports = await stubPorts();
});

const { id } = newDelivery(wish(), at(0));
const look = () => advanceDelivery(ports, { id }, lines());
const kept = async () => (await ports.deliveries.get(id))?.delivery;
const carry = (change: Partial<Delivery>) =>
  ports.deliveries.create(withEntries({ ...newDelivery(wish(), at(0)), content, ...change }, [], at(0)));

test('a rollout is looked at again when the budget says', async () => {
  const rollout = ramping({ nextLookAt: at(0) });
  await ports.rollouts.create({ rollout, entries: [] });
  ports.store.answers = { ...ramps, getPackageRollout: refused };
  await advanceRollout(ports, { id: rollout.id }, lines());
  expect((await ports.rollouts.get(rollout.id))?.rollout).toMatchObject({
    phase: 'ramping',
    nextLookAt: at(34_000),
  });
});

test('a delivery looks again when the budget says', async () => {
  await carry({ phase: 'creating' });
  ports.store.answers = { getTrack: refused };
  await look();
  expect(await kept()).toMatchObject({ phase: 'creating', nextLookAt: at(34_000) });
});

test('a draft that was not asked for is not awaited, and one that may be is', async () => {
  await carry({ phase: 'creating' });
  ports.store.answers = { getTrack: async () => emptySlot, createSubmission: refused };
  await look();
  expect(await kept()).toMatchObject({ phase: 'creating', creates: 0, reason: 'retrying' });

  ports.clock.time = (await kept())?.nextLookAt ?? at(0);
  const unknown = new StoreOutcomeUnknownError({ operation: 'createSubmission' }, full());
  ports.store.answers = { getTrack: async () => emptySlot, createSubmission: () => Promise.reject(unknown) };
  await look();
  expect(await kept()).toMatchObject({ phase: 'creating', creates: 1, reason: 'retrying' });
});

test('a delivery that is refused again and again goes on all the same', async () => {
  await carry({ phase: 'updating', submissionId, creates: 1, expected });
  ports.store.answers = {
    getSubmission: async () => submissionAt('PendingCommit'),
    updateSubmission: refused,
  };
  for (let pass = 0; pass < 20; pass++) {
    await look();
    ports.clock.time = (await kept())?.nextLookAt ?? at(0);
  }
  expect(await kept()).toMatchObject({ phase: 'updating', reason: 'retrying', trouble: { count: 20 } });
});
