import { createHmac } from 'node:crypto';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hour } from '../support/builders.ts';
import { openDeliveryScene } from '../support/deliveryScene.ts';
import { type Heard, quoted, startTlsEcho } from '../support/hostileEcho.ts';
import { clothesOf, everyMessage, everyRow, leaksIn } from '../support/hostileSecrets.ts';
import { echoing, openPlantedScene, type PlantedScene, temporaryFile } from '../support/hostileStage.ts';
import { startHostProcess } from '../support/hostProcess.ts';
import { openScene, type Scene } from '../support/scene.ts';
import { settingsFor } from '../support/stage.ts';

/**
 * I7: no secret in a log, a journal entry, a table, a queue, a response or an error.
 *
 * What is promised: whatever Rampart was given in its settings, was handed by the authority or the Store, or hands out itself
 * (tokens, upload URLs, links) stays inside, also where a service says it again. Of what people and senders write, that which
 * has the shape of a secret (the signature of a URL, a bearer token, a JWT, a client secret with its name) is taken out
 * of a reason before it is kept; a password has no shape, and stays where somebody wrote it.
 */

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

test('secrets that the app uses and the Store gives away stay inside', async () => {
  const said: string[] = [];
  const { id } = await scene.ramp();
  // The Store echoes what it was sent and what it holds, as gateways do when they break.
  await scene.control.addFaults([
    { match: { path: 'packagerollout', nth: 2, times: 3 }, fault: { kind: 'malformedBody' } },
    { match: { path: 'flights', nth: 2, times: 2 }, fault: { kind: 'expiredToken' } },
  ]);
  await scene.control.advanceClock(6 * hour);
  await scene.push(id, 1, 1_000);
  await scene.tick();
  for (const path of [`rollouts/${id}`, `rollouts/${id}/journal`, 'rollouts', 'health'])
    said.push(JSON.stringify((await scene.api.send('GET', path)).body));
  said.push(JSON.stringify((await scene.api.send('POST', `rollouts/${id}/halt`, { reason: 'x' })).body));
  said.push(...scene.stage.host.logs(), ...(await everyRow(scene.azurite.connectionString)));

  const all = said.join('\n');
  expect(all).toContain(id);
  const { clientSecret } = scene.stage.simulator;
  for (const secret of [clientSecret, scene.stage.host.functionKey, scene.stage.host.masterKey])
    expect(all).not.toContain(secret);
  expect(all).not.toMatch(/sig=|[?&]se=|Bearer |eyJ|AccountKey|fileUploadUrl|access_token/i);
});

test('the upload URL of a draft is used, expires and is renewed, and shows nowhere', async () => {
  await using delivering = await openDeliveryScene();
  const application = await delivering.application();
  const { applicationId, flightId } = application;
  await delivering.control.addFaults([
    { match: { method: 'POST', path: 'submissions\\?' }, fault: { kind: 'expiredSas' } },
    { match: { method: 'PUT', path: 'submissions' }, fault: { kind: 'malformedBody' } },
    {
      match: { path: 'commit' },
      fault: { kind: 'commitWarns', details: 'see https://s.example/?sig=abc&se=1 Bearer xyz' },
    },
  ]);
  const packages = [await delivering.putZip(application, '2.0.0.0')];
  const { id } = await delivering.order({ requestId: 'secret', applicationId, flightId, packages });
  const { rollout } = await delivering.until(id, 'ramping');
  expect(rollout).toMatchObject({ percentage: 5 });
  const said = [...delivering.stage.host.logs(), ...(await everyRow(delivering.azurite.connectionString))];
  for (const path of [`submissions/${id}`, `submissions/${id}/journal`, 'submissions'])
    said.push(JSON.stringify((await delivering.api.send('GET', path)).body));
  const all = said.join('\n');
  expect(all).toContain('upload URL has expired');
  expect(all).toContain('see https://s.example/?sig=[redacted]');
  expect(all).not.toContain(delivering.stage.simulator.clientSecret);
  expect(all.replaceAll(/(sig=|Bearer )\[redacted\]/g, '')).not.toMatch(
    /sig=|[?&]se=|Bearer |eyJ|AccountKey|fileUploadUrl|access_token/i,
  );
});

