import { randomUUID } from 'node:crypto';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { createPackageContainer } from '../../../../src/shared/packages/container.ts';
import { PackageStorageUnavailableError } from '../../../../src/shared/packages/errors.ts';
import { receivePackage } from '../../../../src/shared/usecases/delivery/receivePackage.ts';
import type { Ports } from '../../../../src/shared/usecases/ports.ts';
import { applicationId, flightId, policyDocument, start } from '../../../support/builders.ts';
import { stubPorts } from '../ports.ts';

/** An archive in the container and the request beside it become a delivery, by their names alone. */

const notAsked = () => {
  throw new Error('Receiving a package asks neither the Store nor telemetry.');
};

let container: ContainerClient;
let ports: Ports;
let logged: string[];
/** What was asked of the container, as `stat a/b.zip`. */
let asked: string[];

const log = {
  info: (sentence: string) => logged.push(`info: ${sentence}`),
  error: (sentence: string) => logged.push(`error: ${sentence}`),
};

beforeAll(async () => {
  const { connectionString } = inject('azurite');
  const name = `packages-${randomUUID()}`;
  container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(name);
  await container.create();
  const packages = createPackageContainer({ kind: 'connectionString', connectionString }, name);
  ports = {
    ...(await stubPorts()),
    clock: { now: () => start },
    halts: { send: notAsked },
    packages: {
      ...packages,
      stat: (blob, ...rest) => {
        asked.push(`stat ${blob}`);
        return packages.stat(blob, ...rest);
      },
      readText: (blob, ...rest) => {
        asked.push(`readText ${blob}`);
        return packages.readText(blob, ...rest);
      },
      read: (blob, ...rest) => {
        asked.push(`read ${blob.name}`);
        return packages.read(blob, ...rest);
      },
    },
    telemetry: notAsked,
    publishers: {
      names: ['contoso'],
      storeOf: notAsked,
      submissionStoreOf: notAsked,
      budgetOf: notAsked,
    },
  };
});

beforeEach(() => {
  logged = [];
  asked = [];
});

const put = (name: string, content: string) =>
  container.getBlockBlobClient(name).upload(content, Buffer.byteLength(content));

/** A folder of an application of its own: `{applicationId}/{track}`. */
let applications = 0;
const folderOf = (track: string = flightId) => {
  applications += 1;
  return `9NBLGG${String(applications).padStart(6, '0')}/${track}`;
};
const request = (change: object = {}) =>
  JSON.stringify({ requestId: 'build-1', policyName: 'mine', ...change });

test('not a byte of the archive is read: its name says where it goes, and its request the rest', async () => {
  const folder = folderOf();
  await put(`${folder}/Notes 2.0.zip`, 'as many gigabytes as there may be');
  await put(`${folder}/Notes 2.0.json`, request());
  const id = await receivePackage(ports, `${folder}/Notes 2.0.zip`, log);
  expect(id).toBe(`${folder.replace('/', '.')}.build-1`);
  expect(new Set(asked)).toEqual(
    new Set([`stat ${folder}/Notes 2.0.zip`, `readText ${folder}/Notes 2.0.json`]),
  );
  const stored = await ports.deliveries.get(id ?? '');
  expect(stored?.delivery).toMatchObject({
    flightId,
    phase: 'checking',
    ask: { packages: [`${folder}/Notes 2.0.zip`] },
  });
});

test('the track production has no flight', async () => {
  const folder = folderOf('production');
  await put(`${folder}/Notes.zip`, 'bytes');
  await put(`${folder}/Notes.json`, request());
  const id = await receivePackage(ports, `${folder}/Notes.json`, log);
  expect((await ports.deliveries.get(id ?? ''))?.delivery.flightId).toBeUndefined();
});

