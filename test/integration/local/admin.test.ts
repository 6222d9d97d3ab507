import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HostProcess, startHostProcess } from '../../support/hostProcess.ts';
import { contents, createQueues, type FixtureQueues, startFixture } from './fixtureHost.ts';

let queues: FixtureQueues;
let host: HostProcess;
beforeAll(async () => {
  queues = await createQueues();
  host = await startFixture(queues);
});
afterAll(async () => {
  await host.kill();
});

const call = (method: string, path: string, body?: string, key = host.masterKey) =>
  fetch(`${host.url}/admin/${path}`, {
    method,
    headers: { 'x-functions-key': key },
    ...(body !== undefined && { body }),
  });

test.each(['host/status', 'functions'])('%s asks for the master key', async (path) => {
  expect((await call('GET', path, undefined, '')).status).toBe(401);
  expect((await call('GET', path, undefined, host.functionKey)).status).toBe(401);
});

test('the status says that the host runs', async () => {
  expect(await (await call('GET', 'host/status')).json()).toMatchObject({ state: 'Running' });
});

test('the functions are listed with their triggers', async () => {
  const functions: unknown = await (await call('GET', 'functions')).json();
  expect(functions).toContainEqual(
    expect.objectContaining({
      name: 'item',
      isDisabled: false,
      invoke_url_template: '/api/items/{id}',
      config: { bindings: expect.arrayContaining([expect.objectContaining({ type: 'httpTrigger' })]) },
    }),
  );
  expect(functions).toContainEqual(expect.objectContaining({ name: 'atStart', isDisabled: true }));
});

test('a function that is run is accepted at once, and gets the input', async () => {
  const response = await call('POST', 'functions/consume', '{"input":"{\\"by\\":\\"hand\\"}"}');
  expect(response.status).toBe(202);
  await host.logged(/Executed 'Functions\.consume' \(Succeeded/);
  const [result] = await contents(queues.results);
  expect(JSON.parse(result ?? '')).toMatchObject({ message: { by: 'hand' }, metadata: { dequeueCount: 1 } });
});

test.each([
  { path: 'functions/yearly?wait=true', body: '{}', status: 200 },
  { path: 'functions/yearly?wait=true', body: '', status: 200 },
  { path: 'functions/failing?wait=true', body: '{}', status: 500 },
  { path: 'functions/unknown', body: '{}', status: 404 },
  { path: 'functions/item', body: '{}', status: 400 },
  { path: 'functions/yearly', body: 'no JSON', status: 400 },
])('running $path with body "$body" is $status', async ({ path, body, status }) => {
  expect((await call('POST', path, body)).status).toBe(status);
});

test('run() rejects with the log of a function that failed', async () => {
  await expect(host.run('failing')).rejects.toThrow(/answered 500[\s\S]*the timer failed/);
});

test('an app without a local storage setting is refused in one line', async () => {
  const { AzureWebJobsStorage: _, ...env } = queues.settings;
  const starting = startHostProcess({
    appRoot: new URL('../../fixtures/app', import.meta.url).pathname,
    env,
  });
  await expect(starting).rejects.toThrow(/\nNo connection string in the setting/);
});
