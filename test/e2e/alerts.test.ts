import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type AlertScene, alertSettings, matching, openAlertScene, say } from '../support/alertScene.ts';
import type { AlertRequest } from '../support/alertSenders.ts';
import { hour } from '../support/builders.ts';
import { openHaltScene } from '../support/haltScene.ts';

/** The publisher's monitoring fires: what that does to rollouts, through the host. */

let scene: AlertScene;
beforeAll(async () => {
  scene = await openAlertScene();
});
afterAll(async () => scene[Symbol.asyncDispose]());
afterEach(async () => scene.endAll());

const minute = 60_000;

/** The bake passes, and everybody is well. */
async function passHealthyBake(id: string) {
  await scene.control.advanceClock(7 * hour);
  await scene.push(id, 2, 1_000);
  await scene.tick();
}

describe('what an alert holds', () => {
  test('is not raised however well it is, and is raised once it is resolved', async () => {
    const key = 'held-well';
    const { id } = await scene.ramp(matching('generic', key, 'hold'));
    await scene.post(say('generic', 'firing', key));
    await passHealthyBake(id);
    expect(await scene.api.rollout(id)).toMatchObject({
      percentage: 5,
      decision: { reason: 'alert' },
    });
    await scene.post(say('generic', 'resolved', key));
    await scene.pass(20 * minute);
    expect((await scene.api.rollout(id)).percentage).toBe(25);
  });

  test('is let go by a person’s resume', async () => {
    const key = 'held-resumed';
    const { id } = await scene.ramp(matching('generic', key, 'hold'));
    await scene.post(say('generic', 'firing', key));
    const resumed = await scene.api.send('POST', `rollouts/${id}/resume`, {
      reason: 'a false alarm',
    });
    expect(resumed.status).toBe(200);
    await passHealthyBake(id);
    expect((await scene.api.rollout(id)).percentage).toBe(25);
  });

  test('stays held by the second alert when the first is resolved', async () => {
    const [one, other] = ['held-twice-1', 'held-twice-2'];
    const rules = [one, other].flatMap((key) => matching('generic', key, 'hold').alerts);
    const { id } = await scene.ramp({ alerts: rules });
    await scene.post(say('generic', 'firing', one));
    await scene.post(say('generic', 'firing', other));
    await scene.post(say('generic', 'resolved', one));
    await passHealthyBake(id);
    expect(await scene.api.rollout(id)).toMatchObject({
      percentage: 5,
      decision: { reason: 'alert' },
    });
  });

  test('is not held by an alert that comes late, after its own end', async () => {
    const key = 'held-late';
    const { id } = await scene.ramp(matching('generic', key, 'hold'));
    expect((await scene.post(say('generic', 'resolved', key))).status).toBe(202);
    const late = await scene.post(say('generic', 'firing', key));
    expect(late).toMatchObject({
      status: 202,
      alerts: [{ rollouts: [], remarks: ['It was resolved before.'] }],
    });
    expect(await scene.commandsIn(id)).toEqual(['key start']);
  });
});

describe('a URL that names the rollout', () => {
  test.each([
    { query: '', would: 'halt', outcome: 'halted', phase: 'halted' },
    { query: '&do=halt', would: 'halt', outcome: 'halted', phase: 'halted' },
    { query: '&do=hold', would: 'hold', outcome: 'held', phase: 'ramping' },
  ])('“$query” leaves it $outcome, as the test endpoint says', async ({ query, would, outcome, phase }) => {
    const { id } = await scene.ramp();
    const { path, headers, body } = say('generic', 'firing', `addressed${query}`);
    const tried = await scene.api.send('POST', `${path}/test?rollout=${id}${query}`, body, headers);
    expect(tried.body).toMatchObject({ alerts: [{ rollouts: [{ id, would }] }] });
    const answer = await scene.post(say('generic', 'firing', `addressed${query}`), `rollout=${id}${query}`);
    expect(answer).toMatchObject({ status: 200, alerts: [{ rollouts: [{ id, outcome }] }] });
    expect((await scene.api.rollout(id)).phase).toBe(phase);
  });

  test('that is none is answered 202, with a remark', async () => {
    const { id } = await scene.ramp();
    const other = `${id.slice(0, -1)}0`;
    const answer = await scene.post(say('generic', 'firing', 'addressed-nowhere'), `rollout=${other}`);
    expect(answer).toMatchObject({
      status: 202,
      alerts: [{ rollouts: [], remarks: [`There is no active rollout ${other}.`] }],
    });
  });
});

