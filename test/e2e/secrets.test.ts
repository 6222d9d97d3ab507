import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables } from '../../src/shared/state/tables.ts';
import { hour } from '../support/builders.ts';
import { openDeliveryScene } from '../support/deliveryScene.ts';
import { openScene, type Scene } from '../support/scene.ts';

/** I7: no secret in a log, a journal entry, a table, a response or an error. */

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
  said.push(...scene.stage.host.logs(), ...(await tableRows(scene.azurite.connectionString)));

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
  const said = [...delivering.stage.host.logs(), ...(await tableRows(delivering.azurite.connectionString))];
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

async function tableRows(connectionString: string): Promise<string[]> {
  const tables = openTables({ kind: 'connectionString', connectionString });
  const rows: string[] = [];
  for (const table of Object.values(tables))
    for await (const row of table.listEntities()) rows.push(JSON.stringify(row));
  return rows;
}
