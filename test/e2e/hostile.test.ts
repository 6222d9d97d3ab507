import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { BlobServiceClient } from '@azure/storage-blob';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { policyDocument } from '../support/builders.ts';
import { expectCivil } from '../support/hostileAnswers.ts';
import {
  type Beginning,
  beginningsOf,
  type HostileRoute,
  hostileSecrets,
  hostileSettings,
} from '../support/hostileBeginnings.ts';
import { anyJson, buried, edits, hostileJson, hostileTexts } from '../support/hostileJson.ts';
import { hostileForm, hostileHeaders, hostileQuery, hostileSegment } from '../support/hostileRequests.ts';
import { holds } from '../support/hostileRuns.ts';
import { firstAnswer, HostileClient, routesOf, type Sent, sendRaw } from '../support/hostileWire.ts';
import { openScene, type Scene, type Submitted } from '../support/scene.ts';

/**
 * Every HTTP function of the running app, as the host lists them, under requests of an enemy who has the function key. The
 * Store and the state are well all the time, so that nothing but the input can be to blame for an answer.
 */

let scene: Scene;
let client: HostileClient;
let routes: readonly HostileRoute[];
let canary: string;
/** A rollout for each function, because some of what is sent is good and ends it. */
const rollouts = new Map<string, Submitted & { id: string }>();
let secrets: string[];

beforeAll(async () => {
  scene = await openScene({
    ...hostileSettings,
    RAMPART_STORE_REQUESTS_PER_MINUTE: '1000',
    'AzureWebJobs.advanceSubmission.Disabled': 'true',
  });
  const { host, simulator } = scene.stage;
  client = new HostileClient(host);
  routes = await routesOf(host);
  secrets = [simulator.clientSecret, host.functionKey, host.masterKey, 'AccountKey', ...hostileSecrets];
  for (const { name } of routes) if (!rollouts.has(name)) rollouts.set(name, await started());
  canary = (await started()).id;
  await scene.pass(48 * 3_600_000);
}, 120_000);
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
});

async function started(): Promise<Submitted & { id: string }> {
  const submitted = await scene.submit();
  const { id } = await scene.start(submitted);
  return { ...submitted, id };
}

let logged = 0;
beforeEach(() => {
  logged = scene.stage.host.logs().length;
});

