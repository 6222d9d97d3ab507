import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { createRequester } from '../../../src/shared/msstore/client.ts';
import { realRuntime } from '../../../src/shared/platform/runtime.ts';
import { unlimitedBudget } from '../../support/unlimitedBudget.ts';
import {
  applicationId,
  flight,
  flightId,
  inTurn,
  production,
  type Reply,
  ref,
  rollout,
  startScripted,
  submissionOfFlight,
} from './scriptedStore.ts';

const good: Reply = { body: rollout(25) };
const gatewayPage = '<html><h1>504 Gateway Time-out</h1></html>';

describe('a read', () => {
  const faults: [string, Reply][] = [
    ['a 408', { status: 408 }],
    ['a 429', { status: 429 }],
    ['a 500', { status: 500 }],
    ['a 503', { status: 503, body: 'Account service is experiencing issue' }],
    ['a 504 of the gateway', { status: 504, body: gatewayPage }],
    ['a dropped connection', 'drop'],
    ['a body that is cut', { body: '{"isPackageRollout":tr' }],
    ['a success without a body', { body: '' }],
  ];

  test.each(faults)('is tried again after %s', async (_, fault) => {
    await using scripted = await startScripted(inTurn(fault, good));
    expect(await scripted.store.getPackageRollout(ref)).toMatchObject({ percentage: 25 });
    expect(scripted.seen).toHaveLength(2);
    expect(scripted.waits).toEqual([1_000]);
  });

  it('is tried again after an attempt that takes too long', async () => {
    await using scripted = await startScripted(inTurn('tooLong', good));
    expect(await scripted.store.getPackageRollout(ref)).toMatchObject({ percentage: 25 });
    expect(scripted.events.map(({ status, attempt }) => [status, attempt])).toEqual([
      [undefined, 1],
      [200, 2],
    ]);
  });

  it('waits longer each time, and then gives up', async () => {
    await using scripted = await startScripted(inTurn({ status: 503 }));
    await expect(scripted.store.getPackageRollout(ref)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      transient: true,
      details: { operation: 'getPackageRollout', status: 503 },
    });
    expect(scripted.waits).toEqual([1_000, 2_000, 4_000]);
  });

  test.each([
    ['in seconds', { status: 429, headers: { 'retry-after': '7' } }, 7_000],
    [
      'as a date in the past',
      { status: 503, headers: { 'retry-after': 'Sat, 21 Nov 2020 12:00:30 GMT' } },
      0,
    ],
    [
      "in the gateway's words",
      {
        status: 429,
        body: '{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 14 seconds." }',
      },
      14_000,
    ],
    ['without measure, up to a cap', { status: 429, headers: { 'retry-after': '86400' } }, 60_000],
  ])('waits as long as the server asks: %s', async (_, throttled, wait) => {
    await using scripted = await startScripted(inTurn(throttled, good));
    await scripted.store.getPackageRollout(ref);
    expect(scripted.waits).toEqual([wait]);
  });

  it('ends with the time for the whole call', async () => {
    const clock = { now: 0 };
    const giveUp = new AbortController();
    const limits: number[] = [];
    const timeout = (ms: number) => {
      limits.push(ms);
      return giveUp.signal;
    };
    const script = () => {
      clock.now = 100;
      giveUp.abort();
      return 'hang' as const;
    };
    await using scripted = await startScripted(script, {
      retry: { attemptTimeoutMs: 60_000, totalTimeoutMs: 100 },
      runtime: { ...realRuntime, now: () => clock.now, random: () => 0, sleep: async () => {}, timeout },
    });
    await expect(scripted.store.getPackageRollout(ref)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
    });
    expect(scripted.seen).toHaveLength(1);
    expect(limits).toEqual([100]);
  });

  it('is not sent when the token has taken all the time', async () => {
    const clock = { now: 0 };
    const getToken = async () => {
      clock.now = 1_000;
      return 'token';
    };
    await using scripted = await startScripted(inTurn(good), {
      publisher: { tokens: { getToken, drop: () => {} } },
      runtime: { ...realRuntime, now: () => clock.now, random: () => 0, sleep: async () => {} },
      retry: { totalTimeoutMs: 1_000 },
    });
    await expect(scripted.store.getPackageRollout(ref)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      effect: 'none',
      message: 'Could not read the package rollout: the time for this call is used up.',
    });
    expect(scripted.seen).toEqual([]);
  });

  test.each([
    [400, 'StoreRejectedError'],
    [403, 'StoreAuthenticationError'],
    [404, 'StoreNotFoundError'],
    [409, 'StoreConflictError'],
  ])('is not tried again after a %i', async (status, name) => {
    await using scripted = await startScripted(inTurn({ status }));
    await expect(scripted.store.getPackageRollout(ref)).rejects.toMatchObject({ name, transient: false });
    expect(scripted.seen).toHaveLength(1);
  });

  it('of a success with another shape names the difference, and is not tried again', async () => {
    await using scripted = await startScripted(inTurn({ body: { isPackageRollout: 'yes' } }));
    await expect(scripted.store.getPackageRollout(ref)).rejects.toMatchObject({
      name: 'StoreContractError',
      transient: false,
      issues: expect.arrayContaining([expect.stringContaining('isPackageRollout')]),
    });
    expect(scripted.seen).toHaveLength(1);
  });

  it('takes a body only up to a bound', async () => {
    await using scripted = await startScripted(inTurn({ body: `"${'x'.repeat(17 * 1024 * 1024)}"` }));
    await expect(scripted.store.getPackageRollout(ref)).rejects.toMatchObject({
      name: 'StoreContractError',
      issues: ['the body is too long'],
    });
  });

  it("ends with the caller's own reason when it is aborted", async () => {
    const abort = new AbortController();
    const reason = new Error('shutting down');
    const script = () => {
      abort.abort(reason);
      return 'hang' as const;
    };
    await using scripted = await startScripted(script);
    await expect(scripted.store.getPackageRollout(ref, { abortSignal: abort.signal })).rejects.toBe(reason);
  });

  test('a Store that is not there is unavailable', async () => {
    const scripted = await startScripted(inTurn(good), { retry: { attempts: 1 } });
    await scripted[Symbol.asyncDispose]();
    await expect(scripted.store.getPackageRollout(ref)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      effect: 'none',
    });
  });
});

