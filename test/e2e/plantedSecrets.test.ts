import { createHmac } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { hour } from '../support/builders.ts';
import { forFile } from '../support/forFile.ts';
import type { Heard } from '../support/secrets/echo.ts';
import { clothesOf, leaksIn } from '../support/secrets/leaks.ts';
import { echoing, openPlantedScene } from '../support/secrets/plantedScene.ts';

/**
 * I7, with a secret in every place that takes one, and services around that say again what they were told: after each
 * test, none of the secrets stands in a log, a row, a message or an answer.
 */

const stage = await forFile(openPlantedScene());
afterEach(async () => {
  stage.store.answerInstead(undefined);
  expect(await stage.leaks()).toEqual([]);
});

/** Everything that can be read over HTTP. */
async function readAll(id: string): Promise<void> {
  const own = [`rollouts/${id}`, `rollouts/${id}/journal?pageSize=200`];
  for (const path of [...own, 'rollouts', 'submissions', 'alerts', 'health']) await stage.send('GET', path);
}
const logged = (pattern: RegExp, from = 0) => stage.scene.stage.host.logged(pattern, from);
const logsNow = () => stage.scene.stage.host.logs().length;
/** What the Store would quote besides the request: it knows the upload URLs it gave out. */
const uploadUrls = () =>
  [...stage.planted()].flatMap(([name, secret]) =>
    /^uploadSig/.test(name) ? [`https://s.example/c/b?sv=1&sig=${encodeURIComponent(secret)}&se=2`] : [],
  );

test('an ordinary life shows none: raised, told of, approved by a link, paused and halted', async () => {
  const { scene, receiver } = stage;
  const { id } = await scene.ramp({
    steps: [
      { percentage: 5, bake: '6h', approval: true },
      { percentage: 100, bake: '1d' },
    ],
  });
  await scene.control.advanceClock(6 * hour);
  await scene.push(id, 1, 1_000);
  await scene.control.advanceClock(1);
  await scene.tick();
  for (const channel of ['teams', 'slack', 'hook'])
    await logged(new RegExp(`${channel} is told \\(needsApproval`));
  const [, link = ''] = [...stage.planted()].find(([name]) => name.startsWith('link ')) ?? [];
  for (const path of ['links/show', 'links/follow', 'links/follow'])
    await stage.send('POST', path, { token: link, ...(path === 'links/follow' && { reason: 'fine' }) });
  for (const body of [
    `{"token":"${link}`,
    `${link}`,
    { [link]: link },
    { token: `${link}x` },
    { token: [link] },
  ])
    await stage.send('POST', 'links/show', body);
  for (const command of ['pause', 'resume', 'cap', 'approve', 'acknowledge', 'halt'])
    await stage.send('POST', `rollouts/${id}/${command}`, {
      reason: 'x',
      ...(command === 'cap' && { percentage: 50 }),
    });
  await readAll(id);
  expect([...stage.planted().keys()].join()).toMatch(/accessToken.*link/);
  expect(receiver.heard.length).toBeGreaterThan(3);
});

test.each([400, 401, 404, 409, 503, 302])(
  'a Store that answers %i and quotes the request and the upload URL',
  async (status) => {
    const { scene, store } = stage;
    const ramped = await scene.ramp();
    const fresh = await scene.submit();
    const location = status === 302 ? { location: `${store.url}/elsewhere?sig=abc` } : {};
    const quoting = echoing(status, { ...location, 'content-type': 'application/json' }, uploadUrls);
    let json = false;
    store.answerInstead((request) => {
      json = !json;
      const { body, ...rest } = quoting(request);
      const message = JSON.stringify({
        code: 'InvalidState',
        message: body,
        target: body,
        activityId: body,
      });
      return { ...rest, body: json ? message : `<html><body>${body}</body></html>` };
    });
    await stage.send('POST', 'rollouts', { ...fresh, policyName: 'standard' });
    await stage.send('POST', `rollouts/${ramped.id}/halt`, { reason: 'x' });
    await scene.control.advanceClock(6 * hour);
    await scene.tick();
    await readAll(ramped.id);
    expect(store.heard.some(({ headers }) => headers.authorization?.startsWith('Bearer '))).toBe(true);
    store.answerInstead(undefined);
    await readAll(ramped.id);
  },
);

