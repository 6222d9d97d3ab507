import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type AlertFormat, type AlertStatus, alertFormats } from '../../src/shared/alerts/alert.ts';
import {
  type AlertRequest,
  alertRequest,
  alertSenders,
  labelledBody,
  labelOf,
  signed,
} from '../support/alertSenders.ts';
import { hour } from '../support/builders.ts';
import { openHaltScene } from '../support/haltScene.ts';
import { openScene, type Scene } from '../support/scene.ts';

/** The publisher's monitoring fires: what that does to rollouts, through the host. */

const settings = { RAMPART_ALERT_SENDERS: alertSenders, RAMPART_STORE_REQUESTS_PER_MINUTE: '1000' };

let scene: Scene;
beforeAll(async () => {
  scene = await openScene(settings);
});
afterAll(async () => scene[Symbol.asyncDispose]());

/** Ended after each test, so that the next one's are the only active ones. */
const begun: string[] = [];
async function ramp(policy?: Parameters<Scene['ramp']>[0]) {
  const ramping = await scene.ramp(policy);
  begun.push(ramping.id);
  return ramping;
}
afterEach(async () => {
  for (const id of begun.splice(0))
    await scene.api.send('POST', `rollouts/${id}/halt`, { reason: 'the test is over' });
});

const minute = 60_000;

const answerSchema = z.object({
  alerts: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      title: z.string(),
      rollouts: z.array(z.object({ id: z.string(), outcome: z.string(), sentence: z.string() })),
      remarks: z.array(z.string()),
    }),
  ),
});
const kept = z.object({
  items: z.array(
    z.looseObject({
      id: z.string(),
      count: z.number(),
      matched: z.boolean(),
      status: z.string(),
      labels: z.record(z.string(), z.string()),
      remarks: z.array(z.string()),
    }),
  ),
});

async function post({ path, headers, body }: AlertRequest, more = '') {
  const query = more === '' ? '' : `${path.includes('?') ? '&' : '?'}${more}`;
  const { status, body: answer } = await scene.api.send('POST', `${path}${query}`, body, headers);
  return { status, ...(status < 300 ? answerSchema.parse(answer) : { alerts: [] }) };
}

/** One alert as one sender of a format says it. */
const say = (format: AlertFormat, status: AlertStatus, key: string, at = Date.now()) =>
  alertRequest(format, { status, key, at });

const matching = (format: AlertFormat, key: string, what: 'halt' | 'hold') => ({
  alerts: [{ match: { [labelOf[format]]: key }, do: what }],
});

/** What is kept of the alerts that say this key. */
async function alertsKept(key: string, query = '') {
  const { status, body } = await scene.api.send('GET', `alerts?pageSize=200${query}`);
  expect(status).toBe(200);
  return kept.parse(body).items.filter(({ labels }) => Object.values(labels).includes(key));
}

const commandsIn = async (id: string): Promise<string[]> =>
  (await scene.api.journal(id))
    .filter(({ kind }) => kind === 'command' || kind === 'alert')
    .map(({ actor, subject }) => `${actor} ${subject}`);

/** The bake passes, and everybody is well. */
async function passHealthyBake(id: string) {
  await scene.control.advanceClock(7 * hour);
  await scene.push(id, 2, 1_000);
  await scene.tick();
}

