import { beforeEach, describe, expect, test } from 'vitest';
import { type Delivery, newDelivery, withEntries } from '../../../../src/shared/delivery/delivery.ts';
import { arrive } from '../../../../src/shared/delivery/evolve.ts';
import { ConflictError } from '../../../../src/shared/usecases/errors.ts';
import { startRollout } from '../../../../src/shared/usecases/rollout/startRollout.ts';
import { applicationId, at, flightId, policy, submissionId } from '../../../support/builders.ts';
import { ops, wish } from '../../../unit/delivery/deliveries.fixture.ts';
import { lines, type StubPorts, stubPorts } from '../ports.ts';

/** A submission that is carried goes over to the policy that it was submitted with, and to no other one. */

const other = '1152921504621000001';
let ports: StubPorts;
beforeEach(async () => {
  ports = await stubPorts();
});

const carry = (change: Partial<Delivery> = {}, of: Partial<Parameters<typeof newDelivery>[0]> = {}) =>
  ports.deliveries.create(withEntries({ ...newDelivery({ ...wish(), ...of }, at(0)), ...change }, [], at(0)));
const start = (of: string = submissionId, track: { flightId?: string } = { flightId }) =>
  startRollout(
    ports,
    { applicationId, ...track, submissionId: of, policy: policy({ name: 'another' }) },
    ops,
    lines(),
  );
const own = { phase: 'awaitingPublication', submissionId } as const;

describe('the rollout of a submission that is carried', () => {
  test('is not started besides, and its delivery is named', async () => {
    const { delivery } = await carry(own);
    await expect(start()).rejects.toThrow(
      new ConflictError(
        `Submission ${submissionId} is on its way as ${delivery.id}, and its rollout begins under the policy "test".`,
      ),
    );
    expect((await ports.rollouts.list({}, { size: 9 })).items).toEqual([]);
  });

  test('is started once the delivery has come to nothing', async () => {
    const stored = await carry(own);
    await ports.deliveries.save(stored, withEntries(arrive(stored.delivery, 'failed', at(1)), [], at(1)));
    expect(await start()).toMatchObject({ created: true });
  });
});

describe('the rollout of another submission is started', () => {
  test('while one of the same track is carried', async () => {
    await carry(own);
    expect(await start(other)).toMatchObject({ created: true, rollout: { submissionId: other } });
  });

  test('while one of the same track is carried that has no draft yet', async () => {
    await carry();
    expect(await start()).toMatchObject({ created: true });
  });

  test('while one of another track is carried', async () => {
    await carry(own);
    expect(await start(submissionId, {})).toMatchObject({ created: true });
  });
});

describe('what is under way', () => {
  test('is known by its track', async () => {
    expect(await ports.deliveries.underway({ applicationId, flightId })).toBeUndefined();
    const { delivery } = await carry(own);
    expect(await ports.deliveries.underway({ applicationId, flightId })).toEqual(delivery);
    expect(await ports.deliveries.underway({ applicationId })).toBeUndefined();
    expect(await ports.deliveries.underway({ applicationId: '9NBLGGH4R316', flightId })).toBeUndefined();
  });

  test('on production is not what is under way on a flight', async () => {
    const { delivery } = await carry(own, { flightId: undefined });
    expect(await ports.deliveries.underway({ applicationId })).toEqual(delivery);
    expect(await ports.deliveries.underway({ applicationId, flightId })).toBeUndefined();
  });

  test('is the delivery as it was written last, until it has ended', async () => {
    const first = await carry();
    const second = await ports.deliveries.save(first, withEntries({ ...first.delivery, ...own }, [], at(0)));
    expect(await ports.deliveries.underway({ applicationId, flightId })).toMatchObject(own);
    await ports.deliveries.save(second, withEntries(arrive(second.delivery, 'cancelled', at(1)), [], at(1)));
    expect(await ports.deliveries.underway({ applicationId, flightId })).toBeUndefined();
  });
});