test('a flight in capitals is the same flight', async () => {
  const folder = folderOf(flightId.toUpperCase());
  await put(`${folder}/Notes.zip`, 'bytes');
  await put(`${folder}/Notes.json`, request());
  expect(await receivePackage(ports, `${folder}/Notes.zip`, log)).toBe(
    `${folder.split('/')[0]}.${flightId}.build-1`,
  );
});

test.each([
  'Notes.zip',
  `${applicationId}/Notes.zip`,
  `${applicationId}/beta/Notes.zip`,
  `${applicationId}/production/deeper/Notes.zip`,
  `${applicationId}/production/Notes.msix`,
  `${applicationId}/production/.zip.txt`,
  `x${applicationId}/production/Notes.zip`,
  `../${applicationId}/production/Notes.zip`,
])('nothing is asked for a name that does not fit: %s', async (name) => {
  expect(await receivePackage(ports, name, log)).toBeUndefined();
  expect(asked).toEqual([]);
  expect(logged).toEqual([]);
});

test('each of the two waits for the other, and says so', async () => {
  const folder = folderOf();
  await put(`${folder}/A.zip`, 'bytes');
  await put(`${folder}/B.json`, request());
  expect(await receivePackage(ports, `${folder}/A.zip`, log)).toBeUndefined();
  expect(await receivePackage(ports, `${folder}/B.json`, log)).toBeUndefined();
  expect(logged).toEqual([
    `info: ${folder}/A.zip waits for ${folder}/A.json.`,
    `info: ${folder}/B.json waits for ${folder}/B.zip.`,
  ]);
});

test('the same again is the same delivery; another one on its track is told in the log', async () => {
  const folder = folderOf();
  await put(`${folder}/A.zip`, 'bytes');
  await put(`${folder}/A.json`, request());
  const id = await receivePackage(ports, `${folder}/A.zip`, log);
  expect(await receivePackage(ports, `${folder}/A.json`, log)).toBe(id);
  await put(`${folder}/A.zip`, 'bytes');
  expect(await receivePackage(ports, `${folder}/A.zip`, log)).toBe(id);

  await put(`${folder}/B.zip`, 'other bytes');
  await put(`${folder}/B.json`, request({ requestId: 'build-2' }));
  expect(await receivePackage(ports, `${folder}/B.zip`, log)).toBeUndefined();
  expect(logged.at(-1)).toContain(`${folder}/B.json is not taken on: Another submission is on its way`);

  await put(`${folder}/A.zip`, 'other bytes under the old name');
  expect(await receivePackage(ports, `${folder}/A.zip`, log)).toBeUndefined();
  expect(logged.at(-1)).toContain('asks for other packages. Give this one a requestId of its own.');
});

test.each<[string, string, string]>([
  ['what its path says', JSON.stringify({ policyName: 'mine', flightId }), 'flightId'],
  ['a policy that is none', request({ policyName: 'quick' }), 'There is no policy named "quick"'],
  ['mistakes', request({ policyName: undefined, policy: policyDocument({ checks: [] }) }), 'policy.checks'],
  ['more than 64 KiB', request({ notesForCertification: 'x'.repeat(70_000) }), '65536'],
])('a request with %s is told in the log, and trying again is of no use', async (_, text, says) => {
  const folder = folderOf();
  await put(`${folder}/A.zip`, 'bytes');
  await put(`${folder}/A.json`, text);
  expect(await receivePackage(ports, `${folder}/A.json`, log)).toBeUndefined();
  expect(logged).toEqual([expect.stringMatching(/^error: .* is not taken on: /)]);
  expect(logged[0]).toContain(says);
});

test('a storage that does not answer is no mistake of the request: the event has to come again', async () => {
  const cut: Ports = {
    ...ports,
    packages: {
      ...ports.packages,
      readText: () => Promise.reject(new PackageStorageUnavailableError('The storage does not answer.')),
    },
  };
  await expect(receivePackage(cut, `${folderOf()}/A.zip`, log)).rejects.toThrow(
    PackageStorageUnavailableError,
  );
});
