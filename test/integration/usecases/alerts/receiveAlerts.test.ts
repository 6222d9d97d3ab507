import { RestError } from '@azure/data-tables';
import { beforeEach, describe, expect, test } from 'vitest';
import { alertIdOf } from '../../../../src/shared/alerts/identity.ts';
import { withJournal } from '../../../../src/shared/rollout/journal.ts';
import { planAlerts } from '../../../../src/shared/usecases/alerts/planAlerts.ts';
import { receiveAlerts } from '../../../../src/shared/usecases/alerts/receiveAlerts.ts';
import { at, firingAlert, policy, ramping } from '../../../support/builders.ts';
import { lines, ramps, rolloutShown, type StubPorts, stubPorts } from '../ports.ts';

/** Alerts with the real state: what is kept of them, and what a row that cannot be read costs. */

const log = lines();

let ports: StubPorts;
const begin = async (what: 'halt' | 'hold') => {
  const rollout = ramping({ policy: policy({ alerts: [{ match: { app: 'notes' }, do: what }] }) });
  await ports.rollouts.create(withJournal(rollout, [], at(0)));
  return rollout.id;
};
const kept = async () => {
  const { items } = await ports.alerts.list({}, { size: 200 });
  return items.find(({ id }) => id === alertIdOf(firingAlert()));
};
beforeEach(async () => {
  ports = await stubPorts({ ...ramps, haltPackageRollout: async () => rolloutShown('Stopped', 0) });
});

const outage = () => Promise.reject(new RestError('busy', { statusCode: 503 }));

describe('the row of what it did before', () => {
  test('is not waited for by a halt: where it cannot be read, the rollout is halted all the same', async () => {
    const id = await begin('halt');
    const blind = { ...ports, alerts: { ...ports.alerts, get: outage } };
    const [received] = await receiveAlerts(blind, [firingAlert()], undefined, log);
    expect(received?.effected).toMatchObject([{ rolloutId: id, outcome: 'halted' }]);
  });

  test('that cannot be written sends the sender back, after the halt', async () => {
    const id = await begin('halt');
    const deaf = { ...ports, alerts: { ...ports.alerts, put: outage } };
    await expect(receiveAlerts(deaf, [firingAlert()], undefined, log)).rejects.toThrow('busy');
    expect((await ports.rollouts.get(id))?.rollout.phase).toBe('halted');
  });
});

describe('what is kept', () => {
  test('a hold that a person lifted does not come back with the repeats, and the row still says that it held', async () => {
    const id = await begin('hold');
    await receiveAlerts(ports, [firingAlert()], undefined, log);
    const stored = await ports.rollouts.get(id);
    if (!stored) throw new Error('it is gone');
    await ports.rollouts.save(stored, withJournal({ ...stored.rollout, alertHolds: [] }, [], at(1)));
    for (const count of [2, 3]) {
      const [received] = await receiveAlerts(ports, [firingAlert()], undefined, log);
      expect(received?.effected).toEqual([]);
      expect(await kept()).toMatchObject({ count, matched: true, effects: [{ outcome: 'held' }] });
    }
    expect((await ports.rollouts.get(id))?.rollout.alertHolds).toEqual([]);
    const [anew] = await receiveAlerts(ports, [firingAlert({ startsAt: at(2) })], undefined, log);
    expect(anew?.effected).toMatchObject([{ outcome: 'held' }]);
  });

  test('one that concerned a rollout once, and fires anew without any, is among those that match nothing', async () => {
    await begin('halt');
    await receiveAlerts(ports, [firingAlert()], undefined, log);
    expect(await kept()).toMatchObject({ matched: true });
    await receiveAlerts(ports, [firingAlert({ startsAt: at(1) })], undefined, log);
    expect(await kept()).toMatchObject({ matched: false, remarks: ['No rollout is active.'] });
  });

  test('an alert that comes in two instances at once is one, and counts twice', async () => {
    await begin('hold');
    const both = [0, 1].map(() => receiveAlerts(ports, [firingAlert()], undefined, log));
    await Promise.all(both);
    expect(await kept()).toMatchObject({ count: 2, matched: true });
    expect((await ports.alerts.list({}, { size: 200 })).items).toHaveLength(1);
  });

  test('the end of an alert that another instance hears while it holds is not written over', async () => {
    const id = await begin('hold');
    const end = () => receiveAlerts(ports, [firingAlert({ status: 'resolved' })], undefined, log);
    let ended: Promise<unknown> | undefined;
    const slow = {
      ...ports,
      alerts: {
        ...ports.alerts,
        put: async (...args: Parameters<typeof ports.alerts.put>) => {
          ended ??= end();
          await ended;
          await ports.alerts.put(...args);
        },
      },
    };
    await receiveAlerts(slow, [firingAlert()], undefined, log);
    expect(await kept()).toMatchObject({ status: 'resolved', count: 2 });
    expect((await ports.rollouts.get(id))?.rollout.alertHolds).toEqual([]);
  });

  /** Its end is heard by another instance just before the hold is written. */
  const endsMeanwhile = (): StubPorts => ({
    ...ports,
    rollouts: {
      ...ports.rollouts,
      write: async (...args: Parameters<typeof ports.rollouts.write>) => {
        await receiveAlerts(ports, [firingAlert({ status: 'resolved' })], undefined, log);
        return ports.rollouts.write(...args);
      },
    },
  });

  test('the end of an alert is found by a hold also where the table takes its time', async () => {
    const id = await begin('hold');
    const other = endsMeanwhile();
    let reads = 0;
    const get = async (one: string) => {
      if (++reads === 2) await ports.runtime.sleep(1_700);
      return ports.alerts.get(one);
    };
    const [received] = await receiveAlerts(
      { ...other, alerts: { ...ports.alerts, get } },
      [firingAlert()],
      undefined,
      log,
    );
    expect((await ports.rollouts.get(id))?.rollout.alertHolds).toEqual([]);
    expect(received?.effected).toMatchObject([{ outcome: 'released' }]);
  });

  test('nothing of what is only tried', async () => {
    await begin('halt');
    const { plans } = await planAlerts(ports, [firingAlert()], undefined);
    expect(plans.map(({ effects }) => effects.map((effect) => effect.do))).toEqual([['halt']]);
    expect(await kept()).toBeUndefined();
  });
});

test('a row that somebody mended badly keeps no other rollout from being released', async () => {
  const id = await begin('hold');
  await receiveAlerts(ports, [firingAlert()], undefined, log);
  const { flightId: _, ...production } = ramping();
  const [partitionKey, own] = [production.applicationId, production.submissionId];
  await ports.rollouts.create(
    withJournal({ ...production, id: `${partitionKey}.production.${own}` }, [], at(0)),
  );
  const rowKey = `rollout.production.${own}`;
  await ports.state.tables.rollouts.updateEntity({ partitionKey, rowKey, policy: '{oops' }, 'Merge');
  const [received] = await receiveAlerts(ports, [firingAlert({ status: 'resolved' })], undefined, log);
  expect(received?.effected).toMatchObject([{ rolloutId: id, outcome: 'released' }]);
});

test('many ends in one request read each active rollout once', async () => {
  const id = await begin('hold');
  const read: string[] = [];
  const counting = {
    ...ports,
    rollouts: {
      ...ports.rollouts,
      get: (one: string) => {
        read.push(one);
        return ports.rollouts.get(one);
      },
    },
  };
  const ends = Array.from({ length: 20 }, (_, index) =>
    firingAlert({ status: 'resolved', fingerprint: `f${index}` }),
  );
  await receiveAlerts(counting, ends, undefined, log);
  expect(read).toEqual([id]);
});
