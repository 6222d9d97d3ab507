import { hash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { inspect } from 'node:util';
import { BlobClient, BlobServiceClient } from '@azure/storage-blob';
import { beforeAll, describe, expect, inject, it, test } from 'vitest';
import { readArchive } from '../../../src/shared/packages/archive.ts';
import {
  createPackageContainer,
  type PackageBlob,
  type PackageContainer,
} from '../../../src/shared/packages/container.ts';
import { archiveSource } from '../../../src/shared/packages/sources.ts';
import { zipOf as zipOfFiles } from '../../support/zipOf.ts';

const { connectionString } = inject('azurite');
const containerName = `packages-${randomUUID()}`;
const blobs = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(containerName);
const container = createPackageContainer({ kind: 'connectionString', connectionString }, containerName);

beforeAll(() => container.createIfMissing());

async function put(name: string, content: string | Buffer): Promise<PackageBlob> {
  await blobs.getBlockBlobClient(name).uploadData(Buffer.from(content));
  const blob = await container.stat(name);
  if (blob === undefined) throw new Error(`${name} is not there`);
  return blob;
}

describe('a blob in the container', () => {
  it('is known by its name, ETag, size and MD5', async () => {
    const blob = await put('App 1 (ä).zip', 'content');
    expect(blob).toEqual({
      name: 'App 1 (ä).zip',
      etag: expect.stringMatching(/^".+"$/),
      size: 7,
      contentMd5: hash('md5', 'content', 'base64'),
    });
  });

  it('is nothing where there is none', async () => {
    expect(await container.stat('nothing')).toBeUndefined();
    expect(await container.readText('nothing', 10)).toBeUndefined();
    const elsewhere = createPackageContainer({ kind: 'connectionString', connectionString }, 'no-container');
    expect(await elsewhere.stat('nothing')).toBeUndefined();
  });

  it('is read in ranges, with their MD5 up to 4 MiB', async () => {
    const content = Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 256));
    const blob = await put('ranges', content);
    const { bytes, md5 } = await container.read(blob, 10, 20);
    expect(Buffer.from(bytes)).toEqual(content.subarray(10, 30));
    expect(md5 && Buffer.from(md5)).toEqual(hash('md5', bytes, 'buffer'));
    expect(Buffer.from((await container.read(blob, 0, 1_000)).bytes)).toEqual(content);
    expect((await container.read(blob, 0, 0)).bytes).toHaveLength(0);
    const large = await put('large', Buffer.alloc(5 * 2 ** 20));
    expect((await container.read(large, 0, 4 * 2 ** 20 + 1)).bytes).toHaveLength(4 * 2 ** 20 + 1);
  });

  it('is read as text up to a limit', async () => {
    await put('text.json', '\ufeff{"ä": 1}');
    expect(await container.readText('text.json', 100)).toBe('{"ä": 1}');
    await expect(container.readText('text.json', 5)).rejects.toMatchObject({
      name: 'PackageTooLargeError',
      transient: false,
      message: 'The blob text.json has 12 bytes, and at most 5 are read.',
    });
    await put('empty', '');
    expect(await container.readText('empty', 5)).toBe('');
  });

  it('can be an archive, of which only a little is read', async () => {
    const blob = await put('App.zip', zipOfFiles({ 'App.msix': 'PK\u0003\u0004 and more' }));
    expect(await readArchive(archiveSource(container, blob))).toEqual({
      kind: 'packages',
      entries: [{ fileName: 'App.msix', size: 13, compressedSize: 13 }],
    });
  });
});

describe('a blob that is not what it was', () => {
  test('has changed', async () => {
    const blob = await put('changed', 'one');
    await put('changed', 'two');
    await expect(container.read(blob, 0, 3)).rejects.toMatchObject({
      name: 'PackageChangedError',
      transient: false,
      message: 'The blob changed has changed since it was looked at.',
    });
  });

  test('has gone', async () => {
    const blob = await put('gone', 'one');
    await blobs.deleteBlob('gone');
    await expect(container.read(blob, 0, 3)).rejects.toMatchObject({
      name: 'PackageMissingError',
      transient: false,
      message: 'The blob gone is not there.',
    });
  });
});

describe('a signed URL', () => {
  it('lets its bearer read this blob for an hour, and do nothing else', async () => {
    const url = await container.signedUrl(await put('signed ä', 'content'));
    const lifeMs = (url.expiresAt ?? 0) - Date.now();
    expect(lifeMs).toBeGreaterThan(3_500_000);
    expect(lifeMs).toBeLessThanOrEqual(3_600_000);
    await url.open(async (opened) => {
      expect(String(await new BlobClient(opened).downloadToBuffer())).toBe('content');
      await expect(new BlobClient(opened).delete()).rejects.toMatchObject({ statusCode: 403 });
      const other = opened.replace('signed', 'other');
      await expect(new BlobClient(other).getProperties()).rejects.toMatchObject({ statusCode: 403 });
    });
  });

  it('shows itself to nobody', async () => {
    const url = await container.signedUrl(await put('secret', 'content'));
    expect(`${url} ${JSON.stringify({ url })} ${inspect(url)}`).not.toMatch(/sig|http/);
  });
});

describe('a storage that does not serve', () => {
  /** A container in a storage that answers everything with this status. */
  async function failing(status: number, code: string, use: (container: PackageContainer) => Promise<void>) {
    const server = createServer((_request, response) => {
      response.writeHead(status, { 'x-ms-error-code': code, 'content-length': 0 }).end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const there = connectionString.replace(
      /BlobEndpoint=[^;]+/,
      `BlobEndpoint=http://127.0.0.1:${port}/devstoreaccount1`,
    );
    try {
      await use(createPackageContainer({ kind: 'connectionString', connectionString: there }, 'packages'));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }
  const blob = { name: 'App.zip', etag: '"0x1"', size: 10 };

  test.each([
    [403, 'AuthorizationPermissionMismatch', { name: 'PackageAccessError', transient: false }],
    [403, 'AuthenticationFailed', { name: 'PackageAccessError', transient: false }],
    [429, 'TooManyRequests', { name: 'PackageStorageUnavailableError', transient: true }],
    [502, 'BadGateway', { name: 'PackageStorageUnavailableError', transient: true }],
    [404, 'ContainerNotFound', { name: 'PackageMissingError', transient: false }],
  ])('%i %s', async (status, code, error) => {
    await failing(status, code, async (there) => {
      await expect(there.read(blob, 0, 10)).rejects.toMatchObject(error);
    });
  });

  it('is told without the key that signed the request', async () => {
    await failing(403, 'AuthenticationFailed', async (there) => {
      const error: unknown = await there.read(blob, 0, 10).catch((reason: unknown) => reason);
      const view = inspect(error, { depth: 20, showHidden: true });
      expect(view).toContain(
        'The blob App.zip cannot be reached: the storage answered 403 (AuthenticationFailed).',
      );
      expect(view).not.toMatch(/SharedKey|authorization/i);
    });
  });

  it('is not asked any more once the caller has given up', async () => {
    const reason = new Error('shutting down');
    const abortSignal = AbortSignal.abort(reason);
    await expect(container.stat('App.zip', abortSignal)).rejects.toBe(reason);
    await expect(container.read(blob, 0, 10, abortSignal)).rejects.toBe(reason);
  });
});
