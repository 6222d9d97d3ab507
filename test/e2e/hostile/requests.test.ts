import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { policyDocument } from '../../support/builders.ts';
import { forFile } from '../../support/forFile.ts';
import { type Beginning, beginningsOf, type HostileRoute } from '../../support/hostile/beginnings.ts';
import { anyJson, buried, edits, hostileJson } from '../../support/hostile/json.ts';
import { hostileForm, hostileHeaders, hostileQuery, hostileSegment } from '../../support/hostile/requests.ts';
import { holds } from '../../support/hostile/runs.ts';
import { openHostileScene } from '../../support/hostile/scene.ts';
import { routesOf, type Sent } from '../../support/hostile/wire.ts';
import { type Submitted, untilPublished } from '../../support/scene.ts';

/** Every HTTP function of the running app, as the host lists them, under requests that well-meaning clients do not send. */

const hostile = await forFile(openHostileScene());
const { scene, canary, send } = hostile;
afterEach(() => hostile.expectWell());

const routes = await routesOf(scene.stage.host);
/** A rollout for each function, because some of what is sent is good and ends it. */
const rollouts = new Map<string, Submitted & { id: string }>();
for (const name of new Set(routes.map((route) => route.name))) {
  const submitted = await scene.submit();
  const { id } = await scene.start(submitted);
  rollouts.set(name, { ...submitted, id });
}
await scene.pass(untilPublished);

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

async function sendAll(requests: Iterable<Sent>): Promise<void> {
  for (const request of requests) await send(request);
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
      20,
    );
  });

  test.each<[string, fc.Arbitrary<string>, Record<string, string>]>([
    ['any JSON', anyJson, {}],
    ['any form', hostileForm, { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('%s', async (_, bodies, headers) => {
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
  });

  const large = 3 * 1_024 * 1_024;
  const bomb = gzipSync(Buffer.alloc(100 * 1_024 * 1_024));
  const chunks = () => Readable.from(Array.from({ length: 48 }, () => Buffer.alloc(large / 48, ' ')));
  test.each<[string, () => Pick<Sent, 'body' | 'headers'>, readonly number[]]>([
    ['three megabytes', () => ({ body: ' '.repeat(large) }), [413]],
    ['three megabytes in chunks, of a length that nobody told', () => ({ body: chunks() }), [413]],
    ['100 000 levels', () => ({ body: buried('', 100_000) }), [400, 413]],
    [
      'a bomb that unpacks to a hundred megabytes',
      () => ({ body: bomb, headers: { 'content-encoding': 'gzip' } }),
      [400, 413, 415],
    ],
    ['UTF-16', () => ({ body: Buffer.from('{"reason":"x"}', 'utf16le'), headers: utf16 }), [400, 415]],
    ['bytes that are no UTF-8', () => ({ body: Uint8Array.from([0xff, 0xfe, 0x00, 0xc3, 0x28]) }), [400]],
    ['another type', () => ({ body: '{"reason":"x"}', headers: { 'content-type': 'text/plain' } }), [415]],
    ['nothing', () => ({ body: '' }), [400]],
  ])('%s', async (_, request, statuses) => {
    for (const route of routes.filter(isRead))
      for (const { path } of validRequestsFor(route))
        expect(statuses).toContain(await send({ method: route.method, path, ...request() }));
  });
});

/** Functions that look at the type and the form of their body before anything else. */
const isRead = ({ method, template }: HostileRoute): boolean =>
  method === 'POST' && !/^alerts\b/.test(template);
const utf16 = { 'content-type': 'application/json; charset=utf-16le' };

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
});

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
});

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
});

test.each(['HEAD', 'OPTIONS', 'TRACE', 'PUT', 'PATCH', 'PROPFIND', 'LOCK', 'QUERY', 'post', 'M-SEARCH'])(
  'the method %s that nobody registered is refused without a word',
  async (method) => {
    for (const route of routes.filter((each) => each.method !== method.toUpperCase()))
      for (const { path } of validRequestsFor(route).slice(0, 1))
        expect([400, 401, 404, 405]).toContain(await send({ method, path }));
  },
);

test('without a key, no input reaches a function that asks for one', async () => {
  const from = scene.stage.host.logs().length;
  for (const route of routes.filter(({ template }) => !template.startsWith('links')))
    for (const request of validRequestsFor(route).slice(0, 1))
      for (const key of ['', '__proto__', 'x'.repeat(9_000)])
        expect(await send({ ...request, headers: { ...request.headers, 'x-functions-key': key } })).toBe(401);
  expect(scene.stage.host.logs().slice(from).join('\n')).not.toContain('Executing');
});