describe('the token', () => {
  it('is replaced once after a 401, and the request replayed', async () => {
    await using scripted = await startScripted(inTurn({ status: 401 }, good));
    await scripted.store.getPackageRollout(ref);
    expect(scripted.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    expect(scripted.dropped).toEqual(['token-1']);
    expect(scripted.waits).toEqual([]);
  });

  it('that is refused leaves a change that is to be sent once to its caller, who may have something else in mind by now', async () => {
    await using scripted = await startScripted(({ method }) => (method === 'GET' ? good : { status: 401 }));
    await expect(scripted.store.finalizePackageRollout(ref, { once: true })).rejects.toMatchObject({
      name: 'StoreAuthenticationError',
    });
    expect(scripted.seen).toHaveLength(1);
    expect(scripted.dropped).toEqual(['token-1']);
  });

  it('that is refused again must be mended by somebody', async () => {
    await using scripted = await startScripted(inTurn({ status: 401 }));
    await expect(scripted.store.haltPackageRollout(ref)).rejects.toMatchObject({
      name: 'StoreAuthenticationError',
      transient: false,
    });
    expect(scripted.seen).toHaveLength(2);
  });
});

describe('every request', () => {
  it('of one call carries the same correlation id, and another call another', async () => {
    await using scripted = await startScripted(inTurn({ status: 503 }, good));
    await scripted.store.getPackageRollout(ref);
    await scripted.store.getPackageRollout(ref);
    const [first, second, third] = scripted.seen.map(({ headers }) => headers['ms-correlationid']);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it("reads the Store's correlation id back, for errors and for the observer", async () => {
    const headers = { 'MS-CorrelationId': 'their-guid' };
    await using scripted = await startScripted(inTurn({ status: 404, headers }));
    await expect(scripted.store.getPackageRollout(ref)).rejects.toMatchObject({
      details: { correlationId: 'their-guid' },
    });
    expect(scripted.events).toEqual([
      {
        operation: 'getPackageRollout',
        method: 'GET',
        status: 404,
        attempt: 1,
        durationMs: expect.any(Number),
        correlationId: 'their-guid',
      },
    ]);
  });

  it('with an id of the wrong form is not sent', async () => {
    await using scripted = await startScripted(inTurn(good));
    const wrong = { ...ref, submissionId: '1/commit' };
    await expect(scripted.store.getSubmission(wrong)).rejects.toMatchObject({ name: 'StoreRejectedError' });
    await expect(scripted.store.getApplication('../x')).rejects.toMatchObject({ name: 'StoreRejectedError' });
    await expect(scripted.store.updateRolloutPercentage(ref, 101)).rejects.toMatchObject({
      name: 'StoreRejectedError',
    });
    expect(scripted.seen).toEqual([]);
  });
});

describe('a track', () => {
  it('of a flight is the flight', async () => {
    const body = { flightId, friendlyName: 'ring 1', pendingFlightSubmission: { id: '1152921504621215786' } };
    await using scripted = await startScripted(inTurn({ body }));
    expect(await scripted.store.getTrack(flight)).toEqual({
      lastPublishedSubmissionId: undefined,
      pendingSubmissionId: '1152921504621215786',
    });
    expect(scripted.calls()).toEqual([`GET applications/${applicationId}/flights/${flightId}`]);
  });

  it('of production is the application', async () => {
    const body = { id: applicationId, lastPublishedApplicationSubmission: { id: '1152921504621215786' } };
    await using scripted = await startScripted(inTurn({ body }));
    expect(await scripted.store.getTrack(production)).toMatchObject({
      lastPublishedSubmissionId: '1152921504621215786',
    });
    expect(scripted.calls()).toEqual([`GET applications/${applicationId}`]);
  });
});

describe('the list of flights', () => {
  const list = `applications/${applicationId}/listflights`;
  const flightOf = (name: string) => ({ flightId, friendlyName: name });

  it('follows the links, which are relative to /v1.0/my/', async () => {
    const first = { value: [flightOf('one')], '@nextLink': `${list}/?skip=1&top=1`, totalCount: 2 };
    await using scripted = await startScripted(
      inTurn({ body: first }, { body: { value: [flightOf('two')] } }),
    );
    const flights = await scripted.store.listFlights(applicationId);
    expect(flights.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(scripted.calls()).toEqual([`GET ${list}?top=100`, `GET ${list}?skip=1&top=1`]);
  });

  test.each([
    'https://elsewhere.example/x',
    '//elsewhere.example/x',
    '../../token',
    'applications/9NBLGGH4R316/listflights',
  ])('does not carry the token to %s', async (nextLink) => {
    await using scripted = await startScripted(inTurn({ body: { value: [], '@nextLink': nextLink } }));
    await expect(scripted.store.listFlights(applicationId)).rejects.toMatchObject({
      name: 'StoreContractError',
    });
    expect(scripted.seen).toHaveLength(1);
  });

  it('is empty for an application without flights, which the Store answers with 404', async () => {
    await using scripted = await startScripted(inTurn({ status: 404 }, { body: { id: applicationId } }));
    expect(await scripted.store.listFlights(applicationId)).toEqual([]);
  });

  it('of an application that does not exist is an error', async () => {
    await using scripted = await startScripted(inTurn({ status: 404 }));
    await expect(scripted.store.listFlights(applicationId)).rejects.toMatchObject({
      name: 'StoreNotFoundError',
    });
  });

  it('ends although the links go in a circle', async () => {
    const circle = { value: [flightOf('one')], '@nextLink': `${list}?skip=0` };
    await using scripted = await startScripted(inTurn({ body: circle }));
    await expect(scripted.store.listFlights(applicationId)).rejects.toMatchObject({
      issues: ['more than 50 pages'],
    });
  });
});

test('a production submission is addressed without a flight', async () => {
  await using scripted = await startScripted(inTurn(good));
  await scripted.store.getPackageRollout({ ...ref, track: production });
  await scripted.store.getPackageRollout(ref);
  expect(scripted.calls()).toEqual([
    `GET applications/${applicationId}/submissions/${ref.submissionId}/packagerollout`,
    `GET ${submissionOfFlight}/packagerollout`,
  ]);
});

test('a query is encoded so that every server reads it alike', async () => {
  await using scripted = await startScripted(inTurn({ body: {} }));
  const publisher = { tokens: { getToken: async () => 'token', drop: () => {} } };
  const requester = createRequester({ publisher, baseUrl: scripted.url, budget: unlimitedBudget });
  const query = { filter: "market eq 'US'", name: 'a+b&c' };
  const request = { operation: 'getAnalytics', method: 'GET', path: 'analytics/failurehits', query } as const;
  await requester.read(requester.begin(), request, z.unknown());
  expect(scripted.calls()).toEqual([
    'GET analytics/failurehits?filter=market%20eq%20%27US%27&name=a%2Bb%26c',
  ]);
});
