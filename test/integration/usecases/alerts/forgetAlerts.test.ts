import { RestError } from '@azure/data-tables';
import { beforeEach, expect, test } from 'vitest';
import type { Alert } from '../../../../src/shared/alerts/alert.ts';
import { withJournal } from '../../../../src/shared/rollout/journal.ts';
import { forgetAlerts } from '../../../../src/shared/usecases/alerts/forgetAlerts.ts';
import { receiveAlerts } from '../../../../src/shared/usecases/alerts/receiveAlerts.ts';
import { at, day, hour, policy, ramping } from '../../../support/builders.ts';
import { lines, type StubPorts, stubPorts } from '../ports.ts';

/** Alerts that nobody repeats are forgotten after thirty days. */

let ports: StubPorts;
beforeEach(async () => {
  ports = await stubPorts();
});

const alert = (title: string, change: Partial<Alert> = {}): Alert => ({
  sender: 'prod',
  format: 'generic',
  fingerprint: title,
  status: 'firing',
  title,
  labels: { app: title },
  startsAt: at(0),
  ...change,
});

async function come(title: string, after: number, change: Partial<Alert> = {}) {
  ports.clock.time = at(after);
  return receiveAlerts(ports, [alert(title, change)], undefined, lines());
}

/** A tick of the timer. */
async function tick(after: number, world: Parameters<typeof forgetAlerts>[0] = ports) {
  ports.clock.time = at(after);
  const log = lines();
  await forgetAlerts(world, log);
  return log;
}

const kept = async () =>
  (await ports.alerts.list({}, { size: 200 })).items.map(({ title }) => title).toSorted();

async function holdRollout(title: string): Promise<string> {
  const rollout = ramping({ policy: policy({ alerts: [{ match: { app: title }, do: 'hold' }] }) });
  await ports.rollouts.create(withJournal(rollout, [], at(0)));
  await come(title, 0);
  return rollout.id;
}

test('what came within thirty days stays, however long ago it came first', async () => {
  await come('silent', 0);
  await come('repeated', 0);
  await come('repeated', day);
  expect(await tick(30 * day + hour)).toMatchObject({
    infos: ['1 alerts that did not come for 30 days are forgotten.'],
    errors: [],
  });
  expect(await kept()).toEqual(['repeated']);
  await tick(31 * day + hour);
  expect(await kept()).toEqual([]);
});

test('what holds a rollout stays until it holds none, and is released by its end however late that is', async () => {
  const id = await holdRollout('holds');
  await come('silent', 0);
  await tick(60 * day);
  expect(await kept()).toEqual(['holds']);
  const [received] = await come('holds', 60 * day, { status: 'resolved' });
  expect(received?.effected).toMatchObject([{ rolloutId: id, outcome: 'released' }]);
});

test('what a person resumed does not hold again with its next repeat, as long as the rollout goes on', async () => {
  const id = await holdRollout('lifted');
  const stored = await ports.rollouts.get(id);
  if (!stored) throw new Error('it is gone');
  await ports.rollouts.save(stored, withJournal({ ...stored.rollout, alertHolds: [] }, [], at(1)));
  await tick(60 * day);
  const [received] = await come('lifted', 60 * day);
  expect(received?.remarks).toEqual(['It has held before, and somebody resumed.']);
});

test('many are forgotten in one go, by two instances at once', async () => {
  const titles = Array.from({ length: 60 }, (_, index) => `alert ${index}`);
  ports.clock.time = at(0);
  await receiveAlerts(
    ports,
    titles.map((title) => alert(title)),
    undefined,
    lines(),
  );
  const logs = await Promise.all([tick(40 * day), tick(40 * day)]);
  expect(logs.flatMap(({ errors }) => errors)).toEqual([]);
  const left = [];
  for await (const row of ports.state.tables.alerts.listEntities()) left.push(row.rowKey);
  expect(left).toEqual([]);
});

test('what an outage left is forgotten the next time', async () => {
  await come('silent', 0);
  const outage = () => Promise.reject(new RestError('busy', { statusCode: 503 }));
  const ended = tick(40 * day, { ...ports, alerts: { ...ports.alerts, remove: outage } });
  await expect(ended).rejects.toThrow('busy');
  expect(await kept()).toEqual(['silent']);
  await tick(40 * day);
  expect(await kept()).toEqual([]);
});
