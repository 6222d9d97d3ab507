import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBody } from '../../local/httpMessages.ts';
import type { HostProcess } from '../../support/hostProcess.ts';
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

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${host.url}/api/${path}`, { headers });

test('a binary body arrives and leaves as it is', async () => {
  const body = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);
  const response = await fetch(`${host.url}/api/echo`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-test' },
  });
  expect(response.status).toBe(201);
  expect(response.headers.get('content-type')).toBe('application/x-test');
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(body);
});

test('a body over the limit of the platform is 413', async () => {
  const tooLarge = request(`${host.url}/api/echo`, {
    method: 'POST',
    headers: { 'content-length': 100 * 1024 * 1024 + 1 },
  });
  tooLarge.flushHeaders();
  const [response] = await once(tooLarge, 'response');
  tooLarge.destroy();
  expect(response.statusCode).toBe(413);
});

test('a body without a declared length is refused, and answered, once it is over the limit', async () => {
  const server = createServer((incoming, response) => {
    readBody(incoming, 1024).then(
      () => response.end('read'),
      (error: unknown) => response.end(error instanceof Error ? error.name : 'unknown'),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const sending = request({ port: typeof address === 'object' ? address?.port : 0, method: 'POST' });
  sending.write(Buffer.alloc(2048));
  const [response] = await once(sending, 'response');
  const body = await readBody(response);
  sending.destroy();
  server.close();
  expect(body.toString()).toBe('BodyTooLargeError');
});

describe('routes', () => {
  test.each([
    { path: 'items/7', functionName: 'item', params: { id: '7' } },
    { path: 'ITEMS/newest', functionName: 'newestItem', params: {} },
    { path: 'items/a%20b', functionName: 'item', params: { id: 'a b' } },
    { path: 'pages/3', functionName: 'page', params: { number: '3' } },
    { path: 'pages', functionName: 'page', params: {} },
    { path: 'files/a/b.txt', functionName: 'file', params: { path: 'a/b.txt' } },
  ])('$path is $functionName', async ({ path, functionName, params }) => {
    expect(await (await get(path)).json()).toMatchObject({ functionName, params });
  });

  test('query and headers reach the function; a repeated query value is a list', async () => {
    const response = await get('items/7?a=1&b=2&b=3', { 'x-example': 'yes' });
    expect(await response.json()).toMatchObject({ query: { a: '1', b: '2,3' }, header: 'yes' });
  });

  test.each(['items', 'pages/first', 'unknown', 'items/7/8'])('%s is 404', async (path) => {
    const response = await get(path);
    expect([response.status, await response.text()]).toEqual([404, '']);
  });

  test('a path without its prefix is 404', async () => {
    expect((await fetch(`${host.url}/items/7`)).status).toBe(404);
  });

  test('a method that no function has for the path is 404', async () => {
    expect((await fetch(`${host.url}/api/items/7`, { method: 'DELETE' })).status).toBe(404);
  });
});

describe('keys', () => {
  test.each([
    { path: 'silent', key: 'none', status: 204 },
    { path: 'forKey', key: 'none', status: 401 },
    { path: 'forKey', key: 'wrong', status: 401 },
    { path: 'forKey', key: 'function', status: 200 },
    { path: 'forKey', key: 'master', status: 200 },
    { path: 'forMaster', key: 'function', status: 401 },
    { path: 'forMaster', key: 'master', status: 200 },
  ])('$path with key $key is $status', async ({ path, key, status }) => {
    const keys: Record<string, string> = {
      none: '',
      wrong: 'no',
      function: host.functionKey,
      master: host.masterKey,
    };
    const byHeader = await get(path, { 'x-functions-key': keys[key] ?? '' });
    const byQuery = await get(`${path}?code=${keys[key]}`);
    expect([byHeader.status, byQuery.status]).toEqual([status, status]);
    if (status === 401) expect(await byHeader.text()).toBe('');
  });
});

test('an error that a handler throws is 500 without a body, and logged with its stack', async () => {
  const response = await get('throwing');
  expect([response.status, await response.text()]).toEqual([500, '']);
  const line = await host.logged(/the handler threw this/);
  expect(line).toMatch(/^\S+ error throwing Executed 'Functions\.throwing' \(Failed.*\\n {4}at .*http\.ts/);
});

test('a handler that returns nothing is 204', async () => {
  expect((await get('silent')).status).toBe(204);
});

test('cookies are set with their attributes', async () => {
  expect((await get('cookies')).headers.getSetCookie()).toEqual([
    'a=1%202; Path=/; SameSite=Strict; HttpOnly',
    'b=3; Max-Age=60',
  ]);
});

test.each([
  { body: '', expected: [] },
  { body: '"one text"', expected: ['one text'] },
  { body: '{"one":"object"}', expected: ['{"one":"object"}'] },
  { body: '["a text",{"and":"an object"}]', expected: ['a text', '{"and":"an object"}'] },
])('an extra output set to "$body" puts $expected.length messages beside the response', async (one) => {
  const response = await fetch(`${host.url}/api/enqueue`, { method: 'POST', body: one.body });
  expect(response.status).toBe(202);
  const puts = await contents(queues.results);
  expect(puts).toEqual(one.expected);
  await queues.results.clearMessages();
});

describe('hooks', () => {
  test('a preInvocation hook replaces the inputs, a postInvocation hook the result', async () => {
    const response = await get('hooked');
    expect([response.status, await response.text()]).toEqual([202, 'replaced input']);
  });

  test('a postInvocation hook may still log', async () => {
    await get('hooked');
    await host.logged(/information hooked said by a hook/);
    expect(host.logs().filter((line) => /warning hooked/.test(line))).toEqual([]);
  });

  test('a log hook changes what the app says', async () => {
    await get('logging');
    expect(await host.logged(/is 1$/)).toMatch(/information logging the \[hidden\] is 1$/);
  });
});

describe('logs', () => {
  test('an entry is one line', async () => {
    await get('logging');
    expect(await host.logged(/first line/)).toMatch(/ warning logging first line\\nsecond line$/);
  });

  test('a log call after the end of its invocation is reported', async () => {
    await get('logging');
    expect(await host.logged(/said too late/)).toMatch(/information logging/);
    expect(await host.logged(/Unexpected call to 'log'/)).toMatch(
      /warning logging .* Function name: logging/,
    );
  });

  test('what the app prints is logged', async () => {
    await get('printing');
    expect(await host.logged(/printed by the app/)).toMatch(/information console printed by the app$/);
  });
});