test.each<[string, (request: Heard) => ReturnType<ReturnType<typeof echoing>>]>([
  ['refuses', echoing(400)],
  ['breaks', echoing(500)],
  ['asks for patience', echoing(429, { 'retry-after': '1' })],
  ['sends on to somewhere else', echoing(307, { location: '/elsewhere?token=planted' })],
])('a receiver of messages that %s, and quotes what it got', async (_, answer) => {
  const { scene } = stage;
  stage.receiverAnswers(answer);
  const from = logsNow();
  const { id } = await scene.ramp();
  await stage.send('POST', `rollouts/${id}/halt`, { reason: 'x' });
  for (const channel of ['teams', 'slack', 'hook']) await logged(new RegExp(`the channel ${channel} `), from);
  stage.receiverAnswers(() => ({ status: 200, body: 'ok' }));
  await readAll(id);
});

test('callers who bring secrets that are right, wrong or in the wrong place', async () => {
  const { secrets } = stage;
  const { id } = await stage.scene.ramp();
  const code = encodeURIComponent(secrets.functionKey);
  const named = { 'x-rampart-key': secrets.namedKey };
  for (const headers of [
    named,
    { 'x-rampart-key': `${secrets.namedKey}x` },
    { 'x-ms-client-principal': secrets.namedKey },
  ])
    await stage.send('POST', `rollouts/${id}/pause`, { reason: 'x' }, headers);
  for (const query of [
    `code=${code}`,
    `Code=${code}`,
    `pageSize=${code}`,
    `continuationToken=${code}`,
    `phase=${code}`,
  ])
    await stage.send('GET', `rollouts?${query}`);
  for (const path of [`rollouts/${code}`, `links/${code}`, `submissions/${code}/journal`, `alerts/${code}`])
    for (const method of ['GET', 'POST']) await stage.send(method, path, method === 'POST' ? {} : undefined);
  await stage.send('POST', `rollouts/${id}/cap`, { percentage: secrets.namedKey, reason: 'x' });
  await stage.send('POST', 'rollouts', { policyName: 'standard', applicationId: secrets.namedKey });
  await stage.send('POST', 'rollouts', { reason: 'x' }, { 'content-type': secrets.namedKey });
  await readAll(id);
});

test('alerts whose senders prove themselves, or nearly do, and say the proof again in what they send', async () => {
  const { secrets } = stage;
  const { id } = await stage.scene.ramp({
    alerts: [{ match: { application: 'checkout' }, do: 'hold' }],
  });
  const proofs: [string, Record<string, string>, string][] = [
    ['alertmanager', { authorization: `Bearer ${secrets.bearer}` }, ''],
    ['alertmanager', { authorization: `Bearer ${secrets.oldBearer}` }, ''],
    ['alertmanager', { authorization: `Bearer ${secrets.bearer}x` }, ''],
    [
      'alertmanager',
      { authorization: `Basic ${Buffer.from(`g:${secrets.password}`).toString('base64')}` },
      '',
    ],
    ['grafana', { authorization: `Basic ${Buffer.from(`g:${secrets.password}`).toString('base64')}` }, ''],
    ['grafana', { authorization: `Basic ${Buffer.from(`h:${secrets.password}`).toString('base64')}` }, ''],
    ['datadog', { 'x-rampart-alert-key': secrets.datadogKey }, ''],
    ['azureMonitor', {}, `?alertKey=${encodeURIComponent(secrets.azureKey)}`],
    ['azureMonitor', {}, `?alertkey=${encodeURIComponent(secrets.azureKey)}`],
    ['pagerduty', { 'x-pagerduty-signature': `v1=${secrets.pagerSecret}` }, ''],
    ['sentry', { 'sentry-hook-signature': secrets.sentrySecret }, ''],
    [
      'generic',
      { 'webhook-id': 'x', 'webhook-timestamp': '1', 'webhook-signature': `v1,${secrets.genericSecret}` },
      '',
    ],
  ];
  const shapes = `?sv=1&sig=${encodeURIComponent(secrets.linksKey)} Bearer ${secrets.bearer}`;
  for (const labels of [{ application: 'checkout' }, { application: 'none', note: shapes }])
    for (const [format, headers, query] of proofs) {
      const alert = {
        status: 'firing',
        labels,
        annotations: { summary: shapes },
        startsAt: '2026-03-01T00:00:00Z',
        fingerprint: 'f1',
      };
      await stage.send('POST', `alerts/${format}${query}`, { version: '4', alerts: [alert] }, headers);
      await stage.send('POST', `alerts/${format}/test${query}`, { version: '4', alerts: [alert] }, headers);
    }
  const body = JSON.stringify({
    type: 'alert.firing',
    timestamp: '2026-03-01T00:00:00Z',
    data: { id: 'own', title: `Own ${shapes}`, labels: { application: 'checkout' } },
  });
  const time = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', Buffer.from(secrets.genericSecret, 'base64'))
    .update(`msg_1.${time}.${body}`)
    .digest('base64');
  const signed = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': time,
    'webhook-signature': `v1,${signature}`,
  };
  expect(await stage.send('POST', 'alerts/generic', body, signed)).toBe(200);
  await readAll(id);
});