/** An ordinary request goes on as if nothing had been, and nothing failed inside. A polluted prototype would add a key to every body. */
afterEach(async () => {
  for (const command of ['pause', 'resume'])
    expect(
      await scene.api.send('POST', `rollouts/${canary}/${command}`, { reason: 'still there' }),
    ).toMatchObject({
      status: 200,
    });
  expect((await scene.api.rollout(canary)).phase).toBe('ramping');
  const failed = scene.stage.host
    .logs()
    .slice(logged)
    .filter((line) => /\(Failed, | error /.test(line));
  expect(failed).toEqual([]);
});

/** Where and what a function's valid requests are, about the rollout that is its own. */
function beginningsFor(route: HostileRoute): Beginning[] {
  const { id: rolloutId, ...submitted } = rollouts.get(route.name) ?? { id: canary };
  return beginningsOf(route, { rolloutId }).map((beginning) => {
    const { body } = beginning;
    const isStart = typeof body === 'object' && body !== null && 'submissionId' in body;
    return isStart ? { ...beginning, body: { ...body, ...submitted, policy: policyDocument() } } : beginning;
  });
}

const pathTo = ({ template }: HostileRoute, params: Readonly<Record<string, string>>): string =>
  `/api/${template.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? name)}`;

/** A request to each place of a function, with a body and what belongs to one. */
const requestsFor = (route: HostileRoute, bodyOf: (beginning: Beginning) => string | Uint8Array): Sent[] =>
  beginningsFor(route).map((beginning) => {
    const { method } = route;
    const path = pathTo(route, beginning.params);
    if (method === 'GET') return { method, path };
    const body = bodyOf(beginning);
    return { method, path, body, headers: beginning.headersFor(body) };
  });
const validRequestsFor = (route: HostileRoute) => requestsFor(route, ({ body }) => JSON.stringify(body));

async function sendCivil(sent: Sent): Promise<number> {
  const answer = await client.send(sent);
  expectCivil(sent, answer, secrets);
  return answer.status;
}

async function sendAll(requests: Iterable<Sent>): Promise<void> {
  for (const request of requests) await sendCivil(request);
}

const takesBody = ({ method }: HostileRoute): boolean => method !== 'GET';

test('the host lists functions to test', () => {
  expect(routes.filter(takesBody).length).toBeGreaterThan(5);
  expect(routes.filter((route) => !takesBody(route)).length).toBeGreaterThan(5);
});

describe('whatever the body is, nothing fails:', () => {
  test('a valid one with things done to it', async () => {
    await holds(
      fc.asyncProperty(edits, (changes) =>
        sendAll(
          routes
            .filter(takesBody)
            .flatMap((route) => requestsFor(route, ({ body }) => hostileJson(body, changes))),
        ),
      ),
      40,
    );
  }, 180_000);

  test.each<[string, fc.Arbitrary<string>, Record<string, string>]>([
    ['any JSON', anyJson, {}],
    ['any form', hostileForm, { 'content-type': 'application/x-www-form-urlencoded' }],
  ])(
    '%s',
    async (_, bodies, headers) => {
      await holds(
        fc.asyncProperty(bodies, (body) =>
          sendAll(
            routes
              .filter(takesBody)
              .flatMap((route) => requestsFor(route, () => body))
              .map((request) => ({ ...request, headers: { ...request.headers, ...headers } })),
          ),
        ),
        15,
      );
    },
    120_000,
  );

  const large = 3 * 1_024 * 1_024;
  const chunks = () => Readable.from(Array.from({ length: 48 }, () => Buffer.alloc(large / 48, ' ')));
  test.each<[string, () => Pick<Sent, 'body' | 'headers'>, readonly number[]]>([
    ['three megabytes', () => ({ body: ' '.repeat(large) }), [413]],
    ['three megabytes in chunks, of a length that nobody told', () => ({ body: chunks() }), [413]],
    ['100 000 levels', () => ({ body: buried('', 100_000) }), [400, 413]],
    [
      'a bomb that unpacks to a hundred megabytes',
      () => ({ body: gzipSync(Buffer.alloc(100 * 1_024 * 1_024)), headers: { 'content-encoding': 'gzip' } }),
      [400, 413, 415],
    ],
    ['UTF-16', () => ({ body: Buffer.from('{"reason":"x"}', 'utf16le'), headers: utf16 }), [400, 415]],
    ['bytes that are no UTF-8', () => ({ body: Uint8Array.from([0xff, 0xfe, 0x00, 0xc3, 0x28]) }), [400]],
    ['another type', () => ({ body: '{"reason":"x"}', headers: { 'content-type': 'text/plain' } }), [415]],
    ['nothing', () => ({ body: '' }), [400]],
  ])('%s', async (_, request, statuses) => {
    for (const route of routes.filter(isRead))
      for (const { path } of validRequestsFor(route))
        expect(statuses).toContain(await sendCivil({ method: route.method, path, ...request() }));
  });
});

/** Functions that look at the type and the form of their body before anything else. */
const isRead = ({ method, template }: HostileRoute): boolean =>
  method === 'POST' && !/^alerts\b/.test(template);
const utf16 = { 'content-type': 'application/json; charset=utf-16le' };

describe('what is taken is kept, and can be read again:', () => {
  const edges = ['0000-01-01T00:00:00+14:00', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59-14:00'];
  const longLabels = (value: string) =>
    Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`label${index}`, value.repeat(1_000)]));
  const post = async (path: string, body: unknown, headersFor?: Beginning['headersFor']) => {
    const text = JSON.stringify(body);
    return sendCivil({ method: 'POST', path: `/api/${path}`, body: text, headers: headersFor?.(text) ?? {} });
  };
  const alert = (data: object, rest: object = {}) => {
    const route = { name: 'receiveAlerts', method: 'POST', template: 'alerts/{format}' };
    const own = beginningsOf(route, { rolloutId: canary }).find(({ params }) => params.format === 'generic');
    const labels = { application: 'none' };
    const id = randomUUID();
    const timestamp = '2026-03-01T00:00:00Z';
    const body = { type: 'alert.firing', timestamp, ...rest, data: { id, title: 'x', labels, ...data } };
    return post('alerts/generic', body, own?.headersFor);
  };
  afterEach(async () => {
    for (const path of ['alerts', 'submissions', 'rollouts', `rollouts/${canary}/journal?pageSize=200`])
      expect(await sendCivil({ method: 'GET', path: `/api/${path}` })).toBe(200);
  });

  test.each(edges)('a pause, an alert and a submission of the time %s', async (time) => {
    await post(`rollouts/${canary}/pause`, { reason: 'x', until: time });
    await post(`rollouts/${canary}/resume`, { reason: 'x' });
    await alert({}, { timestamp: time });
    await alert({ startsAt: time });
    const { applicationId, flightId } = await scene.submit();
    const wish = { applicationId, flightId, packages: [await upload()], policyName: 'fast' };
    await post('submissions', { ...wish, requestId: 'date', publishMode: { date: time } });
    await post('submissions', { ...wish, requestId: 'from', mandatoryUpdate: { from: time } });
  });

  test('whatever a reason, the title of an alert and its labels are', async () => {
    for (const text of hostileTexts) {
      await post(`rollouts/${canary}/pause`, { reason: text });
      await post(`rollouts/${canary}/resume`, { reason: text });
      await alert({ id: text, title: text, labels: { [text]: text } });
    }
  });

  test('a policy and the labels of an alert that are long, and say at length why they do not meet', async () => {
    const policyOf = (rules: number) =>
      policyDocument({
        alerts: Array.from({ length: rules }, () => ({ match: longLabels('v'), do: 'hold' })),
      });
    const submitted = await scene.submit();
    expect(await post('rollouts', { ...submitted, policy: policyOf(2) })).toBe(400);
    const wish = { applicationId: submitted.applicationId, packages: [await upload()] };
    expect(await post('submissions', { ...wish, policy: policyOf(2) })).toBe(400);
    expect(await post('rollouts', { ...submitted, policy: policyOf(1) })).toBe(201);
    expect(await alert({ labels: longLabels('w') })).toBe(202);
  });

  async function upload(): Promise<string> {
    const service = BlobServiceClient.fromConnectionString(scene.azurite.connectionString);
    const container = service.getContainerClient('packages');
    await container.createIfNotExists();
    const name = `${randomUUID()}.zip`;
    await container.getBlockBlobClient(name).upload('PK', 2);
    return name;
  }
});

