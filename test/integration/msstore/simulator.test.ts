import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, test } from 'vitest';
import { createStoreClient, type StoreClient } from '../../../src/shared/msstore/client.ts';
import type { SubmissionRef, Track } from '../../../src/shared/msstore/model.ts';
import { bytesSource } from '../../../src/shared/packages/sources.ts';
import { realRuntime } from '../../../src/shared/platform/runtime.ts';
import type { FaultRuleInput } from '../../simulator/faults.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { unlimitedBudget } from '../../support/unlimitedBudget.ts';

let simulator: Simulator;
let store: StoreClient;
const waits: number[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ seed: 'store client', storage: inject('azurite').connectionString });
  const {
    tenantId,
    clientId,
    clientSecret,
    authority: authorityHost,
    caPem: tlsCa,
    url: baseUrl,
  } = simulator;
  store = createStoreClient({
    publisher: { tenantId, clientId, credential: { kind: 'secret', clientSecret }, authorityHost, tlsCa },
    baseUrl,
    retry: { attemptTimeoutMs: 5_000 },
    budget: unlimitedBudget,
    runtime: { ...realRuntime, random: () => 0, sleep: async (ms) => void waits.push(ms) },
  });
});
afterAll(async () => simulator?.close());
beforeEach(() => {
  simulator.clearFaults();
  simulator.clearRequests();
  waits.length = 0;
});

/** A ZIP with one stored file (PKWARE APPNOTE 4.3). */
function zipOf(fileName: string, content: string): Uint8Array {
  const name = Buffer.from(fileName);
  const data = Buffer.from(content);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(data), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(data.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, name, data]);
  const entry = Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000'), common, Buffer.alloc(14), name]);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}

function seedTracks(): { flight: Track; production: Track } {
  const seeded = simulator.seedApplication({ flights: [{ name: 'ring 1', packageVersion: '1.0.0.0' }] });
  const { applicationId } = seeded;
  const flightId = seeded.flights[0]?.flightId ?? '';
  return {
    flight: { kind: 'flight', applicationId, flightId },
    production: { kind: 'production', applicationId },
  };
}

/** A published submission of a new flight, with its rollout in progress. */
function seedRollout(rolloutPercentage = 5): SubmissionRef {
  const { flight } = seedTracks();
  const flightId = flight.kind === 'flight' ? flight.flightId : '';
  const { submissionId } = simulator.seedSubmission({
    applicationId: flight.applicationId,
    flightId,
    packageVersion: '2.0.0.0',
    rolloutPercentage,
  });
  simulator.advanceClock(24 * 3_600_000);
  return { track: flight, submissionId };
}

const posts = () => simulator.requests().filter(({ method }) => method === 'POST');
const at = (fault: FaultRuleInput['fault'], path: string): FaultRuleInput => ({ match: { path }, fault });

describe.each(['flight', 'production'] as const)('a submission of a %s track', (kind) => {
  it('goes from its creation to its finalized rollout', async () => {
    const track = seedTracks()[kind];
    const fileName = 'Contoso_2.0.0.0_x64.msix';
    const { ref, canUpload, status } = await store.createSubmission(track);
    expect({ canUpload, status }).toEqual({ canUpload: true, status: 'PendingCommit' });
    expect((await store.getTrack(track)).pendingSubmissionId).toBe(ref.submissionId);

    const updated = await store.updateSubmission(ref, {
      packageRollout: { percentage: 12.5 },
      addPackages: [{ fileName }],
    });
    expect(updated.packageRollout).toMatchObject({ enabled: true, percentage: 12.5 });
    expect(updated.packages.map(({ fileStatus }) => fileStatus)).toEqual(['Uploaded', 'PendingUpload']);
    await store.uploadPackages(ref, bytesSource(zipOf(fileName, 'package')));
    expect((await store.commitSubmission(ref)).status).toBe('CommitStarted');

    simulator.advanceClock(24 * 3_600_000);
    expect((await store.getSubmissionStatus(ref)).status).toBe('Published');
    expect((await store.getTrack(track)).lastPublishedSubmissionId).toBe(ref.submissionId);
    expect(await store.getPackageRollout(ref)).toMatchObject({
      status: 'PackageRolloutInProgress',
      percentage: 12.5,
    });
    expect(await store.updateRolloutPercentage(ref, 50)).toMatchObject({ percentage: 50 });
    expect(await store.finalizePackageRollout(ref)).toMatchObject({ status: 'PackageRolloutComplete' });
  });
});