test('a person who pastes a signed URL, a token or a header into a reason', async () => {
  const { secrets, scene } = stage;
  const { id } = await scene.ramp();
  const [, token = ''] = [...stage.planted()].find(([name]) => name.startsWith('accessToken')) ?? [];
  for (const reason of [
    `see https://s.example/c/b?sv=1&sig=${encodeURIComponent(secrets.linksKey)}&se=2 please`,
    `Authorization: Bearer ${secrets.bearer}`,
    `curl -d 'client_secret=${encodeURIComponent(scene.stage.simulator.clientSecret)}'`,
    `the token ${token}`.slice(0, 500),
  ])
    for (const command of ['pause', 'resume', 'cap', 'halt'])
      await stage.send('POST', `rollouts/${id}/${command}`, {
        reason,
        ...(command === 'cap' && { percentage: 50 }),
      });
  await logged(/the channel hook is told \(halt/);
  for (const { body } of stage.receiver.heard) stage.said(body.replaceAll(/\/api\/links#[\w.-]+/g, ''));
  await readAll(id);
});

// The last one: the Store's word closes the budget of the publisher for a while.
test('a Store that asks for patience and quotes the request', async () => {
  const { scene, store } = stage;
  const { id } = await scene.ramp();
  store.answerInstead(echoing(429, { 'retry-after': '1' }, uploadUrls));
  await stage.send('POST', `rollouts/${id}/halt`, { reason: 'x' });
  await scene.tick();
  await readAll(id);
});

test('and a leak is found: one row is enough', async () => {
  stage.said(`Something said ${encodeURIComponent(stage.secrets.namedKey)}.`);
  expect(await stage.leaks()).toEqual([expect.stringMatching(/^namedKey in: Something said /)]);
});

test('the search finds a secret in whatever clothes it comes', () => {
  const planted = new Map([['key', 'planted/key+1~=']]);
  const texts = [
    'x planted/key+1~= y',
    '?code=planted%2Fkey%2B1~%3D',
    '?code=planted%2fkey%2b1~%3d',
    `{"a":${JSON.stringify('"planted/key+1~="')}}`,
    ...['', 'a', 'ab', 'abc'].map((before) => Buffer.from(`${before}planted/key+1~=`).toString('base64')),
    Buffer.from('{"key":"planted/key+1~="}').toString('base64url'),
    Buffer.from('planted/key+1~=').toString('hex'),
  ];
  for (const text of texts) expect(leaksIn([text], planted), text).toHaveLength(1);
  expect(leaksIn(['planted/key+1', 'planted/key 1~='], planted)).toEqual([]);
  expect(clothesOf('a"b')).toContain(String.raw`a\"b`);
});
