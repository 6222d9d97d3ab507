import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterEach, expect, inject, test } from 'vitest';
import type { HostProcess } from '../../support/hostProcess.ts';
import {
  closedGate,
  contents,
  createBlobs,
  type FixtureBlobs,
  startFixture,
  timesOf,
  upload,
} from './fixtureHost.ts';

const hosts: HostProcess[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.kill('SIGKILL')));
});

async function start(...args: Parameters<typeof startFixture>): Promise<HostProcess> {
  const host = await startFixture(...args);
  hosts.push(host);
  return host;
}

/** A scan and a poll come first, and the machine may have other things to do. */
const patiently = { timeout: 15_000 };
const read = /Executed 'Functions\.readText' \(Succeeded/;
const handled = /Executed 'Functions\.packageUploaded' \(Succeeded/;

/** What the function put out, parsed and in no order: blobs run beside each other. */
const outputs = async (blobs: FixtureBlobs): Promise<unknown[]> =>
  (await contents(blobs.results)).map((text) => JSON.parse(text));

/** The names of the receipts that are marked complete, under their host's folder. */
async function receipts({ settings }: FixtureBlobs): Promise<string[]> {
  const service = BlobServiceClient.fromConnectionString(inject('azurite').connectionString);
  const prefix = `blobreceipts/${settings.AzureFunctionsWebHost__hostid}/`;
  const listing = service
    .getContainerClient('azure-webjobs-hosts')
    .listBlobsFlat({ prefix, includeMetadata: true });
  const found = await Array.fromAsync(listing);
  return found
    .filter(({ metadata }) => Object.keys(metadata ?? {}).length === 0)
    .map(({ name }) => name.slice(prefix.length));
}

/** The messages about one container in the queue that all blobs of an account share. */
async function poisoned(containerName: string): Promise<unknown[]> {
  const service = QueueServiceClient.fromConnectionString(inject('azurite').connectionString);
  const queue = service.getQueueClient('webjobs-blobtrigger-poison');
  const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
  const texts = peekedMessageItems.map(({ messageText }) => Buffer.from(messageText, 'base64').toString());
  return texts.filter((text) => text.includes(containerName)).map((text) => JSON.parse(text));
}

test('a blob that was there before the host is handed over whole, with what its service and its path say of it', async () => {
  const blobs = await createBlobs();
  await blobs.texts.getBlockBlobClient('notes/first.txt').upload('hello', 5, {
    metadata: { Author: 'someone' },
    blobHTTPHeaders: { blobContentType: 'text/plain' },
  });
  const host = await start(blobs);
  await host.logged(read);
  const blobTrigger = `${blobs.texts.containerName}/notes/first.txt`;
  expect(await outputs(blobs)).toEqual([
    {
      text: 'hello',
      metadata: {
        blobTrigger,
        uri: blobs.texts.getBlobClient('notes/first.txt').url,
        properties: expect.objectContaining({
          blobType: 0,
          contentLength: 5,
          contentType: 'text/plain',
          lastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/),
        }),
        metadata: { author: 'someone' },
        sys: { methodName: 'readText', utcNow: expect.any(String), randGuid: expect.any(String) },
        folder: 'notes',
        name: 'first',
      },
    },
  ]);
});

test('with sdkBinding the app gets where the blob is, and a list of outputs is several messages', async () => {
  const blobs = await createBlobs();
  const host = await start(blobs);
  await upload(blobs.packages, '9NAPP/beta/app.zip', 'content');
  await host.logged(handled);
  const blobTrigger = `${blobs.packages.containerName}/9NAPP/beta/app.zip`;
  expect(await outputs(blobs)).toEqual([
    {
      version: '1.0',
      source: 'AzureStorageBlobs',
      contentType: 'application/json',
      content: {
        Connection: 'AzureWebJobsStorage',
        ContainerName: blobs.packages.containerName,
        BlobName: '9NAPP/beta/app.zip',
      },
    },
    { blobTrigger, applicationId: '9NAPP', track: 'beta', name: 'app.zip' },
  ]);
});

test('a path keeps blobs back only where the host scans: an event brings any blob of the container', async () => {
  const blobs = await createBlobs();
  await upload(blobs.texts, 'a-name-without-a-folder.txt', 'not wanted');
  await upload(blobs.texts, 'notes/wanted.txt', 'wanted');
  await upload(blobs.packages, 'a-name-without-folders.zip', 'content');
  const host = await start(blobs);
  await Promise.all([host.logged(read), host.logged(handled)]);
  await host.kill();
  const puts = await outputs(blobs);
  expect(puts).toHaveLength(3);
  expect(puts).toContainEqual(expect.objectContaining({ text: 'wanted' }));
  expect(puts).toContainEqual({ blobTrigger: `${blobs.packages.containerName}/a-name-without-folders.zip` });
});

test('a version runs once, whatever hosts come and go; a new one runs again', async () => {
  const blobs = await createBlobs();
  await upload(blobs.texts, 'a/1.txt', 'first version');
  const first = await start(blobs);
  await first.logged(read);
  await first.kill();

  const second = await start(blobs);
  await upload(blobs.texts, 'b/2.txt', 'another blob');
  await second.logged(read);
  const seen = second.logs().length;
  await upload(blobs.texts, 'a/1.txt', 'second version');
  await second.logged(read, seen);
  await second.kill();
  const texts = (await outputs(blobs)).map((put) => Object(put).text);
  expect(texts.toSorted()).toEqual(['another blob', 'first version', 'second version']);
});

test('of two hosts with one id, one runs a blob', async () => {
  const blobs = await createBlobs();
  const pair = await Promise.all([start(blobs), start(blobs)]);
  const names = ['a', 'b', 'c', 'd'];
  await Promise.all(names.map((name) => upload(blobs.texts, `x/${name}.txt`, name)));
  await expect.poll(() => pair.flatMap((host) => timesOf(host, read)), patiently).toHaveLength(names.length);
  await Promise.all(pair.map((host) => host.kill()));
  const texts = (await outputs(blobs)).map((put) => Object(put).text);
  expect(texts.toSorted()).toEqual(names);
});

test('a blob that fails is tried as often as host.json says, and told of in the poison queue', async () => {
  const blobs = await createBlobs();
  const { etag } = await upload(blobs.texts, 'notes/bad.txt', 'fail');
  const host = await start(blobs, { AzureFunctionsJobHost__extensions__blobs__poisonBlobThreshold: '3' });
  await host.logged(/Moving message to queue 'webjobs-blobtrigger-poison'/);
  await host.kill();
  expect(timesOf(host, /Executing 'Functions\.readText'/)).toHaveLength(3);
  expect(await poisoned(blobs.texts.containerName)).toEqual([
    {
      Type: 'BlobTrigger',
      FunctionId: 'Host.Functions.readText',
      BlobType: 'BlockBlob',
      ContainerName: blobs.texts.containerName,
      BlobName: 'notes/bad.txt',
      ETag: etag,
    },
  ]);
});

test('a blob whose host was killed comes back to another one, and then for the last time', async () => {
  const blobs = await createBlobs();
  await using gate = await closedGate();
  const first = await start(blobs, {
    LOCAL_HOST_MESSAGE_INVISIBILITY_SECONDS: '1',
    PACKAGE_GATE: gate.url,
  });
  await upload(blobs.packages, '9NAPP/beta/app.zip', 'content');
  await first.logged(/Executing 'Functions\.packageUploaded'/);
  await first.kill('SIGKILL');
  const second = await start(blobs);
  await second.logged(handled);
  await second.kill();
  expect(await outputs(blobs)).toHaveLength(2);
});

test('a blob that is gone when its turn comes is left out', async () => {
  const blobs = await createBlobs();
  const oneAtATime = { AzureFunctionsJobHost__extensions__blobs__maxDegreeOfParallelism: '1' };
  await using gate = await closedGate();
  const host = await start(blobs, { PACKAGE_GATE: gate.url, ...oneAtATime });
  await upload(blobs.packages, '9NAPP/beta/app.zip', 'keeps the others waiting');
  await host.logged(/Executing 'Functions\.packageUploaded'/);
  const { etag } = await upload(blobs.texts, 'notes/gone.txt', 'gone');
  const receipt = `Host.Functions.readText/${etag}/${blobs.texts.containerName}/notes/gone.txt`;
  await expect.poll(() => receipts(blobs), patiently).toContain(receipt);
  await blobs.texts.getBlobClient('notes/gone.txt').delete();
  gate.open();
  await host.logged(/notes\/gone\.txt" is left out: it is gone/);
  expect(timesOf(host, /Executing 'Functions\.readText'/)).toEqual([]);
});

test('a container that is missing is waited for in silence', async () => {
  const blobs = await createBlobs();
  await Promise.all([blobs.texts.delete(), blobs.packages.delete()]);
  const host = await start(blobs);
  await blobs.texts.create();
  await upload(blobs.texts, 'notes/late.txt', 'late');
  await host.logged(read);
  expect(host.logs().filter((line) => / (?:warning|error) /.test(line))).toEqual([]);
});

test('an administrator runs a blob by its path, as often as wanted', async () => {
  const blobs = await createBlobs();
  const host = await start(blobs, { 'AzureWebJobs.readText.Disabled': 'true' });
  await upload(blobs.texts, 'notes/one.txt', 'by hand');
  const path = `${blobs.texts.containerName}/notes/one.txt`;
  await host.run('readText', path);
  await host.run('readText', path);
  expect(await outputs(blobs)).toHaveLength(2);
});

test.each(['no-slash', '/leading', 'container/', 'missing/blob.txt'])(
  'an administrator who names "%s" is told that it is no blob',
  async (input) => {
    const host = await start(await createBlobs());
    await expect(host.run('readText', input)).rejects.toThrow(/answered 400/);
  },
);

test('a path that no blob can have is refused in one line', async () => {
  const { settings, ...blobs } = await createBlobs();
  const starting = startFixture({ ...blobs, settings: { ...settings, TEXT_CONTAINER: '{any}' } });
  await expect(starting).rejects.toThrow(/\n"\{any\}\/.* is not a path such as/);
});