test('a state that cannot be reached is 503, and the log that says why has no secret', async () => {
  const { id } = await scene.start(await scene.submit());
  await scene.azurite.stop();
  const { status, body } = await scene.api.send('GET', `rollouts/${id}`);
  expect(status).toBe(503);
  expect(body).toMatchObject({ detail: 'The state cannot be reached. Try again.' });
  const health = await scene.api.send('GET', 'health');
  expect(health).toMatchObject({ status: 503, body: { healthy: false } });
  expect(JSON.stringify(health.body)).toContain('{"name":"state","healthy":false');
  const log = scene.stage.host.logs().join('\n');
  expect(log).toMatch(/error getRollout .*ECONNREFUSED/);
  expect(log).not.toMatch(/AccountKey|SharedKey [^*[]|sig=/);
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

describe('with a secret in every place that takes one', () => {
  let stage: PlantedScene;
  beforeAll(async () => {
    stage = await openPlantedScene();
  }, 120_000);
  afterAll(async () => {
    await stage[Symbol.asyncDispose]();
  });
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
    for (const channel of ['teams', 'slack', 'hook'])
      await logged(new RegExp(`the channel ${channel} `), from);
    stage.receiverAnswers(() => ({ status: 200, body: 'ok' }));
    await readAll(id);
  });

  test('an authority that quotes the client secret, and the assertion of a certificate', async () => {
    const { scene } = stage;
    await using authority = await startTlsEcho((request, url) =>
      request.url.includes('openid-configuration')
        ? { status: 200, headers: { 'content-type': 'application/json' }, body: metadataOf(url) }
        : { status: 401, headers: { 'content-type': 'application/json' }, body: refusalOf(request) },
    );
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'rampart' }]);
    const clientSecret = 'planted~client/secret+of-another==publisher';
    const { tenantId, clientId } = scene.stage.simulator;
    const common = { tenantId, clientId };
    const settings = settingsFor(scene.stage.simulator, scene.azurite.connectionString);
    const host = await startHostProcess({
      env: {
        ...settings,
        RAMPART_AUTHORITY: authority.url,
        NODE_EXTRA_CA_CERTS: await temporaryFile('authority.pem', authority.ca),
        RAMPART_PUBLISHERS: JSON.stringify([
          { name: 'quoted', ...common, credential: { kind: 'secret', clientSecret } },
          { name: 'certified', ...common, credential: { kind: 'certificate', pem: `${cert}\n${key}` } },
        ]),
      },
    });
    const said: string[] = [];
    for (const publisher of ['quoted', 'certified'])
      for (const [method, path, body] of [
        ['GET', 'health'],
        ['POST', 'rollouts', { publisher, ...(await scene.submit()), policyName: 'standard' }],
      ] as const) {
        const answer = await fetch(`${host.url}/api/${path}`, {
          method,
          headers: { 'x-functions-key': host.functionKey, 'content-type': 'application/json' },
          ...(body && { body: JSON.stringify(body) }),
        });
        said.push(`${answer.status} ${await answer.text()}`);
      }
    await host.kill();
    const forms = authority.heard.map(({ body }) => new URLSearchParams(body));
    const assertions = forms.flatMap((form) => form.getAll('client_assertion'));
    expect(forms.some((form) => form.get('client_secret') === clientSecret)).toBe(true);
    expect(assertions.length).toBeGreaterThan(0);
    const planted = new Map([
      ['clientSecret', clientSecret],
      ['privateKey', key.split('\n')[2] ?? ''],
      ...assertions.map((assertion, index): [string, string] => [`assertion ${index}`, assertion]),
    ]);
    const { connectionString } = scene.azurite;
    const kept = [...(await everyRow(connectionString)), ...(await everyMessage(connectionString))];
    expect(leaksIn([...said, ...host.logs(), ...kept], planted)).toEqual([]);
    expect(said.join()).toContain('invalid_client');
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
      for (const method of ['GET', 'POST'])
        await stage.send(method, path, method === 'POST' ? {} : undefined);
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
});

const metadataOf = (url: string): string =>
  JSON.stringify({
    token_endpoint: `${url}/oauth2/v2.0/token`,
    authorization_endpoint: `${url}/oauth2/v2.0/authorize`,
    jwks_uri: `${url}/discovery/v2.0/keys`,
    issuer: `${url}/v2.0`,
  });

/** Entra's own form, with more in it than Entra says. */
function refusalOf(request: Heard): string {
  const secrets = [...new URLSearchParams(request.body)].filter(([name]) => /secret|assertion/.test(name));
  const values = secrets.map(([, value]) => value);
  return JSON.stringify({
    error: 'invalid_client',
    error_description: `AADSTS7000215: Invalid client secret provided: ${values.join(' ')} ${quoted(request, values)}`,
    error_codes: [7_000_215],
  });
}
