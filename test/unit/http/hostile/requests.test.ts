import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { expectCivil } from '../../../support/hostile/answers.ts';
import {
  type Beginning,
  beginningsOf,
  hostileSecrets,
  hostileSettings,
  knownId,
} from '../../../support/hostile/beginnings.ts';
import { anyJson, buried, edits, hostileJson } from '../../../support/hostile/json.ts';
import {
  hostileForm,
  hostileHeaders,
  hostileQuery,
  hostileSegment,
} from '../../../support/hostile/requests.ts';
import { holds } from '../../../support/hostile/runs.ts';
import { call, catchRoutes, type InProcessRequest, outOfReach } from '../../../support/hostile/world.ts';

/**
 * Every HTTP function that the app registers, in this process and up to the point where it would ask for anything
 * outside: whatever is sent, the answer is a problem document or the request is good.
 */

vi.mock('../../../../src/shared/wiring.ts', async (original) => {
  const wiring = await original<typeof import('../../../../src/shared/wiring.ts')>();
  return { ...wiring, wire: (config: Parameters<typeof wiring.wire>[0]) => outOfReach(wiring.wire(config)) };
});

const secret = 'hostile-client-secret';
const id = '00000000-0000-0000-0000-000000000001';
const credential = { kind: 'secret', clientSecret: secret };
const settings = {
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  RAMPART_PUBLISHERS: JSON.stringify([{ name: 'contoso', tenantId: id, clientId: id, credential }]),
  ...hostileSettings,
};
for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);

// There are many routes, and the machine may have other things to do.
vi.setConfig({ testTimeout: 120_000 });

const routes = catchRoutes();
beforeAll(async () => {
  await import('../../../../src/index.ts');
});

type Route = (typeof routes)[number];
const beginnings = (route: Route) => beginningsOf(route, { rolloutId: knownId });
/** With a body, and with what belongs to one. */
const withBody = ({ params, headersFor }: Beginning, body: string | Uint8Array): InProcessRequest => ({
  params,
  body,
  headers: headersFor(body),
});
const valid = (beginning: Beginning) => withBody(beginning, JSON.stringify(beginning.body));

/** Sends it to every function of these methods, and demands a civil answer of each. */
async function toAll(methods: readonly string[], requestsFor: (route: Route) => Iterable<InProcessRequest>) {
  for (const route of routes.filter(({ method }) => methods.includes(method)))
    for (const { body, ...request } of requestsFor(route)) {
      // The platform drops the body of a GET, and says so on the console.
      const sent = { ...request, ...(route.method !== 'GET' && body !== undefined && { body }) };
      expectCivil({ to: route.name, ...sent }, await call(route, sent), [secret, ...hostileSecrets]);
    }
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
}

const writes = ['POST', 'PUT', 'PATCH', 'DELETE'];
const all = ['GET', ...writes];

test('the app registers functions to test, and a valid request passes the look at the input', async () => {
  expect(routes.length).toBeGreaterThan(10);
  for (const route of routes.filter(({ method }) => writes.includes(method)))
    for (const beginning of beginnings(route)) {
      const answer = await call(route, valid(beginning));
      const isOver =
        answer.reached !== undefined || answer.status < 300 || answer.contentType?.startsWith('text/html');
      expect({ to: route.name, ...beginning.params, ...answer, isOver }).toMatchObject({ isOver: true });
    }
});

describe('whatever the body is, no function fails and none answers at length:', () => {
  test('a valid one with things done to it', async () => {
    await holds(
      fc.asyncProperty(edits, (changes) =>
        toAll(writes, (route) =>
          beginnings(route).map((beginning) => withBody(beginning, hostileJson(beginning.body, changes))),
        ),
      ),
      120,
    );
  });

  test.each<[string, fc.Arbitrary<string | Uint8Array>]>([
    ['any JSON', anyJson],
    ['any form', hostileForm],
    ['any bytes', fc.uint8Array({ maxLength: 200 })],
  ])(
    '%s',
    async (_, bodies) => {
      await holds(
        fc.asyncProperty(bodies, (body) =>
          toAll(writes, (route) =>
            beginnings(route).flatMap((beginning) => {
              const request = withBody(beginning, body);
              const form = { ...request.headers, 'content-type': 'application/x-www-form-urlencoded' };
              return [request, { ...request, headers: form }];
            }),
          ),
        ),
        60,
      );
    },
    30_000,
  );

  const toBeginnings = (bodies: readonly string[]) =>
    toAll(writes, (route) =>
      beginnings(route).flatMap((beginning) => bodies.map((body) => withBody(beginning, body))),
    );

  test.each([100, 1_000, 10_000, 100_000])('%i levels deep', (levels) =>
    toBeginnings([
      buried('', levels),
      buried('0', levels, true),
      '['.repeat(levels),
      `{"reason":${buried('', levels)}}`,
      `{"samples":${buried('', levels)}}`,
      `{"type":"alert.firing","data":{"labels":${buried('"a"', levels, true)}}}`,
      `{"alerts":${buried('', levels)},"data":${buried('0', levels, true)}}`,
    ]),
  );

  test.each([1, 8, 64, 513, 2_049])('%i KiB of it', (kib) =>
    toBeginnings([
      JSON.stringify({ reason: 'x'.repeat(kib * 1_024) }),
      `{${Array.from({ length: kib * 100 }, (_, index) => `"k${index}":0`).join(',')}}`,
      `[${'{},'.repeat(kib * 300)}0]`,
      ' '.repeat(kib * 1_024),
      '9'.repeat(kib * 1_024),
    ]),
  );
});

test('whatever the path’s parameters are, no function fails', async () => {
  await holds(
    fc.asyncProperty(hostileSegment, (segment) =>
      toAll(all, (route) =>
        beginnings(route).map((beginning) => {
          const names = Object.keys({ id: '', ...beginning.params });
          return {
            ...valid(beginning),
            params: Object.fromEntries(names.map((name) => [name, decoded(segment)])),
          };
        }),
      ),
    ),
    80,
  );
});

/** As the platform hands it over. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

test('whatever the query is, no function fails', async () => {
  await holds(
    fc.asyncProperty(hostileQuery, (query) =>
      toAll(all, (route) => beginnings(route).map((beginning) => ({ ...valid(beginning), query }))),
    ),
    80,
  );
});

test('whatever the headers are, no function fails', async () => {
  await holds(
    fc.asyncProperty(hostileHeaders, (headers) =>
      toAll(all, (route) =>
        beginnings(route).flatMap((beginning) => {
          const request = valid(beginning);
          return [
            { ...request, headers: { ...headers, ...request.headers } },
            { ...request, headers: { ...request.headers, ...headers } },
          ];
        }),
      ),
    ),
    80,
  );
});