describe('a URL that is not understood', () => {
  const problemSchema = z.object({ mistakes: z.array(z.object({ path: z.string(), message: z.string() })) });
  const sent = async ({ path, headers, body }: AlertRequest, query: string) => {
    const answer = await scene.api.send('POST', `${path}?${query}`, body, headers);
    return { status: answer.status, mistakes: problemSchema.safeParse(answer.body).data?.mistakes };
  };
  const wrong: readonly (readonly [string, string, string])[] = [
    ['do=halt', 'do', 'needs rollout beside it'],
    ['rolout=$id&code=x', 'rolout', 'did you mean "rollout"?'],
    ['sender=generic', 'sender', 'is not a known key'],
  ];

  test.each(wrong)('is refused, and nothing is done to anything: %s', async (query, path, says) => {
    const key = `misunderstood-${path}`;
    const { id } = await scene.ramp(matching('generic', key, 'hold'));
    const own = query.replace('$id', id);
    const refused = { status: 400, mistakes: [{ path, message: expect.stringContaining(says) }] };
    expect(await sent(say('generic', 'firing', key), own)).toMatchObject(refused);
    expect(await scene.commandsIn(id)).toEqual(['key start']);
    expect(await scene.alertsKept(key)).toEqual([]);
  });

  test.each(wrong)('tells whoever does not prove themselves nothing: %s', async (query) => {
    const forged = { ...say('generic', 'firing', 'forged'), headers: {} };
    expect(await sent(forged, query)).toEqual({ status: 401, mistakes: undefined });
  });

  test.each(wrong.slice(0, 2))('is refused by the test endpoint as well: %s', async (query, path, says) => {
    const { path: to, ...request } = say('generic', 'firing', 'misunderstood-tried');
    expect(await sent({ ...request, path: `${to}/test` }, query)).toMatchObject({
      status: 400,
      mistakes: [{ path, message: expect.stringContaining(says) }],
    });
  });
});

describe('an alert that matches nothing', () => {
  test('is answered 202 and stays visible, with the label that is misspelt', async () => {
    const key = 'misspelt';
    await scene.ramp({ alerts: [{ match: { aplication: key }, do: 'halt' }] });
    const { status, alerts } = await scene.post(say('generic', 'firing', key));
    expect(status).toBe(202);
    const remark = expect.stringContaining(
      'no label aplication, which the policy asks to be "misspelt". It has application: is that meant?',
    );
    expect(alerts).toMatchObject([{ rollouts: [], remarks: expect.arrayContaining([remark]) }]);
    expect(await scene.alertsKept(key, '&matched=false')).toMatchObject([
      { matched: false, count: 1, remarks: expect.arrayContaining([remark]) },
    ]);
    expect(await scene.alertsKept(key, '&matched=true')).toEqual([]);
  });
});

describe('the test endpoint', () => {
  const tried = ({ path, headers, body }: AlertRequest, query = '') =>
    scene.api.send('POST', `${path}/test${query}`, body, headers);
  const would = (kind: string) => ({ alerts: [{ rollouts: [{ would: kind }] }] });

  test('says why an alert would do nothing', async () => {
    await scene.ramp({ alerts: [{ match: { application: 'Tried' }, do: 'halt' }] });
    const { body } = await tried(say('generic', 'firing', 'tried'));
    expect(JSON.stringify(body)).toContain('capitals count');
  });

  test('says what the end of an alert would release', async () => {
    await scene.ramp(matching('generic', 'tried-end', 'hold'));
    await scene.post(say('generic', 'firing', 'tried-end'));
    const { body } = await tried(say('generic', 'resolved', 'tried-end'));
    expect(body).toMatchObject(would('release'));
  });

  test('knows, as the alert itself does, since when it fires and who has resumed', async () => {
    const firing = say('alertmanager', 'firing', 'tried-early');
    await scene.post(firing);
    await scene.control.advanceClock(minute);
    const { id } = await scene.ramp(matching('alertmanager', 'tried-early', 'halt'));
    for (const query of ['', '?sender=alertmanager'])
      expect((await tried(firing, query)).body).toMatchObject(would('hold'));
    expect((await scene.post(firing)).alerts[0]?.rollouts).toMatchObject([{ outcome: 'held' }]);
    await scene.api.send('POST', `rollouts/${id}/resume`, { reason: 'a false alarm' });
    expect((await tried(firing)).body).toMatchObject({
      alerts: [{ remarks: ['It has held before, and somebody resumed.'] }],
    });
  });

  test('refuses a sender that there is not', async () => {
    expect((await tried(say('generic', 'firing', 'tried'), '?sender=nobody')).status).toBe(400);
  });
});

