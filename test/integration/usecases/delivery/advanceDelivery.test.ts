import { beforeEach, describe, expect, test } from 'vitest';
import { type Delivery, newDelivery, withEntries } from '../../../../src/shared/delivery/delivery.ts';
import { StoreRejectedError } from '../../../../src/shared/msstore/errors.ts';
import { advanceDelivery } from '../../../../src/shared/usecases/delivery/advanceDelivery.ts';
import type { Ports } from '../../../../src/shared/usecases/ports.ts';
import { at, fresh, hour, submissionId } from '../../../support/builders.ts';
import { cancelledBy, content, expected, minute, wish } from '../../../unit/delivery/deliveries.fixture.ts';
import { lines, ramps, rolloutShown, type StubPorts, stubPorts, submissionAt } from '../ports.ts';

/** Whoever looks at the log alone is told of the same as whoever looks at the journals alone. */

let ports: StubPorts;
let log: ReturnType<typeof lines>;
beforeEach(async () => {
  ports = await stubPorts();
  log = lines();
});

const awaiting = { phase: 'awaitingPublication', submissionId, commits: 1, committedAt: at(0) } as const;
const carry = (change: Partial<Delivery>) =>
  ports.deliveries.create(
    withEntries({ ...newDelivery(wish(), at(0)), content, creates: 1, ...change }, [], at(0)),
  );
const id = newDelivery(wish(), at(0)).id;
const look = (by: Ports = ports) => advanceDelivery(by, { id }, log);
const kept = async () => (await ports.deliveries.get(id))?.delivery;
const escalated = async () =>
  (await ports.deliveries.journal(id, { size: 99 })).items.filter((entry) => entry.escalated).length;

describe('what the journal escalates is an error in the log, and nothing else is', () => {
  test('once for a cancel that came too late, and once an hour', async () => {
    await carry({ ...awaiting, cancel: cancelledBy });
    ports.store.answers = { getSubmission: async () => submissionAt('Certification') };
    for (const minutes of [0, 5, 30, 60, 90, 120]) {
      ports.clock.time = at(minutes * minute);
      await look();
    }
    expect(log.errors).toHaveLength(3);
    expect(log.errors[0]).toMatch(/: awaitingPublication\. Cancelled, but the Store has the submission/);
    expect(log.infos).toHaveLength(3);
    expect(await escalated()).toBe(3);
  });

  test.each([
    ['for what is not as asked', 'Certification'],
    ['for what the Store will not publish', 'CertificationFailed'],
  ])('%s', async (_, status) => {
    await carry(awaiting);
    const packageRollout = rolloutShown('NotStarted', 25);
    ports.store.answers = { getSubmission: async () => submissionAt(status, { packageRollout }) };
    await look();
    expect([log.errors.length, await escalated()]).toEqual([1, 1]);
  });

  test('for an act that the Store refused, and not for the announcement before it', async () => {
    await carry({ phase: 'updating', submissionId, expected });
    const refused = new StoreRejectedError('no', { operation: 'updateSubmission' });
    ports.store.answers = {
      getSubmission: async () => submissionAt('PendingCommit'),
      updateSubmission: () => Promise.reject(refused),
      deleteSubmission: async () => undefined,
    };
    await look();
    expect(log.errors).toEqual([expect.stringContaining(': discarding. ')]);
    expect(await escalated()).toBe(1);
  });

  test('and not for a Store that cannot be read, until that has lasted an hour', async () => {
    await carry(awaiting);
    ports.store.answers = { getSubmission: () => Promise.reject(new Error('it is down')) };
    await look();
    expect([log.errors.length, await escalated()]).toEqual([0, 0]);
    ports.clock.time = at(hour);
    await look();
    expect([log.errors.length, await escalated()]).toEqual([1, 1]);
  });
});

describe('after the hand-over', () => {
  test('the rollout is looked at at once', async () => {
    await carry(awaiting);
    await look();
    expect(await kept()).toMatchObject({ phase: 'handedOver', rolloutId: fresh().id });
    expect((await ports.rollouts.get(fresh().id))?.rollout.phase).toBe('ramping');
    expect(log.errors).toEqual([]);
  });

  test('the rollout is left to its timer where the platform would end the function before', async () => {
    await carry(awaiting);
    await advanceDelivery(ports, { id }, log, { sliceMs: 90_000, mostMs: 240_000, handOverMs: 1_000 });
    expect(await kept()).toMatchObject({ phase: 'handedOver', rolloutId: fresh().id });
    expect((await ports.rollouts.get(fresh().id))?.rollout.phase).toBe('awaitingPublication');
    expect(await ports.due.list('submissions', at(hour), 9)).toHaveLength(1);
  });

  test('the delivery has ended, though the first look at the rollout fails', async () => {
    await carry(awaiting);
    const broken: Ports = {
      ...ports,
      rollouts: { ...ports.rollouts, write: () => Promise.reject(new Error('the tables do not answer')) },
    };
    await look(broken).catch(() => undefined);
    expect(await kept()).toMatchObject({ phase: 'handedOver', rolloutId: fresh().id, endedAt: at(0) });
    expect((await ports.rollouts.get(fresh().id))?.rollout.nextLookAt).toEqual(at(0));
    expect(await ports.due.list('submissions', at(hour), 9)).toHaveLength(1);
  });

  test('a rollout that could not be written down is handed over again', async () => {
    await carry(awaiting);
    const broken: Ports = {
      ...ports,
      rollouts: { ...ports.rollouts, create: () => Promise.reject(new Error('the tables do not answer')) },
    };
    await look(broken);
    expect(await kept()).toMatchObject({
      phase: 'awaitingPublication',
      reason: 'retrying',
      trouble: { count: 1, cause: 'the tables do not answer' },
    });
    ports.clock.time = (await kept())?.nextLookAt ?? at(0);
    ports.store.answers = ramps;
    await look();
    expect((await kept())?.phase).toBe('handedOver');
  });
});