test('whatever stands in the path, nothing fails', async () => {
  await holds(
    fc.asyncProperty(hostileSegment, (segment) =>
      sendAll(
        routes
          .filter(({ template }) => template.includes('{'))
          .flatMap((route) =>
            validRequestsFor(route)
              .slice(0, 1)
              .map((request) => ({ ...request, path: pathTo(route, everything(segment)) })),
          ),
      ),
    ),
    40,
  );
}, 120_000);

const everything = (segment: string) => ({ id: segment, format: segment });

test('whatever the query is, nothing fails', async () => {
  await holds(
    fc.asyncProperty(hostileQuery, (query) =>
      sendAll(
        routes.flatMap((route) =>
          validRequestsFor(route)
            .slice(0, 2)
            .map((request) => ({ ...request, path: `${request.path}?${query}` })),
        ),
      ),
    ),
    25,
  );
}, 120_000);

test('whatever the headers are, nothing fails', async () => {
  await holds(
    fc.asyncProperty(hostileHeaders, (headers) =>
      sendAll(
        routes.flatMap((route) =>
          requestsFor(route, () => '{"reason":"')
            .slice(0, 1)
            .map((request) => ({ ...request, headers: { ...request.headers, ...headers } })),
        ),
      ),
    ),
    25,
  );
}, 120_000);