describe.each(alertFormats)('an alert of %s', (format) => {
  test('halts the rollouts whose policies match it, once, and its end takes nothing back', async () => {
    const key = `${format}-halt`;
    const { id, ...submitted } = await ramp(matching(format, key, 'halt'));
    const { status, alerts } = await post(say(format, 'firing', key));
    expect({ status, alerts }).toMatchObject({
      status: 200,
      alerts: [{ status: 'firing', rollouts: [{ id, outcome: 'halted' }], remarks: [] }],
    });
    await post(say(format, 'firing', key));
    await post(say(format, 'resolved', key));
    expect(await scene.api.rollout(id)).toMatchObject({ phase: 'halted', percentage: 0 });
    expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutStopped');
    expect(await scene.changesAsked(submitted)).toEqual(['haltpackagerollout']);
    expect(await commandsIn(id)).toEqual(['key start', 'alert halt']);
    expect(await alertsKept(key)).toMatchObject([{ count: 3, matched: true, status: 'resolved' }]);
  });

  test('holds where the policy says so, until it is resolved', async () => {
    const key = `${format}-hold`;
    const { id } = await ramp(matching(format, key, 'hold'));
    const held = await post(say(format, 'firing', key));
    expect(held).toMatchObject({ status: 200, alerts: [{ rollouts: [{ id, outcome: 'held' }] }] });
    expect((await post(say(format, 'firing', key))).status).toBe(200);
    expect(await scene.api.rollout(id)).toMatchObject({ decision: { kind: 'hold', reason: 'alert' } });
    const released = await post(say(format, 'resolved', key));
    expect(released).toMatchObject({ status: 200, alerts: [{ rollouts: [{ id, outcome: 'released' }] }] });
    expect(await commandsIn(id)).toEqual(['key start', 'alert hold', 'alert release']);
    expect(await alertsKept(key)).toMatchObject([{ count: 3, matched: true }]);
  });

  test('with another secret is refused, and nothing of it is kept', async () => {
    const key = `${format}-forged`;
    const { id } = await ramp(matching(format, key, 'halt'));
    const forged = alertRequest(format, { status: 'firing', key, at: Date.now() }, 'x'.repeat(40));
    expect((await post(forged)).status).toBe(401);
    expect(
      (await post({ ...say(format, 'firing', key), path: `alerts/${format}`, headers: {} })).status,
    ).toBe(401);
    expect((await scene.api.rollout(id)).phase).toBe('ramping');
    expect(await alertsKept(key)).toEqual([]);
  });
});

test.each([
  ['grafana', 6],
  ['sentry', 6],
  ['generic', 6],
  ['pagerduty', 66],
] as const)(
  'a request of %s that was signed %i minutes ago is refused, and nothing of it is kept',
  async (format, minutes) => {
    const key = `${format}-old`;
    const { id } = await ramp(matching(format, key, 'halt'));
    expect((await post(say(format, 'firing', key, Date.now() - minutes * minute))).status).toBe(401);
    expect((await scene.api.rollout(id)).phase).toBe('ramping');
    expect(await alertsKept(key)).toEqual([]);
  },
);

describe('what an alert holds', () => {
  test('is not raised however well it is, and is raised once it is resolved', async () => {
    const key = 'held-well';
    const { id } = await ramp(matching('generic', key, 'hold'));
    await post(say('generic', 'firing', key));
    await passHealthyBake(id);
    expect(await scene.api.rollout(id)).toMatchObject({ percentage: 5, decision: { reason: 'alert' } });
    await post(say('generic', 'resolved', key));
    await scene.pass(20 * minute);
    expect((await scene.api.rollout(id)).percentage).toBe(25);
  });

  test('is let go by a person’s resume', async () => {
    const key = 'held-resumed';
    const { id } = await ramp(matching('generic', key, 'hold'));
    await post(say('generic', 'firing', key));
    const resumed = await scene.api.send('POST', `rollouts/${id}/resume`, { reason: 'a false alarm' });
    expect(resumed.status).toBe(200);
    await passHealthyBake(id);
    expect((await scene.api.rollout(id)).percentage).toBe(25);
  });

  test('stays held by the second alert when the first is resolved', async () => {
    const [one, other] = ['held-twice-1', 'held-twice-2'];
    const rules = [one, other].flatMap((key) => matching('generic', key, 'hold').alerts);
    const { id } = await ramp({ alerts: rules });
    await post(say('generic', 'firing', one));
    await post(say('generic', 'firing', other));
    await post(say('generic', 'resolved', one));
    await passHealthyBake(id);
    expect(await scene.api.rollout(id)).toMatchObject({ percentage: 5, decision: { reason: 'alert' } });
  });

  test('is not held by an alert that comes late, after its own end', async () => {
    const key = 'held-late';
    const { id } = await ramp(matching('generic', key, 'hold'));
    expect((await post(say('generic', 'resolved', key))).status).toBe(202);
    const late = await post(say('generic', 'firing', key));
    expect(late).toMatchObject({
      status: 202,
      alerts: [{ rollouts: [], remarks: ['It was resolved before.'] }],
    });
    expect(await commandsIn(id)).toEqual(['key start']);
  });
});

