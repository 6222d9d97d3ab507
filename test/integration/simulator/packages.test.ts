import { Readable } from 'node:stream';
import { BlockBlobClient } from '@azure/storage-blob';
import { Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { FaultRuleInput } from '../../simulator/faults.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { defaultToggles } from '../../simulator/toggles.ts';
import { bigPackage, msix, msixbundle, msixupload } from '../../support/packagesOf.ts';
import { TimeLapseClock } from '../../support/timeLapseClock.ts';
import { zipOf } from '../../support/zipOf.ts';
import { type Caller, callerOf } from './storeClient.ts';

const hour = 3_600_000;
let simulator: Simulator;
let call: Caller;
let submissions: string;
let identity: { name: string; publisher: string; version: string; architecture: string };

beforeAll(async () => {
  const storage = inject('azurite').connectionString;
  simulator = await startSimulator({ storage, clock: new TimeLapseClock({ speed: 0 }) });
  call = await callerOf(simulator);
});
beforeEach(() => {
  simulator.clearFaults();
  simulator.setToggles(defaultToggles);
  const seeded = simulator.seedApplication({ flights: [{ name: 'beta', packageVersion: '1.0.0.0' }] });
  submissions = `applications/${seeded.applicationId}/flights/${seeded.flights[0]?.flightId}/submissions`;
  identity = { ...seeded.identity, version: '2.0.0.0', architecture: 'arm64' };
});
afterAll(() => simulator.close());

type Draft = { path: string; id: string; client: BlockBlobClient; put: Record<string, unknown> };

/** A draft with this new package and a rollout at 5 %, the old packages marked for deletion where it replaces them. */
async function draft(fileName: string, { replace = false } = {}): Promise<Draft> {
  const { json } = await call('POST', submissions);
  const path = `${submissions}/${String(json.id)}`;
  const old = (Array.isArray(json.flightPackages) ? json.flightPackages : []).map((one: object) => ({
    ...one,
    ...(replace && { fileStatus: 'PendingDelete' }),
  }));
  const { status, json: put } = await call('PUT', path, {
    body: {
      ...json,
      flightPackages: [...old, { fileName, fileStatus: 'PendingUpload' }],
      packageDeliveryOptions: { packageRollout: { isPackageRollout: true, packageRolloutPercentage: 5 } },
    },
  });
  expect(status).toBe(200);
  const client = new BlockBlobClient(String(json.fileUploadUrl).replaceAll('+', '%2B'));
  return { path, id: String(json.id), client, put };
}

async function committed({ path }: Pick<Draft, 'path'>) {
  expect((await call('POST', `${path}/commit`)).status).toBe(200);
  simulator.advanceClock(6 * hour);
  return (await call('GET', path)).json;
}

const once = (method: string, path: string, fault: FaultRuleInput['fault']) =>
  simulator.addFaults([{ match: { method, path }, fault }]);

const old = { version: '1.0.0.0' };

describe('the packages of an archive', () => {
  test.each([
    ['a package', 'App.msix', () => msix(identity)],
    ['a bundle', 'App.appxbundle', () => msixbundle(identity)],
    [
      'an upload file around a bundle',
      'sub/App.msixupload',
      () => msixupload({ 'A.msixbundle': msixbundle(identity) }),
    ],
    ['an upload file around a package', 'App.appxupload', () => msixupload({ 'A.msix': msix(identity) })],
  ])('%s is read by its manifest', async (_what, fileName, bytes) => {
    const one = await draft(fileName);
    await one.client.uploadData(zipOf({ [fileName]: bytes() }));
    const json = await committed(one);
    expect(json).toMatchObject({ status: 'Published' });
    expect(json.flightPackages).toMatchObject([old, { fileName, version: '2.0.0.0', architecture: 'arm64' }]);
  });

  test('a package that is compressed once more is read', async () => {
    const one = await draft('App.msix');
    const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
    await writer.add('App.msix', new Blob([new Uint8Array(msix(identity))]).stream());
    await one.client.uploadData(await writer.close());
    expect((await committed(one)).flightPackages).toMatchObject([old, { architecture: 'arm64' }]);
  });

  test('an archive that is streamed, and as big as you like, is read', async () => {
    const one = await draft('App.msix', { replace: true });
    const big = bigPackage({ fileName: 'App.msix', identity, bytes: 24 * 1024 * 1024 });
    await one.client.uploadStream(Readable.fromWeb(big), 4 * 1024 * 1024, 2);
    const json = await committed(one);
    expect(json.flightPackages).toMatchObject([{ version: '2.0.0.0', architecture: 'arm64' }]);
  });

  test('a package of another application fails preprocessing', async () => {
    const one = await draft('App.msix');
    await one.client.uploadData(zipOf({ 'App.msix': msix({ ...identity, name: 'Fabrikam.App' }) }));
    expect(await committed(one)).toMatchObject({
      status: 'PreProcessingFailed',
      statusDetails: {
        errors: [{ code: 'PackageValidationFailed', details: expect.stringContaining('Fabrikam.App') }],
      },
    });
  });

  test('an archive without a manifest fails as a package, and vanishes as an upload file', async () => {
    const failed = await draft('App.msix');
    await failed.client.uploadData(zipOf({ 'App.msix': zipOf({ 'readme.txt': 'hello' }) }));
    expect((await committed(failed)).status).toBe('PreProcessingFailed');
    expect((await call('DELETE', failed.path)).status).toBe(204);
    const dropped = await draft('App.msixupload');
    await dropped.client.uploadData(zipOf({ 'App.msixupload': zipOf({ 'readme.txt': 'hello' }) }));
    const json = await committed(dropped);
    expect(json).toMatchObject({ status: 'Published', statusDetails: { errors: [] } });
    expect(json.flightPackages).toMatchObject([old]);
    expect(json.flightPackages).toHaveLength(1);
  });

  test('a package without a ZIP around it is taken with 201, and ignored', async () => {
    const one = await draft('App.msix', { replace: true });
    const { _response } = await one.client.uploadData(msix(identity));
    expect(_response.status).toBe(201);
    const json = await committed(one);
    expect(json).toMatchObject({ status: 'Published', statusDetails: { errors: [] } });
    expect(json.flightPackages).toMatchObject([{ ...old, fileStatus: 'Uploaded' }]);
    expect(json.packageDeliveryOptions).toMatchObject({ packageRollout: { packageRolloutPercentage: 5 } });
  });

  test('a package without a ZIP around it fails the commit where the toggle says so', async () => {
    simulator.setToggles({ rawUpload: 'invalidArchive' });
    const one = await draft('App.msix');
    await one.client.uploadData(msix(identity));
    expect(await committed(one)).toMatchObject({
      status: 'CommitFailed',
      statusDetails: { errors: [{ code: 'InvalidArchive' }] },
    });
  });
});

describe('what is lost although it was answered with success', () => {
  const fileName = 'App_2.0.0.0_x64.msix';
  const rollout = (json: Record<string, unknown>) => json.packageDeliveryOptions;

  test('putIgnoresPackages answers with the draft as it is', async () => {
    once('PUT', 'submissions', { kind: 'putIgnoresPackages' });
    const { path, put } = await draft(fileName);
    expect(put.flightPackages).toMatchObject([old]);
    expect((await call('GET', path)).json.flightPackages).toHaveLength(1);
  });

  test('putIgnoresPackagesLater shows the packages until processing', async () => {
    once('PUT', 'submissions', { kind: 'putIgnoresPackagesLater' });
    const one = await draft(fileName);
    expect(one.put.flightPackages).toHaveLength(2);
    expect((await call('GET', one.path)).json.flightPackages).toHaveLength(2);
    await one.client.uploadData(zipOf({ [fileName]: 'package' }));
    expect((await committed(one)).flightPackages).toHaveLength(1);
  });

  test('putDropsRollout answers without the rollout', async () => {
    once('PUT', 'submissions', { kind: 'putDropsRollout' });
    const { put } = await draft(fileName);
    expect(rollout(put)).toMatchObject({ packageRollout: { isPackageRollout: false } });
    expect(put.flightPackages).toHaveLength(2);
  });

  test.each([
    [undefined, { isPackageRollout: false, packageRolloutPercentage: 0 }],
    [100, { isPackageRollout: true, packageRolloutPercentage: 100 }],
  ])('rolloutLostInProcessing shows the rollout in the draft only (%s)', async (percentage, after) => {
    once('PUT', 'submissions', {
      kind: 'rolloutLostInProcessing',
      ...(percentage !== undefined && { percentage }),
    });
    const one = await draft(fileName);
    await one.client.uploadData(zipOf({ [fileName]: 'package' }));
    expect(rollout((await call('GET', one.path)).json)).toMatchObject({
      packageRollout: { isPackageRollout: true, packageRolloutPercentage: 5 },
    });
    const json = await committed(one);
    expect(json.status).toBe('Published');
    expect(rollout(json)).toMatchObject({ packageRollout: after });
  });
});

test('certificationFailed ends with words of its own and a report', async () => {
  once('POST', '/commit$', { kind: 'certificationFailed', code: '1201', details: '10.1.2 It crashes.' });
  const one = await draft('App_2.0.0.0_x64.msix');
  await one.client.uploadData(zipOf({ 'App_2.0.0.0_x64.msix': 'package' }));
  expect(await committed(one)).toMatchObject({
    status: 'CertificationFailed',
    statusDetails: {
      errors: [{ code: '1201', details: '10.1.2 It crashes.' }],
      certificationReports: [{ reportUrl: expect.stringMatching(/^https:/), date: expect.any(String) }],
    },
  });
});

describe('a signature with a bare plus', () => {
  const literal = async () => {
    simulator.setToggles({ plusInSignature: 'literal' });
    const { json } = await call('POST', submissions);
    return String(json.fileUploadUrl);
  };
  const upload = async (url: string) => {
    const headers = { 'x-ms-blob-type': 'BlockBlob' };
    return (await fetch(url, { method: 'PUT', headers, body: 'bytes' })).status;
  };

  test('is in every upload URL where the toggle says so, whichever draft it is', async () => {
    const url = await literal();
    expect(/[?&]sig=([^&]+)/.exec(url)?.[1]).toMatch(/\+/);
    const { searchParams } = new URL(url);
    expect((Date.parse(searchParams.get('se') ?? '') - Date.now()) / hour).toBeCloseTo(24, 1);
  });

  test('is refused as it is, and taken with the plus encoded', async () => {
    const url = await literal();
    expect(await upload(url)).toBe(403);
    expect(await upload(url.replaceAll('+', '%2B'))).toBe(201);
  });
});

describe('the changes that were applied', () => {
  test('are told whatever was answered, with the upload that counted', async () => {
    const before = simulator.applied().length;
    once('POST', 'submissions$', { kind: 'gateway504Applied' });
    expect((await call('POST', submissions)).status).toBe(504);
    const [created] = simulator.applied().slice(before);
    const path = `${submissions}/${created?.submissionId}`;
    const { json } = await call('GET', path);
    const client = new BlockBlobClient(String(json.fileUploadUrl));
    await client.uploadData(zipOf({ 'first.msix': 'one' }));
    const { etag } = await client.uploadData(zipOf({ 'second.msix': 'two' }));
    once('POST', '/commit$', { kind: 'dropConnection', applied: true });
    await expect(call('POST', `${path}/commit`)).rejects.toThrow('fetch failed');
    expect((await call('POST', `${path}/commit`)).status).toBe(409);
    const changes = simulator.applied().slice(before);
    expect(changes.map(({ kind }) => kind)).toEqual(['create', 'commit']);
    expect(changes[1]).toMatchObject({
      submissionId: json.id,
      track: { flightId: json.flightId },
      blob: { etag, bytes: zipOf({ 'second.msix': 'two' }).length },
    });
  });

  test('are not told of what was refused', async () => {
    const before = simulator.applied().length;
    expect((await call('POST', `${submissions}/1/commit`)).status).toBe(404);
    expect((await call('DELETE', `${submissions}/1`)).status).toBe(404);
    expect(simulator.applied()).toHaveLength(before);
  });
});
