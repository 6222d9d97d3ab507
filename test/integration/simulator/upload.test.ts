import { BlockBlobClient } from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { TimeLapseClock } from '../../support/timeLapseClock.ts';
import { zipOf } from '../../support/zipOf.ts';
import { type Caller, callerOf } from './storeClient.ts';

const hour = 3_600_000;
const fileName = 'App_1.1.0.0_x64.msix';
let simulator: Simulator;
let call: Caller;
let submissions: string;

beforeAll(async () => {
  const storage = inject('azurite').connectionString;
  simulator = await startSimulator({ storage, clock: new TimeLapseClock({ speed: 0 }) });
  call = await callerOf(simulator);
});
beforeEach(() => {
  const { applicationId, flights } = simulator.seedApplication({
    flights: [{ name: 'beta', packageVersion: '1.0.0.0' }],
  });
  submissions = `applications/${applicationId}/flights/${flights[0]?.flightId}/submissions`;
});
afterAll(() => simulator.close());

/** Creates a draft with one new package. Gives its path and its upload URL. */
async function draft(): Promise<{ path: string; uploadUrl: string }> {
  const { json } = await call('POST', submissions);
  const path = `${submissions}/${String(json.id)}`;
  const packages = Array.isArray(json.flightPackages) ? json.flightPackages : [];
  const body = { ...json, flightPackages: [...packages, { fileName, fileStatus: 'PendingUpload' }] };
  expect((await call('PUT', path, { body })).status).toBe(200);
  return { path, uploadUrl: String(json.fileUploadUrl) };
}

const upload = async (url: string, body: Buffer): Promise<number> => {
  const headers = { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/zip' };
  return (await fetch(url, { method: 'PUT', headers, body: new Uint8Array(body) })).status;
};

async function committed(path: string) {
  expect((await call('POST', `${path}/commit`)).status).toBe(200);
  simulator.advanceClock(6 * hour);
  return (await call('GET', path)).json;
}

describe('the upload URL', () => {
  test('is a blob SAS of the storage, with the permissions of the Store', async () => {
    const { uploadUrl } = await draft();
    const { pathname, searchParams } = new URL(uploadUrl);
    expect(pathname).toMatch(/\/ingestion\/[0-9a-f-]{36}$/);
    expect(Object.fromEntries(searchParams)).toMatchObject({ sr: 'b', sp: 'rwl' });
    const hours = (Date.parse(searchParams.get('se') ?? '') - Date.now()) / hour;
    expect(hours).toBeCloseTo(24, 1);
  });

  test('takes the archive, whose packages are published with a version', async () => {
    const { path, uploadUrl } = await draft();
    expect(await upload(uploadUrl, zipOf({ [fileName]: 'package' }))).toBe(201);
    const json = await committed(path);
    expect(json.status).toBe('Published');
    expect(json.flightPackages).toMatchObject([
      { version: '1.0.0.0' },
      { version: '1.1.0.0', fileStatus: 'Uploaded', id: expect.stringMatching(/^\d{19}$/) },
    ]);
  });

  test('takes the archive in blocks, as the library of Azure sends it', async () => {
    const { path, uploadUrl } = await draft();
    const archive = zipOf({ [fileName]: Buffer.alloc(300_000, 7) });
    const client = new BlockBlobClient(uploadUrl);
    await client.uploadData(archive, { blockSize: 100_000, maxSingleShotSize: 1 });
    expect((await committed(path)).status).toBe('Published');
  });

  test.each([
    ['nothing is there', undefined, 'MissingFiles'],
    ['the file is missing', zipOf({ 'other.msix': 'package' }), 'MissingFiles'],
    ['it is no archive', Buffer.from('package'), 'InvalidArchive'],
  ])('fails the commit where %s', async (_what, archive, code) => {
    const { path, uploadUrl } = await draft();
    if (archive) expect(await upload(uploadUrl, archive)).toBe(201);
    expect(await committed(path)).toMatchObject({
      status: 'CommitFailed',
      statusDetails: { errors: [{ code }] },
    });
  });

  test('refuses the upload once it has expired, and reading the draft gives no other', async () => {
    simulator.replaceFaults([
      { match: { method: 'POST', path: 'submissions$' }, fault: { kind: 'expiredSas' } },
    ]);
    const { path, uploadUrl } = await draft();
    expect(await upload(uploadUrl, zipOf({ [fileName]: 'package' }))).toBe(403);
    expect((await call('GET', path)).json.fileUploadUrl).toBe(uploadUrl);
  });

  test('is given anew on reading the draft where the toggle says so', async () => {
    simulator.replaceFaults([
      { match: { method: 'POST', path: 'submissions$' }, fault: { kind: 'expiredSas' } },
    ]);
    simulator.setToggles({ expiredUploadUrl: 'reissuedOnGet' });
    const { path } = await draft();
    const renewed = String((await call('GET', path)).json.fileUploadUrl);
    simulator.setToggles({ expiredUploadUrl: 'keptOnGet' });
    expect(await upload(renewed, zipOf({ [fileName]: 'package' }))).toBe(201);
  });

  test('is not part of the state', async () => {
    await draft();
    expect(JSON.stringify(simulator.state())).not.toContain('sig=');
  });
});