test.each(['8640000000000000', '-62198755200001', '1e30', 'x'])(
  'an alert whose date is %s comes now',
  async (date) => {
    const { path, headers, body } = say('datadog', 'firing', `dated-${date}`);
    const dated = JSON.stringify({ ...z.looseObject({}).parse(JSON.parse(body)), date });
    expect((await scene.api.send('POST', path, dated, headers)).status).toBe(202);
  },
);

test('one request halts every rollout that it matches', async () => {
  const key = 'two-rollouts';
  const [one, other] = [
    await scene.ramp(matching('generic', key, 'halt')),
    await scene.ramp(matching('generic', key, 'halt')),
  ];
  const { status, alerts } = await scene.post(say('generic', 'firing', key));
  expect(status).toBe(200);
  expect(alerts[0]?.rollouts.map(({ id }) => id).toSorted()).toEqual([one.id, other.id].toSorted());
  for (const { id } of [one, other]) expect((await scene.api.rollout(id)).phase).toBe('halted');
});

test('the alerts are listed by the time at which they came last, the newest first', async () => {
  const keys = ['listed-1', 'listed-2'];
  const listed = async () =>
    (await scene.list()).flatMap(({ labels }) => keys.filter((key) => labels.application === key));
  for (const key of keys) {
    await scene.post(say('generic', 'firing', key));
    await scene.control.advanceClock(minute);
  }
  expect(await listed()).toEqual(['listed-2', 'listed-1']);
  await scene.post(say('generic', 'firing', 'listed-1'));
  expect(await listed()).toEqual(['listed-1', 'listed-2']);
});

describe('a halt by an alert', () => {
  test('before publication is answered 202, and is carried out as soon as the Store publishes', async () => {
    const key = 'unpublished';
    const submitted = await scene.submit();
    const { id } = await scene.start(submitted, matching('generic', key, 'halt'));
    const { status, alerts } = await scene.post(say('generic', 'firing', key));
    expect({ status, alerts }).toMatchObject({
      status: 202,
      alerts: [{ rollouts: [{ id, outcome: 'halting' }] }],
    });
    await scene.pass(48 * hour);
    expect((await scene.api.rollout(id)).phase).toBe('halted');
  });

  test('that the Store does not confirm is not taken back by its end', async () => {
    const key = 'never-back';
    const { id, ...submitted } = await scene.ramp(matching('generic', key, 'halt'));
    await scene.control.addFaults([
      { match: { path: submitted.submissionId, times: 1_000 }, fault: { kind: 'status503' } },
    ]);
    const fired = await scene.post(say('generic', 'firing', key));
    expect(fired).toMatchObject({ status: 202, alerts: [{ rollouts: [{ outcome: 'halting' }] }] });
    const repeated = await scene.post(say('generic', 'firing', key));
    expect(repeated).toMatchObject({ status: 202, alerts: [{ rollouts: [{ outcome: 'halting' }] }] });
    await scene.post(say('generic', 'resolved', key));
    expect((await scene.api.rollout(id)).phase).toBe('halting');
    await scene.control.clearFaults();
    await scene.pass(minute);
    expect((await scene.api.rollout(id)).phase).toBe('halted');
    expect(await scene.commandsIn(id)).toEqual(['key start', 'alert halt']);
  });
});

test('while the storage is out of order the sender is answered 503, and what it sends again halts', async () => {
  await using own = await openHaltScene(alertSettings);
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
