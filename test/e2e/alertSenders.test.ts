import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AlertFormat, alertFormats } from '../../src/shared/alerts/alert.ts';
import { type AlertScene, matching, openAlertScene, say } from '../support/alertScene.ts';
import { alertRequest, labelledBody, signed } from '../support/alertSenders.ts';

/** What each of the senders says is read, proven and done, through the host. */

let scene: AlertScene;
beforeAll(async () => {
  scene = await openAlertScene();
});
afterAll(async () => scene[Symbol.asyncDispose]());
afterEach(async () => scene.endAll());

const minute = 60_000;

describe.each(alertFormats)('an alert of %s', (format) => {
  test('halts the rollouts whose policies match it, once, and its end takes nothing back', async () => {
    const key = `${format}-halt`;
    const { id, ...submitted } = await scene.ramp(matching(format, key, 'halt'));
    const { status, alerts } = await scene.post(say(format, 'firing', key));
    expect({ status, alerts }).toMatchObject({
      status: 200,
      alerts: [{ status: 'firing', rollouts: [{ id, outcome: 'halted' }], remarks: [] }],
    });
    await scene.post(say(format, 'firing', key));
    await scene.post(say(format, 'resolved', key));
    expect(await scene.api.rollout(id)).toMatchObject({ phase: 'halted', percentage: 0 });
    expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutStopped');
    expect(await scene.changesAsked(submitted)).toEqual(['haltpackagerollout']);
    expect(await scene.commandsIn(id)).toEqual(['key start', 'alert halt']);
    expect(await scene.alertsKept(key)).toMatchObject([{ count: 3, matched: true, status: 'resolved' }]);
  });

  test('holds where the policy says so, until it is resolved', async () => {
    const key = `${format}-hold`;
    const { id } = await scene.ramp(matching(format, key, 'hold'));
    const held = await scene.post(say(format, 'firing', key));
    expect(held).toMatchObject({ status: 200, alerts: [{ rollouts: [{ id, outcome: 'held' }] }] });
    expect((await scene.post(say(format, 'firing', key))).status).toBe(200);
    expect(await scene.api.rollout(id)).toMatchObject({
      decision: { kind: 'hold', reason: 'alert' },
    });
    const released = await scene.post(say(format, 'resolved', key));
    expect(released).toMatchObject({ status: 200, alerts: [{ rollouts: [{ id, outcome: 'released' }] }] });
    expect(await scene.commandsIn(id)).toEqual(['key start', 'alert hold', 'alert release']);
    expect(await scene.alertsKept(key)).toMatchObject([{ count: 3, matched: true }]);
  });

  test('with another secret is refused, and nothing of it is kept', async () => {
    const key = `${format}-forged`;
    const { id } = await scene.ramp(matching(format, key, 'halt'));
    const forged = alertRequest(format, { status: 'firing', key, at: Date.now() }, 'x'.repeat(40));
    expect((await scene.post(forged)).status).toBe(401);
    expect(
      (await scene.post({ ...say(format, 'firing', key), path: `alerts/${format}`, headers: {} })).status,
    ).toBe(401);
    expect((await scene.api.rollout(id)).phase).toBe('ramping');
    expect(await scene.alertsKept(key)).toEqual([]);
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
    const { id } = await scene.ramp(matching(format, key, 'halt'));
    expect((await scene.post(say(format, 'firing', key, Date.now() - minutes * minute))).status).toBe(401);
    expect((await scene.api.rollout(id)).phase).toBe('ramping');
    expect(await scene.alertsKept(key)).toEqual([]);
  },
);

test.each(['alertmanager', 'grafana'] as const)(
  'one request of %s has several alerts, each with its own effect',
  async (format) => {
    const [halts, holds, ends] = ['halts', 'holds', 'ends'].map((what) => `${format}-several-${what}`);
    const halted = await scene.ramp(matching(format, halts ?? '', 'halt'));
    const held = await scene.ramp(matching(format, holds ?? '', 'hold'));
    const released = await scene.ramp(matching(format, ends ?? '', 'hold'));
    await scene.post(say(format, 'firing', ends ?? ''));
    const at = Date.now();
    const body = labelledBody(format, [
      { key: ends ?? '', status: 'resolved', at },
      { key: holds ?? '', status: 'firing', at },
      { key: halts ?? '', status: 'firing', at },
      { key: `${format}-several-nothing`, status: 'firing', at },
    ]);
    const { status, alerts } = await scene.post(signed(format, body, at));
    expect(status).toBe(202);
    expect(alerts.map(({ rollouts }) => rollouts.map(({ id, outcome }) => [id, outcome]))).toEqual([
      [[released.id, 'released']],
      [[held.id, 'held']],
      [[halted.id, 'halted']],
      [],
    ]);
  },
);

describe('the test endpoint', () => {
  const tryOut = async (format: AlertFormat, key: string, more = '') =>
    scene.api.send('POST', `alerts/${format}/test${more}`, say(format, 'firing', key).body, {
      'sentry-hook-resource': 'metric_alert',
    });

  test.each(alertFormats)(
    'says what an alert of %s would do, without its secret, and does nothing',
    async (format) => {
      const key = `${format}-tried`;
      const { id } = await scene.ramp(matching(format, key, 'halt'));
      expect(await tryOut(format, key)).toMatchObject({
        status: 200,
        body: { alerts: [{ rollouts: [{ id, would: 'halt' }], remarks: [] }] },
      });
      expect(await tryOut(format, key, `?rollout=${id}&do=hold`)).toMatchObject({
        body: { alerts: [{ rollouts: [{ id, would: 'hold' }] }] },
      });
      expect(await scene.commandsIn(id)).toEqual(['key start']);
      expect(await scene.alertsKept(key)).toEqual([]);
    },
  );
});