describe('a URL that names the rollout', () => {
  test.each([
    { query: '', outcome: 'halted', phase: 'halted' },
    { query: '&do=halt', outcome: 'halted', phase: 'halted' },
    { query: '&do=hold', outcome: 'held', phase: 'ramping' },
  ])('“$query” leaves it $outcome, whatever its policy matches', async ({ query, outcome, phase }) => {
    const { id } = await ramp();
    const answer = await post(say('generic', 'firing', `addressed${query}`), `rollout=${id}${query}`);
    expect(answer).toMatchObject({ status: 200, alerts: [{ rollouts: [{ id, outcome }] }] });
    expect((await scene.api.rollout(id)).phase).toBe(phase);
  });

  test('that is none is answered 202, with a remark', async () => {
    const { id } = await ramp();
    const other = `${id.slice(0, -1)}0`;
    const answer = await post(say('generic', 'firing', 'addressed-nowhere'), `rollout=${other}`);
    expect(answer).toMatchObject({
      status: 202,
      alerts: [{ rollouts: [], remarks: [`There is no active rollout ${other}.`] }],
    });
  });
});

describe('an alert that matches nothing', () => {
  test('is answered 202 and stays visible, with the label that is misspelt', async () => {
    const key = 'misspelt';
    await ramp({ alerts: [{ match: { aplication: key }, do: 'halt' }] });
    const { status, alerts } = await post(say('generic', 'firing', key));
    expect(status).toBe(202);
    const remark = expect.stringContaining(
      'no label aplication, which the policy asks to be "misspelt". It has application: is that meant?',
    );
    expect(alerts).toMatchObject([{ rollouts: [], remarks: expect.arrayContaining([remark]) }]);
    expect(await alertsKept(key, '&matched=false')).toMatchObject([
      { matched: false, count: 1, remarks: expect.arrayContaining([remark]) },
    ]);
    expect(await alertsKept(key, '&matched=true')).toEqual([]);
  });
});

describe('the test endpoint', () => {
  const tryOut = async (format: AlertFormat, key: string, more = '') =>
    scene.api.send('POST', `alerts/${format}/test${more}`, say(format, 'firing', key).body, {
      'sentry-hook-resource': 'metric_alert',
    });

  test.each(alertFormats)(
    'says what an alert of %s would do, without its secret, and does nothing',
    async (format) => {
      const key = `${format}-tried`;
      const { id } = await ramp(matching(format, key, 'halt'));
      expect(await tryOut(format, key)).toMatchObject({
        status: 200,
        body: { alerts: [{ rollouts: [{ id, would: 'halt' }], remarks: [] }] },
      });
      expect(await tryOut(format, key, `?rollout=${id}&do=hold`)).toMatchObject({
        body: { alerts: [{ rollouts: [{ id, would: 'hold' }] }] },
      });
      expect(await commandsIn(id)).toEqual(['key start']);
      expect(await alertsKept(key)).toEqual([]);
    },
  );

  test('says why one would do nothing', async () => {
    await ramp({ alerts: [{ match: { application: 'Tried' }, do: 'halt' }] });
    const { body } = await tryOut('generic', 'tried');
    expect(JSON.stringify(body)).toContain('capitals count');
  });
});

