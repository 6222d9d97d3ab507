import { randomBytes } from 'node:crypto';
import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, inject, it, test } from 'vitest';
import type { UploadSource } from '../../../src/shared/msstore/port.ts';
import { UploadUrl } from '../../../src/shared/msstore/uploadUrl.ts';
import { createPackageContainer } from '../../../src/shared/packages/container.ts';
import { blobSource, bytesSource, zipSource } from '../../../src/shared/packages/sources.ts';
import { type Refusal, startRecordingStorage } from './recordingStorage.ts';
import { failureOf, sasUrl, small, uploadedBlob, uploadTo, zip } from './uploadStage.ts';

const { connectionString } = inject('azurite');

const signed = (expiresInMs = 3_600_000): UploadUrl =>
  new UploadUrl(
    `https://packages.invalid/packages/App.zip?se=${new Date(Date.now() + expiresInMs).toISOString()}&sig=a+b`,
  );

/** What can be copied and also read. */
const copied = (signedUrl = async () => signed()): UploadSource => ({
  ...bytesSource(zip),
  copyFrom: { etag: '"0x8D1"', signedUrl },
});

describe('a source that the storage can read from', () => {
  it('is copied block by block, and no byte passes through here', async () => {
    await using storage = await startRecordingStorage();
    expect(await uploadTo(storage.url, copied(), small)).toEqual({
      kind: 'complete',
      bytes: 23,
      method: 'copied',
    });
    const copies = storage.calls.filter(({ operation }) => operation === 'Put Block From URL');
    expect(storage.operations().toSpliced(1, copies.length)).toEqual([
      'Get Block List',
      'Put Block List',
      'Get Blob Properties',
    ]);
    expect(copies.map(({ body }) => body.length)).toEqual([0, 0, 0, 0, 0, 0]);
    for (const { headers } of copies) {
      expect(headers['x-ms-copy-source']).toMatch(/^https:\/\/packages\.invalid\/.*&sig=a%2Bb$/);
      expect(headers['x-ms-source-if-match']).toBe('"0x8D1"');
    }
    const ranges = copies.map(({ headers }) => String(headers['x-ms-source-range']));
    expect(
      ranges.toSorted((a, b) => Number.parseInt(a.slice(6), 10) - Number.parseInt(b.slice(6), 10)),
    ).toEqual(['bytes=0-3', 'bytes=4-7', 'bytes=8-11', 'bytes=12-15', 'bytes=16-19', 'bytes=20-22']);
  });

  it('becomes a blob of its blocks in their order, with the type of a ZIP', async () => {
    await using storage = await startRecordingStorage();
    await uploadTo(storage.url, copied(), small);
    const offsets = new Map(
      storage.calls.map(({ blockId, headers }) => [blockId, String(headers['x-ms-source-range'])]),
    );
    const commit = storage.calls.find(({ operation }) => operation === 'Put Block List');
    const ids = [...String(commit?.body).matchAll(/<Latest>([^<]+)/g)].map(([, id]) => id);
    expect(ids.map((id) => offsets.get(id))).toEqual([
      'bytes=0-3',
      'bytes=4-7',
      'bytes=8-11',
      'bytes=12-15',
      'bytes=16-19',
      'bytes=20-22',
    ]);
    expect(commit?.headers['x-ms-blob-content-type']).toBe('application/zip');
  });

  it('is signed once, and again before its URL expires', async () => {
    await using storage = await startRecordingStorage();
    let signings = 0;
    const source = copied(async () => signed(++signings === 1 ? 60_000 : 3_600_000));
    await uploadTo(storage.url, source, { ...small, concurrency: 1 });
    expect(signings).toBe(2);
  });

  test.each<Refusal>([
    { status: 400, code: 'InvalidHeaderValue' },
    { status: 401, code: 'CannotVerifyCopySource' },
    { status: 403, code: 'CannotVerifyCopySource' },
    { status: 404, code: 'CannotVerifyCopySource' },
    { status: 409, code: 'CopyAcrossAccountsNotSupported' },
    { status: 412, code: 'SourceConditionNotMet' },
    { status: 501, code: 'NotImplemented' },
  ])('is read and sent where the storage refuses: $status $code', async (refusal) => {
    await using storage = await startRecordingStorage({
      refuse: ({ operation }) => (operation === 'Put Block From URL' ? refusal : undefined),
    });
    expect(await uploadTo(storage.url, copied(), { ...small, concurrency: 1 })).toEqual({
      kind: 'complete',
      bytes: 23,
      method: 'streamed',
      copyRefused: `the storage answered ${refusal.status} (${refusal.code})`,
    });
    expect(storage.operations()).toEqual([
      'Get Block List',
      'Put Block From URL',
      ...Array.from({ length: 6 }, () => 'Put Block'),
      'Put Block List',
      'Get Blob Properties',
    ]);
  });

  it('is sent only for what was not copied before a refusal', async () => {
    let copies = 0;
    await using storage = await startRecordingStorage({
      refuse: ({ operation }) =>
        operation === 'Put Block From URL' && copies++ === 4
          ? { status: 404, code: 'CannotVerifyCopySource' }
          : undefined,
    });
    expect(await uploadTo(storage.url, copied(), { ...small, concurrency: 1 })).toMatchObject({
      method: 'streamed',
    });
    const sent = storage.calls.filter(({ operation }) => operation === 'Put Block');
    expect(sent.map(({ body }) => String(body))).toEqual(['acka', 'ges']);
  });

  it('is read and sent where no URL can be signed', async () => {
    await using storage = await startRecordingStorage();
    const source = copied(() => Promise.reject(new Error('not allowed to sign')));
    expect(await uploadTo(storage.url, source, small)).toEqual({
      kind: 'complete',
      bytes: 23,
      method: 'streamed',
      copyRefused: 'no URL could be signed (not allowed to sign)',
    });
  });

  it('fails where there is no other way to the bytes', async () => {
    const { read: _read, ...source } = copied();
    await using storage = await startRecordingStorage({
      refuse: ({ operation }) => (operation === 'Put Block From URL' ? { status: 501 } : undefined),
    });
    expect(await failureOf(uploadTo(storage.url, source, small))).toMatchObject({
      name: 'StoreRejectedError',
    });
  });

  test.each([
    [{ status: 403, code: 'AuthenticationFailed' }, 'StoreUploadExpiredError'],
    [{ status: 429, code: 'TooManyRequests' }, 'StoreUnavailableError'],
    [{ status: 502 }, 'StoreUnavailableError'],
  ])('is not sent instead when the storage itself is at fault: %j', async (refusal, name) => {
    await using storage = await startRecordingStorage({
      refuse: ({ operation }) => (operation === 'Put Block From URL' ? refusal : undefined),
    });
    expect(await failureOf(uploadTo(storage.url, copied(), small))).toMatchObject({ name });
    expect(storage.operations()).not.toContain('Put Block');
  });

  it('is left where it is when the time is over, and goes on from there', async () => {
    await using storage = await startRecordingStorage();
    const stopping = new AbortController();
    const options = { ...small, concurrency: 1, until: stopping.signal };
    const first = await uploadTo(storage.url, copied(), {
      ...options,
      onProgress: ({ uploadedBytes }) => uploadedBytes > 4 && stopping.abort(),
    });
    expect(first).toEqual({ kind: 'partial', uploadedBytes: 8, totalBytes: 23 });
    expect(await uploadTo(storage.url, copied(), small)).toMatchObject({
      kind: 'complete',
      method: 'copied',
    });
    expect(storage.operations().filter((operation) => operation === 'Put Block From URL')).toHaveLength(6);
  });
});

