import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { TimeLapseClock } from '../../support/timeLapseClock.ts';
import { type Caller, callerOf } from './storeClient.ts';

const hour = 3_600_000;
let simulator: Simulator;
let call: Caller;
let applicationId: string;
let flightId: string;
let flight: string;

beforeAll(async () => {
  simulator = await startSimulator({ clock: new TimeLapseClock({ speed: 0 }) });
});
beforeEach(async () => {
  simulator.clearFaults();
  call = await callerOf(simulator);
  const seeded = simulator.seedApplication({ flights: [{ name: 'beta', packageVersion: '1.0.0.0' }] });
  applicationId = seeded.applicationId;
  flightId = seeded.flights[0]?.flightId ?? '';
  flight = `applications/${applicationId}/flights/${flightId}`;
});
afterAll(() => simulator.close());

/** A submission in the middle of its rollout at 5 %. */
function rollingOut(): string {
  const seed = { applicationId, flightId, packageVersion: '1.1.0.0', rolloutPercentage: 5 };
  const { submissionId } = simulator.seedSubmission(seed);
  simulator.advanceClock(6 * hour);
  return `${flight}/submissions/${submissionId}`;
}

describe('applications and flights', () => {
  test('an application looks as it does on the wire', async () => {
    const { status, json, text } = await call('GET', `applications/${applicationId}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ id: applicationId, PackageFamilyName: expect.stringContaining('_') });
    expect(json.firstPublishedDate).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
    expect(text).toMatch(
      /"lastPublishedApplicationSubmission":\{"id":"\d{19}","resourceLocation":"applications\/9N\w+\/submissions\/\d+"\}/,
    );
    expect(text).not.toContain('pendingApplicationSubmission');
  });

  test('a flight says where its submissions are, relative to the application', async () => {
    const { json } = await call('GET', flight);
    expect(json).toMatchObject({ flightId, friendlyName: 'beta', rankHigherThan: 'Non-flighted submission' });
    expect(json.lastPublishedFlightSubmission).toMatchObject({
      resourceLocation: expect.stringMatching(new RegExp(`^flights/${flightId}/submissions/\\d+$`)),
    });
  });

  test('routes are found in any case, and with a slash before the query', async () => {
    const path = `Applications/${applicationId.toLowerCase()}/ListFlights/?top=2`;
    expect((await call('GET', path)).json).toMatchObject({ totalCount: 1 });
  });

  test('lists go by pages', async () => {
    for (const friendlyName of ['two', 'three']) {
      await call('POST', `applications/${applicationId}/flights`, { body: { friendlyName, groupIds: [7] } });
    }
    const first = await call('GET', `applications/${applicationId}/listflights?top=2`);
    expect(first.json).toMatchObject({ totalCount: 3, value: { length: 2 } });
    expect(first.json['@nextLink']).toBe(`applications/${applicationId}/listflights/?skip=2&top=2`);
    const second = await call('GET', String(first.json['@nextLink']));
    expect(second.json).toMatchObject({ totalCount: 3, value: [{ friendlyName: 'three', groupIds: ['7'] }] });
    expect(second.json).not.toHaveProperty('@nextLink');
  });

  test('a flight is created without submissions, and deleted', async () => {
    const created = await call('POST', `applications/${applicationId}/flights`, {
      body: { FriendlyName: 'x' },
    });
    expect(created.json).toMatchObject({ friendlyName: 'x', groupIds: [] });
    expect(created.json).not.toHaveProperty('lastPublishedFlightSubmission');
    const path = `applications/${applicationId}/flights/${String(created.json.flightId)}`;
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
  });
});

describe('a submission over HTTP', () => {
  test('is created, updated, committed and published', async () => {
    const created = await call('POST', `${flight}/submissions`);
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({
      flightId,
      status: 'PendingCommit',
      targetPublishDate: '1601-01-01T00:00:00.0000000Z',
      fileUploadUrl: expect.stringContaining('sr=b'),
    });
    expect(created.text).toContain('"packageRolloutPercentage":0,');
    const path = `${flight}/submissions/${String(created.json.id)}`;
    const body = {
      ...created.json,
      packageDeliveryOptions: { packageRollout: { isPackageRollout: true, packageRolloutPercentage: 5 } },
    };
    expect((await call('PUT', path, { body })).status).toBe(200);
    expect(await call('POST', `${path}/Commit`)).toMatchObject({
      status: 200,
      text: '{"status":"CommitStarted"}',
    });
    simulator.advanceClock(6 * hour);
    expect((await call('GET', `${path}/status`)).json).toMatchObject({ status: 'Published' });
    expect((await call('GET', `${path}/packagerollout`)).json).toMatchObject({
      isPackageRollout: true,
      packageRolloutPercentage: 5,
      packageRolloutStatus: 'PackageRolloutInProgress',
    });
  });

  test('an application submission round-trips its listing', async () => {
    const created = await call('POST', `applications/${applicationId}/submissions`);
    const path = `applications/${applicationId}/submissions/${String(created.json.id)}`;
    const put = await call('PUT', path, { body: created.json });
    expect(put).toMatchObject({ status: 200, json: created.json });
    expect(Object.keys(put.json).slice(0, 4)).toEqual(['id', 'applicationCategory', 'pricing', 'visibility']);
    expect(put.json.statusDetails).toMatchObject({ warnings: [{ code: 'SalesUnsupportedWarning' }] });
    expect((await call('DELETE', path)).status).toBe(204);
  });

  test('the minimal response leaves out the packages', async () => {
    const { json } = await call('POST', `${flight}/submissions?isMinimalResponse=true`);
    expect(json).toMatchObject({ status: 'PendingCommit' });
    expect(json).not.toHaveProperty('flightPackages');
  });

  test.each([
    ['no content type', { 'content-type': 'text/plain' }, undefined, 'Only JSON content is accepted'],
    ['an object', {}, {}, 'The size of Listings must be 1 or more'],
  ])('is not created with %s', async (_what, headers, body, message) => {
    simulator.setToggles({ contentTypeDemanded: 'posts' });
    const answer = await call('POST', `${flight}/submissions`, { headers, body });
    simulator.setToggles({ contentTypeDemanded: 'never' });
    expect(answer).toMatchObject({ status: 400, json: { code: 'InvalidParameterValue', message } });
  });

  test('is created without a content type, as one real client does it', async () => {
    const { status, json } = await call('POST', `${flight}/submissions`, {
      headers: { 'content-type': 'text/plain' },
    });
    expect(status).toBe(201);
    expect((await call('DELETE', `${flight}/submissions/${String(json.id)}`)).status).toBe(204);
  });

  test('is created with the JSON null for a body', async () => {
    expect((await call('POST', `${flight}/submissions`, { body: null })).status).toBe(201);
  });

  test('a second pending one is a 409 in the envelope of the Store', async () => {
    await call('POST', `${flight}/submissions`);
    const { status, json } = await call('POST', `${flight}/submissions`);
    expect(status).toBe(409);
    expect(json).toEqual({
      code: 'InvalidState',
      data: [],
      details: [],
      message: 'Create submission failed, status code Conflict, reason phrase Conflict',
      source: 'Ingestion Api',
      target: 'submission',
    });
  });

  test('null members are shown where the toggle says so', async () => {
    simulator.setToggles({ nullMembers: 'present' });
    const { text } = await call('GET', `applications/${applicationId}`);
    simulator.setToggles({ nullMembers: 'omitted' });
    expect(text).toContain('"pendingApplicationSubmission":null');
  });
});

describe('a rollout over HTTP', () => {
  test('is raised by a query parameter, and finalized', async () => {
    const path = rollingOut();
    const raised = await call('POST', `${path}/updatepackagerolloutpercentage?percentage=33.3`);
    expect(raised).toMatchObject({ status: 200, json: { packageRolloutPercentage: 33.3 } });
    const finalized = await call('POST', `${path}/FinalizePackageRollout`);
    expect(finalized.json).toEqual({
      isPackageRollout: true,
      packageRolloutPercentage: 100,
      packageRolloutStatus: 'PackageRolloutComplete',
      fallbackSubmissionId: expect.stringMatching(/^\d{19}$/),
    });
  });

  test('is halted once and for all', async () => {
    const path = rollingOut();
    expect((await call('POST', `${path}/haltpackagerollout`)).json).toMatchObject({
      packageRolloutPercentage: 0,
      packageRolloutStatus: 'PackageRolloutStopped',
    });
    expect((await call('POST', `${path}/haltpackagerollout`)).status).toBe(409);
  });

  test('answers changes with the status that the toggle says', async () => {
    const path = rollingOut();
    simulator.setToggles({ successStatus: 204 });
    const answer = await call('POST', `${path}/updatepackagerolloutpercentage?percentage=10`);
    simulator.setToggles({ successStatus: 200 });
    expect(answer).toMatchObject({ status: 204, text: '' });
  });
});

describe('every answer', () => {
  test('carries a correlation id, the caller’s own where it sent one', async () => {
    const answered = await call('GET', 'applications');
    expect(answered.headers.get('ms-correlationid')).toMatch(/^[0-9a-f-]{36}$/);
    const echoed = await call('GET', 'applications', { headers: { 'MS-CorrelationId': 'mine' } });
    expect(echoed.headers.get('ms-correlationid')).toBe('mine');
  });

  test('is logged', async () => {
    simulator.clearRequests();
    await call('GET', 'applications?top=1', { headers: { 'MS-CorrelationId': 'logged' } });
    await call('GET', 'nothing');
    expect(simulator.requests()).toMatchObject([
      { method: 'GET', path: '/v1.0/my/applications?top=1', status: 200, correlationId: 'logged' },
      { path: '/v1.0/my/nothing', status: 404 },
    ]);
    const [, second] = simulator.requests();
    expect(simulator.requests(second?.index)).toHaveLength(1);
  });
});

describe('faults over HTTP', () => {
  const once = (fault: Parameters<Simulator['addFaults']>[0][number]['fault'], path = 'submissions') =>
    simulator.replaceFaults([{ match: { path }, fault }]);

  test('429 in the words of the gateway, with and without Retry-After', async () => {
    once({ kind: 'status429', seconds: 14 });
    const plain = await call('GET', `${flight}/submissions/1`);
    expect(plain).toMatchObject({
      status: 429,
      json: { statusCode: 429, message: 'Rate limit is exceeded. Try again in 14 seconds.' },
    });
    expect(plain.headers.get('retry-after')).toBeNull();
    once({ kind: 'status429', seconds: 2, retryAfter: 'seconds' });
    expect((await call('GET', `${flight}/submissions/1`)).headers.get('retry-after')).toBe('2');
    once({ kind: 'status429', seconds: 60, retryAfter: 'date' });
    const date = (await call('GET', `${flight}/submissions/1`)).headers.get('retry-after') ?? '';
    expect(Date.parse(date)).toBeGreaterThan(Date.now() + 50_000);
  });

  test.each([
    ['status500', 500],
    ['status503', 503],
    ['gateway504', 504],
    ['emptyNotFound', 404],
  ] as const)('%s answers %i and applies nothing', async (kind, status) => {
    once({ kind });
    expect((await call('POST', `${flight}/submissions`)).status).toBe(status);
    expect((await call('GET', flight)).json).not.toHaveProperty('pendingFlightSubmission');
  });

  test('gateway504Applied answers 504 although it applied', async () => {
    const path = rollingOut();
    once({ kind: 'gateway504Applied' }, 'finalizepackagerollout');
    expect((await call('POST', `${path}/finalizepackagerollout`)).status).toBe(504);
    expect((await call('GET', `${path}/packagerollout`)).json).toMatchObject({
      packageRolloutStatus: 'PackageRolloutComplete',
    });
  });

  test.each([false, true])('dropConnection breaks the connection (applied: %s)', async (applied) => {
    const path = rollingOut();
    once({ kind: 'dropConnection', applied }, 'haltpackagerollout');
    await expect(call('POST', `${path}/haltpackagerollout`)).rejects.toThrow('fetch failed');
    expect((await call('GET', `${path}/packagerollout`)).json).toMatchObject({
      packageRolloutStatus: applied ? 'PackageRolloutStopped' : 'PackageRolloutInProgress',
    });
  });

  test('malformedBody breaks the JSON off', async () => {
    once({ kind: 'malformedBody' }, 'applications');
    await expect(call('GET', `applications/${applicationId}`)).rejects.toThrow(SyntaxError);
  });

  test('expiredToken refuses the token from then on', async () => {
    once({ kind: 'expiredToken' });
    expect((await call('GET', `${flight}/submissions/1`)).status).toBe(401);
    expect((await call('GET', flight)).status).toBe(401);
    const renewed = await callerOf(simulator);
    expect((await renewed('GET', flight)).status).toBe(200);
  });

  test('slow answers late', async () => {
    once({ kind: 'slow', delayMs: 60 }, 'applications');
    const before = performance.now();
    expect((await call('GET', `applications/${applicationId}`)).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThanOrEqual(55);
  });

  test.each([
    ['commitRevertsToPending', 'PendingCommit'],
    ['stuckCommitStarted', 'CommitStarted'],
  ] as const)('%s leaves the submission in %s', async (kind, status) => {
    const created = await call('POST', `${flight}/submissions`);
    const path = `${flight}/submissions/${String(created.json.id)}`;
    once({ kind }, '/commit$');
    expect((await call('POST', `${path}/commit`)).json).toEqual({ status: 'CommitStarted' });
    simulator.advanceClock(24 * hour);
    expect((await call('GET', `${path}/status`)).json).toMatchObject({ status });
  });
});

describe('throttling', () => {
  test('lets so many requests through a minute', async () => {
    await using own = await startSimulator({ toggles: { requestsPerMinute: 2, retryAfter: 'seconds' } });
    const ownCall = await callerOf(own);
    const statuses = [];
    for (let index = 0; index < 3; index += 1) statuses.push((await ownCall('GET', 'applications')).status);
    expect(statuses).toEqual([200, 200, 429]);
    const { json, headers } = await ownCall('GET', 'applications');
    const seconds = Number(headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(50);
    expect(json).toEqual({
      statusCode: 429,
      message: `Rate limit is exceeded. Try again in ${seconds} seconds.`,
    });
  });
});

test('analytics are served with their capitals', async () => {
  const day = simulator.clock.now().toISOString().slice(0, 10);
  const query = new URLSearchParams({
    applicationId,
    startDate: '2020-01-01',
    endDate: day,
    groupby: 'packageVersion',
  });
  const failures = await call('GET', `analytics/failurehits?${query}`);
  expect(failures).toMatchObject({
    status: 200,
    json: { Value: expect.any(Array), TotalCount: expect.any(Number) },
  });
  expect((await call('GET', `analytics/usagedaily?${query}`)).status).toBe(200);
  expect((await call('GET', 'analytics/usagedaily')).json).toMatchObject({ source: 'AnalyticsAPI' });
});