test.each(['HEAD', 'OPTIONS', 'TRACE', 'PUT', 'PATCH', 'PROPFIND', 'LOCK', 'QUERY', 'post', 'M-SEARCH'])(
  'the method %s that nobody registered is refused without a word',
  async (method) => {
    for (const route of routes.filter((each) => each.method !== method.toUpperCase()))
      for (const { path } of validRequestsFor(route).slice(0, 1))
        expect([400, 401, 404, 405]).toContain(await sendCivil({ method, path }));
  },
);

describe('whatever comes over the socket, the host stands:', () => {
  const key = () => `x-functions-key: ${scene.stage.host.functionKey}\r\n`;
  const headOf = (line: string, ...headers: string[]) =>
    `${line}\r\nHost: x\r\n${key()}${headers.map((each) => `${each}\r\n`).join('')}\r\n`;
  const post = () => `POST /api/rollouts/${canary}/halt HTTP/1.1`;
  const get = (path = `/api/rollouts/${canary}`) => `GET ${path} HTTP/1.1`;
  const json = 'Content-Type: application/json';
  const close = 'Connection: close';
  const many = (count: number, of: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => of(index));

  test.each<[string, () => string | Uint8Array]>([
    ['two lengths', () => `${headOf(post(), json, 'Content-Length: 2', 'Content-Length: 40')}{}`],
    [
      'a length and chunks',
      () => `${headOf(post(), json, 'Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\nGET /`,
    ],
    [
      'chunks in a coding of one’s own',
      () => `${headOf(post(), json, 'Transfer-Encoding: chunked, xchunked')}0\r\n\r\n`,
    ],
    ['a negative length', () => headOf(post(), json, 'Content-Length: -1')],
    ['a length that is no number', () => headOf(post(), json, 'Content-Length: 1e9')],
    ['a length without end', () => headOf(post(), json, `Content-Length: ${'9'.repeat(40)}`)],
    ['more promised than the platform takes', () => headOf(post(), json, close, 'Content-Length: 999999999')],
    ['more promised than sent', () => `${headOf(post(), json, 'Content-Length: 4000')}{"reason":`],
    [
      'a chunk without end',
      () => `${headOf(post(), json, 'Transfer-Encoding: chunked')}FFFFFFFFFFFFFFFF\r\n{`,
    ],
    [
      'a chunk with a mile of extensions',
      () => `${headOf(post(), json, 'Transfer-Encoding: chunked')}1;${'a'.repeat(100_000)}\r\n{\r\n0\r\n\r\n`,
    ],
    [
      'three hundred trailers',
      () =>
        `${headOf(post(), json, close, 'Transfer-Encoding: chunked')}2\r\n{}\r\n0\r\n${many(300, (index) => `x-t${index}: 1`).join('\r\n')}\r\n\r\n`,
    ],
    ['a thousand small headers', () => headOf(get(), close, ...many(1_000, (index) => `x-${index}: 1`))],
    ['three thousand headers of one name', () => headOf(get(), close, ...many(3_000, () => 'a:'))],
    [
      'headers of a megabyte',
      () => headOf(get(), close, ...many(1_000, (index) => `x-${index}: ${'v'.repeat(1_000)}`)),
    ],
    ['one header of a megabyte', () => headOf(get(), close, `x: ${'v'.repeat(1_000_000)}`)],
    ['a name of ten thousand letters', () => headOf(get(), close, `${'n'.repeat(10_000)}: v`)],
    [
      'fifty named keys',
      () => headOf(get(), close, ...many(50, (index) => `x-rampart-key: ${'k'.repeat(32)}${index}`)),
    ],
    [
      'two people',
      () => headOf(get(), close, ...many(2, () => 'x-ms-client-principal: eyJjbGFpbXMiOltdfQ==')),
    ],
    ['two function keys', () => headOf(get(), close, 'x-functions-key: other')],
    ['a header folded over two lines', () => headOf(get(), close, 'x-a: 1\r\n  2')],
    ['a header with NUL', () => headOf(get(), close, 'x-a: 1\0 2')],
    ['a header name with a space', () => headOf(get(), close, 'x a: 1')],
    ['a header without a colon', () => headOf(get(), close, 'nonsense')],
    [
      'header bytes beyond ASCII',
      () => Buffer.from(headOf(get(), close, 'x-a: \xff\xfe\x80', 'x-rampart-key: \xe9'), 'latin1'),
    ],
    ['no host', () => `${get()}\r\n${key()}\r\n`],
    ['two hosts', () => headOf(get(), close, 'Host: y')],
    ['a host that is none', () => `${get()}\r\nHost: a b:99999999\r\n${key()}${close}\r\n\r\n`],
    ['HTTP/1.0', () => headOf(`GET /api/rollouts/${canary} HTTP/1.0`)],
    ['HTTP/0.9', () => `GET /api/rollouts\r\n\r\n`],
    ['HTTP/9.9', () => headOf('GET / HTTP/9.9')],
    ['the beginning of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['the beginning of TLS', () => Uint8Array.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])],
    ['a whole URL for a path', () => headOf(get('http://evil.example/api/rollouts'), close)],
    ['a path with two slashes before', () => headOf(get('//evil.example/api/rollouts'), close)],
    ['a path of backslashes', () => headOf(get(String.raw`/api\rollouts\..\..\x`), close)],
    ['a path with raw bytes', () => Buffer.from(headOf(get('/api/rollouts/\xff\x80\xe9'), close), 'latin1')],
    ['a path of thirty thousand letters', () => headOf(get(`/api/rollouts/${'9'.repeat(30_000)}`), close)],
    ['a path of five thousand parts', () => headOf(get(`/api/${'a/'.repeat(5_000)}`), close)],
    ['an asterisk', () => headOf('OPTIONS * HTTP/1.1', close)],
    ['CONNECT', () => headOf('CONNECT evil.example:443 HTTP/1.1')],
    ['TRACE', () => headOf(`TRACE /api/rollouts/${canary} HTTP/1.1`, close)],
    ['an unknown method', () => headOf(`${'X'.repeat(500)} /api/rollouts HTTP/1.1`, close)],
    [
      'a WebSocket',
      () => headOf(get(), 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'),
    ],
    ['an expectation', () => `${headOf(post(), json, close, 'Content-Length: 2', 'Expect: 100-continue')}{}`],
    ['another expectation', () => headOf(post(), json, close, 'Content-Length: 0', 'Expect: the-unexpected')],
    [
      'one request hidden behind another',
      () => `${headOf(post(), json, 'Content-Length: 2')}{}${headOf(get(), close)}`,
    ],
    ['nothing but noise', () => '\0\r\n'.repeat(5_000)],
    ['nothing', () => ''],
  ])('%s', async (_, bytes) => {
    const answer = firstAnswer(await sendRaw(scene.stage.host.url, bytes()));
    // To break the connection is an answer as well.
    if (answer && answer.status >= 200) expectCivil(bytes().slice(0, 500), answer, secrets);
  });

  test('five hundred requests that break off in their middle leave room for others', async () => {
    const half = `${headOf(post(), json, 'Content-Length: 4000')}{"reason":"`;
    await Promise.all(many(500, () => half).map((each) => sendRaw(scene.stage.host.url, each)));
  });
});

test('without a key, no input reaches a function that asks for one', async () => {
  const from = scene.stage.host.logs().length;
  for (const route of routes.filter(({ template }) => !template.startsWith('links')))
    for (const request of validRequestsFor(route).slice(0, 1))
      for (const key of ['', '__proto__', 'x'.repeat(9_000)])
        expect(await sendCivil({ ...request, headers: { ...request.headers, 'x-functions-key': key } })).toBe(
          401,
        );
  expect(scene.stage.host.logs().slice(from).join('\n')).not.toContain('Executing');
});