describe('one request', () => {
  test('halts every rollout that it matches', async () => {
    const key = 'two-rollouts';
    const [one, other] = [
      await ramp(matching('generic', key, 'halt')),
      await ramp(matching('generic', key, 'halt')),
    ];
    const { status, alerts } = await post(say('generic', 'firing', key));
    expect(status).toBe(200);
    expect(alerts[0]?.rollouts.map(({ id }) => id).toSorted()).toEqual([one.id, other.id].toSorted());
    for (const { id } of [one, other]) expect((await scene.api.rollout(id)).phase).toBe('halted');
  });

  test.each(['alertmanager', 'grafana'] as const)(
    'of %s has several alerts, each with its own effect',
    async (format) => {
      const [halts, holds, ends] = ['halts', 'holds', 'ends'].map((what) => `${format}-several-${what}`);
      const halted = await ramp(matching(format, halts ?? '', 'halt'));
      const held = await ramp(matching(format, holds ?? '', 'hold'));
      const released = await ramp(matching(format, ends ?? '', 'hold'));
      await post(say(format, 'firing', ends ?? ''));
      const at = Date.now();
      const body = labelledBody(format, [
        { key: ends ?? '', status: 'resolved', at },
        { key: holds ?? '', status: 'firing', at },
        { key: halts ?? '', status: 'firing', at },
        { key: `${format}-several-nothing`, status: 'firing', at },
      ]);
      const { status, alerts } = await post(signed(format, body, at));
      expect(status).toBe(202);
      expect(alerts.map(({ rollouts }) => rollouts.map(({ id, outcome }) => [id, outcome]))).toEqual([
        [[released.id, 'released']],
        [[held.id, 'held']],
        [[halted.id, 'halted']],
        [],
      ]);
    },
  );
});

describe('a halt by an alert', () => {
  test('before publication is answered 202, and is carried out as soon as the Store publishes', async () => {
    const key = 'unpublished';
    const submitted = await scene.submit();
    const { id } = await scene.start(submitted, matching('generic', key, 'halt'));
    const { status, alerts } = await post(say('generic', 'firing', key));
    expect({ status, alerts }).toMatchObject({
      status: 202,
      alerts: [{ rollouts: [{ id, outcome: 'halting' }] }],
    });
    await scene.pass(48 * hour);
    expect((await scene.api.rollout(id)).phase).toBe('halted');
  });

  test('that the Store does not confirm is not taken back by its end', async () => {
    const key = 'never-back';
    const { id, ...submitted } = await ramp(matching('generic', key, 'halt'));
    await scene.control.addFaults([
      { match: { path: submitted.submissionId, times: 1_000 }, fault: { kind: 'status503' } },
    ]);
    const fired = await post(say('generic', 'firing', key));
    expect(fired).toMatchObject({ status: 202, alerts: [{ rollouts: [{ outcome: 'halting' }] }] });
    const repeated = await post(say('generic', 'firing', key));
    expect(repeated).toMatchObject({ status: 202, alerts: [{ rollouts: [{ outcome: 'halting' }] }] });
    await post(say('generic', 'resolved', key));
    expect((await scene.api.rollout(id)).phase).toBe('halting');
    await scene.control.clearFaults();
    await scene.pass(minute);
    expect((await scene.api.rollout(id)).phase).toBe('halted');
    expect(await commandsIn(id)).toEqual(['key start', 'alert halt']);
  });
});

test('while the storage is out of order the sender is answered 503, and what it sends again halts', async () => {
  await using own = await openHaltScene(settings);
  const key = 'storage';
  const one = await own.ramp(matching('generic', key, 'halt'));
  const send = () => {
    const { path, body, headers } = say('generic', 'firing', key);
    return own.api.send('POST', path, body, headers);
  };
  await own.storage.stop();
  expect((await send()).status).toBe(503);
  await own.storage.start();
  expect((await send()).status).toBe(200);
  expect((await own.endOf(one)).phase).toBe('halted');
});