describe('a package in the container of the publisher', () => {
  const containerName = 'msstore-upload-packages';
  const container = createPackageContainer({ kind: 'connectionString', connectionString }, containerName);
  const blobs = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(containerName);
  const bytes = randomBytes(100_000);

  async function put(name: string, content: Buffer = bytes) {
    await container.createIfMissing();
    await blobs.getBlockBlobClient(name).uploadData(content);
    return (await container.stat(name)) ?? expect.fail(`${name} is not there`);
  }
  const options = { blockBytes: 30_000 };

  it('is copied by the storage', async () => {
    const blob = await put('App.zip');
    expect(await uploadTo(await sasUrl('copied'), blobSource(container, blob), options)).toEqual({
      kind: 'complete',
      bytes: bytes.length,
      method: 'copied',
    });
    expect((await uploadedBlob('copied').downloadToBuffer()).equals(bytes)).toBe(true);
  });

  it('is read and sent where the storage cannot copy it', async () => {
    const blob = await put('App.zip');
    const source = blobSource(container, blob);
    const { signedUrl } = source.copyFrom ?? expect.fail();
    // The emulator copies from itself alone, and knows itself by the name that it is asked by.
    const elsewhere = { ...source, copyFrom: { signedUrl, etag: blob.etag } };
    const url = (await sasUrl('sent')).replace('127.0.0.1', 'localhost');
    expect(await uploadTo(url, elsewhere, options)).toEqual({
      kind: 'complete',
      bytes: bytes.length,
      method: 'streamed',
      copyRefused: 'the storage answered 404 (CannotVerifyCopySource)',
    });
    expect((await uploadedBlob('sent').downloadToBuffer()).equals(bytes)).toBe(true);
  });

  test.each([
    ['changed', () => put('App2.zip', randomBytes(100_000)), 'PackageChangedError'],
    ['gone', () => blobs.deleteBlob('App2.zip'), 'PackageMissingError'],
  ])('is not uploaded when it has %s since', async (how, happen, name) => {
    const blob = await put('App2.zip');
    await happen();
    const upload = uploadTo(await sasUrl(`other-${how}`), blobSource(container, blob), options);
    expect(await failureOf(upload)).toMatchObject({ name, transient: false });
  });

  it('becomes a ZIP on the way, which an interrupted upload makes again', async () => {
    const packages = [
      { fileName: 'x64/App.msix', blob: await put('App_x64.msix') },
      { fileName: 'App.msix', blob: await put('App_arm64.msix', randomBytes(50_000)) },
    ];
    const url = await sasUrl('zipped');
    const stopping = new AbortController();
    const first = await uploadTo(url, zipSource(container, packages), {
      ...options,
      until: stopping.signal,
      onProgress: ({ uploadedBytes }) => uploadedBytes > 0 && stopping.abort(),
    });
    expect(first.kind).toBe('partial');
    const source = zipSource(container, packages);
    expect(await uploadTo(url, source, options)).toMatchObject({ kind: 'complete', bytes: source.size });
    const uploaded = await uploadedBlob('zipped').downloadToBuffer();
    const whole = await Array.fromAsync(source.stream?.(undefined) ?? expect.fail());
    expect(uploaded.equals(Buffer.concat(whole))).toBe(true);
  });
});
