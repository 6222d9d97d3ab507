import { generate } from 'selfsigned';
import { expect, test } from 'vitest';
import { hour } from '../support/builders.ts';
import { openDeliveryScene } from '../support/deliveryScene.ts';
import { forFile } from '../support/forFile.ts';
import { startHostProcess } from '../support/hostProcess.ts';
import { openScene } from '../support/scene.ts';
import { type Heard, quoted, startTlsEcho } from '../support/secrets/echo.ts';
import { everyMessage, everyRow, leaksIn } from '../support/secrets/leaks.ts';
import { temporaryFile } from '../support/secrets/plantedScene.ts';
import { settingsFor } from '../support/stage.ts';

/**
 * I7: no secret in a log, a journal entry, a table, a queue, a response or an error.
 *
 * What is promised: whatever Rampart was given in its settings, was handed by the authority or the Store, or hands out itself
 * (tokens, upload URLs, links) stays inside, also where a service says it again. Of what people and senders write, that which
 * has the shape of a secret (the signature of a URL, a bearer token, a JWT, a client secret with its name) is taken out
 * of a reason before it is kept; a password has no shape, and stays where somebody wrote it.
 */

const scene = await forFile(openScene());

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

test('an authority that quotes the client secret, and the assertion of a certificate', async () => {
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

// The last one: there is no state afterwards.
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