describe('a draft', () => {
  it('can be deleted', async () => {
    const { production } = seedTracks();
    const { ref } = await store.createSubmission(production);
    await store.deleteSubmission(ref);
    await expect(store.getSubmission(ref)).rejects.toMatchObject({ name: 'StoreNotFoundError' });
    expect((await store.getTrack(production)).pendingSubmissionId).toBeUndefined();
  });

  it('cannot be created beside another', async () => {
    const { flight } = seedTracks();
    await store.createSubmission(flight);
    await expect(store.createSubmission(flight)).rejects.toMatchObject({
      name: 'StoreConflictError',
      reason: 'pendingSubmission',
    });
  });

  it('cannot be created while a rollout is in progress', async () => {
    const { track } = seedRollout();
    await expect(store.createSubmission(track)).rejects.toMatchObject({ reason: 'pendingSubmission' });
  });

  it('that a person has edited in Partner Center is not the API’s any more', async () => {
    const { production } = seedTracks();
    const { ref } = await store.createSubmission(production);
    simulator.partnerCenter('edit-draft', { applicationId: production.applicationId });
    await expect(store.commitSubmission(ref)).rejects.toMatchObject({
      name: 'StoreConflictError',
      reason: 'foreignSubmission',
    });
  });

  it('that inherited a rollout wants to be told what becomes of it', async () => {
    const published = seedRollout();
    await store.finalizePackageRollout(published);
    const { ref } = await store.createSubmission(published.track);
    await expect(store.updateSubmission(ref, {})).rejects.toMatchObject({ name: 'StoreRejectedError' });
    const updated = await store.updateSubmission(ref, { packageRollout: 'none' });
    expect(updated.packageRollout).toMatchObject({ enabled: false });
  });
});

describe('a rollout', () => {
  it('is halted', async () => {
    const ref = seedRollout();
    expect(await store.haltPackageRollout(ref)).toMatchObject({ status: 'PackageRolloutStopped' });
  });

  it('that is halted cannot be raised, and the 409 tells', async () => {
    const ref = seedRollout();
    await store.haltPackageRollout(ref);
    await expect(store.updateRolloutPercentage(ref, 50)).rejects.toMatchObject({
      name: 'StoreConflictError',
      reason: 'rolloutNotInProgress',
    });
  });

  it('at 100 % is not finalized', async () => {
    const ref = seedRollout();
    expect(await store.updateRolloutPercentage(ref, 100)).toMatchObject({
      status: 'PackageRolloutInProgress',
    });
  });

  test.each([
    ['a 504 that applied', { kind: 'gateway504Applied' }, 1],
    ['a dropped connection that applied', { kind: 'dropConnection', applied: true }, 1],
    ['a 504 that did not', { kind: 'gateway504' }, 2],
    ['a dropped connection that did not', { kind: 'dropConnection' }, 2],
    ['a 503', { kind: 'status503' }, 2],
    ['a 500', { kind: 'status500' }, 2],
    ['a 429 without a header', { kind: 'status429', seconds: 14 }, 2],
    ['a 429 with Retry-After in seconds', { kind: 'status429', seconds: 14, retryAfter: 'seconds' }, 2],
    ['a malformed answer', { kind: 'malformedBody' }, 1],
    ['a token that has expired', { kind: 'expiredToken' }, 2],
  ] as const)('is halted through %s', async (_, fault, sends) => {
    const ref = seedRollout();
    simulator.addFaults([at(fault, 'haltpackagerollout')]);
    expect(await store.haltPackageRollout(ref)).toMatchObject({ status: 'PackageRolloutStopped' });
    expect(posts()).toHaveLength(sends);
    if (fault.kind === 'status429') expect(waits).toEqual([14_000]);
  });

  it('is read through a fault of every kind', async () => {
    const ref = seedRollout(25);
    const kinds: readonly FaultRuleInput['fault'][] = [
      { kind: 'status503' },
      { kind: 'dropConnection' },
      { kind: 'malformedBody' },
    ];
    simulator.addFaults(
      kinds.map((fault, index) => ({ match: { path: 'packagerollout', nth: index + 1 }, fault })),
    );
    expect(await store.getPackageRollout(ref)).toMatchObject({ percentage: 25 });
  });
});

describe('a commit and a create', () => {
  test.each([['gateway504Applied'], ['gateway504']] as const)('survive a %s', async (kind) => {
    const { production } = seedTracks();
    simulator.addFaults([at({ kind }, 'submissions\\?isMinimalResponse')]);
    simulator.addFaults([at({ kind }, '/commit')]);
    const { ref } = await store.createSubmission(production);
    expect((await store.commitSubmission(ref)).status).not.toBe('PendingCommit');
    expect(posts()).toHaveLength(kind === 'gateway504Applied' ? 2 : 4);
  });
});

it('reads the application and its flights', async () => {
  const { flight } = seedTracks();
  const application = await store.getApplication(flight.applicationId);
  expect(application).toMatchObject({
    applicationId: flight.applicationId,
    packageFamilyName: expect.any(String),
  });
  expect((await store.listFlights(flight.applicationId)).map(({ name }) => name)).toEqual(['ring 1']);
});
