import { hash } from 'node:crypto';
import { BlockBlobClient } from '@azure/storage-blob';
import { describe, expect, it, test } from 'vitest';
import type { UploadProgress, UploadSource } from '../../../src/shared/msstore/port.ts';
import { bytesSource } from '../../../src/shared/packages/sources.ts';
import { startRecordingStorage } from './recordingStorage.ts';
import { ref, startScripted } from './scriptedStore.ts';
import {
  contentOf,
  draftWith,
  failureOf,
  sasUrl,
  small,
  streamed,
  uploadedBlob,
  uploadTo,
  zip,
} from './uploadStage.ts';

describe('the ZIP of a draft', () => {
  test.each([[false], [true]])(
    'is uploaded to the place that the Store named (bare + in the signature: %s)',
    async (plus) => {
      const url = await sasUrl(`uploaded-${plus}`, { plus });
      expect(await uploadTo(url, bytesSource(zip))).toEqual({
        kind: 'complete',
        bytes: zip.length,
        method: 'streamed',
      });
      const blob = new BlockBlobClient(url.replaceAll('+', '%2B'));
      expect(await blob.downloadToBuffer()).toEqual(Buffer.from(zip));
      expect((await blob.getProperties()).contentType).toBe('application/zip');
    },
  );

  test.each([
    ['read', bytesSource(zip)],
    ['streamed', streamed(zip)],
    ['streamed in large chunks', streamed(zip, 100)],
    ['streamed byte by byte', streamed(zip, 1)],
  ])('is uploaded in blocks, and its progress is told: %s', async (how, source) => {
    const told: UploadProgress[] = [];
    const name = `blocks-${how}`;
    await uploadTo(await sasUrl(name), source, { ...small, onProgress: (progress) => told.push(progress) });
    expect(await contentOf(name)).toBe('the ZIP of the packages');
    expect(told.map(({ uploadedBytes }) => uploadedBytes).toSorted((a, b) => a - b)).toEqual(
      told.map(({ uploadedBytes }) => uploadedBytes),
    );
    expect([told.at(0), told.at(-1)]).toEqual([
      { uploadedBytes: 0, totalBytes: 23 },
      { uploadedBytes: 23, totalBytes: 23 },
    ]);
    expect(told).toHaveLength(7);
  });

  it('keeps its MD5, if that is known', async () => {
    const contentMd5 = hash('md5', zip, 'base64');
    await uploadTo(await sasUrl('md5'), { ...bytesSource(zip), contentMd5 }, small);
    const { contentMD5 } = await uploadedBlob('md5').getProperties();
    expect(Buffer.from(contentMD5 ?? []).toString('base64')).toBe(contentMd5);
  });

  it('is not uploaded to a submission that was made in Partner Center', async () => {
    expect(await failureOf(uploadTo(null, bytesSource(zip)))).toMatchObject({
      name: 'StoreConflictError',
      reason: 'foreignSubmission',
    });
  });

  it('is not nothing', async () => {
    const upload = uploadTo(await sasUrl('empty'), bytesSource(new Uint8Array()));
    expect(await failureOf(upload)).toMatchObject({ name: 'StoreRejectedError' });
  });
});

describe('an upload that did not come to its end', () => {
  test.each([
    ['read', bytesSource(zip)],
    ['streamed', streamed(zip)],
  ])('goes on where it was, and is committed once: %s', async (how, source) => {
    const name = `resumed-${how}`;
    const url = await sasUrl(name);
    const stopping = new AbortController();
    const onProgress = ({ uploadedBytes }: UploadProgress) => {
      if (uploadedBytes >= 8) stopping.abort();
    };
    const first = await uploadTo(url, source, {
      blockBytes: 4,
      concurrency: 1,
      until: stopping.signal,
      onProgress,
    });
    expect(first).toEqual({ kind: 'partial', uploadedBytes: 8, totalBytes: 23 });
    await expect(uploadedBlob(name).getProperties()).rejects.toMatchObject({ statusCode: 404 });

    const told: number[] = [];
    const second = await uploadTo(url, source, {
      ...small,
      onProgress: ({ uploadedBytes }) => told.push(uploadedBytes),
    });
    expect(second).toMatchObject({ kind: 'complete', method: 'streamed' });
    expect([told.at(0), told.at(-1), told.length]).toEqual([8, 23, 5]);
    expect(await contentOf(name)).toBe('the ZIP of the packages');

    const { etag } = await uploadedBlob(name).getProperties();
    const third = await uploadTo(url, source, small);
    expect(third).toEqual({ kind: 'complete', bytes: 23, method: 'found' });
    expect((await uploadedBlob(name).getProperties()).etag).toBe(etag);
  });

  it('asks its source for no more than what is missing', async () => {
    const url = await sasUrl('missing');
    const read: number[] = [];
    const source: UploadSource = {
      ...bytesSource(zip),
      read: async (offset, count) => {
        read.push(offset);
        return { bytes: zip.subarray(offset, offset + count) };
      },
    };
    const failing: UploadSource = {
      ...source,
      read: (offset, ...rest) =>
        offset === 12
          ? Promise.reject(new Error('away'))
          : (bytesSource(zip).read?.(offset, ...rest) ?? expect.fail()),
    };
    expect(await failureOf(uploadTo(url, failing, { ...small, concurrency: 6 }))).toMatchObject({
      message: 'away',
    });
    await uploadTo(url, source, small);
    expect(read).toEqual([12]);
    expect(await contentOf('missing')).toBe('the ZIP of the packages');
  });

  it('only commits what an earlier one had brought, also when it is over before it begins', async () => {
    let commits = 0;
    await using storage = await startRecordingStorage({
      refuse: ({ operation }) =>
        operation === 'Put Block List' && commits++ === 0
          ? { status: 400, code: 'InvalidBlockList' }
          : undefined,
    });
    expect(await failureOf(uploadTo(storage.url, bytesSource(zip), small))).toMatchObject({
      name: 'StoreUnavailableError',
      transient: true,
    });
    const before = storage.calls.length;
    const result = await uploadTo(storage.url, bytesSource(zip), { ...small, until: AbortSignal.abort() });
    expect(result).toEqual({ kind: 'complete', bytes: 23, method: 'found' });
    expect(storage.operations().slice(before)).toEqual([
      'Get Block List',
      'Put Block List',
      'Get Blob Properties',
    ]);
  });

  it('begins anew when the source has changed', async () => {
    const url = await sasUrl('changed');
    const stopping = new AbortController();
    const other = new TextEncoder().encode('another ZIP of packages');
    await uploadTo(url, bytesSource(other), {
      ...small,
      until: stopping.signal,
      onProgress: ({ uploadedBytes }) => uploadedBytes > 0 && stopping.abort(),
    });
    await uploadTo(url, bytesSource(zip), small);
    expect(await contentOf('changed')).toBe('the ZIP of the packages');
    await uploadTo(url, bytesSource(other), small);
    expect(await contentOf('changed')).toBe('another ZIP of packages');
  });

  it('begins nothing when it is over before it begins', async () => {
    const url = await sasUrl('until');
    const result = await uploadTo(url, bytesSource(zip), { ...small, until: AbortSignal.abort() });
    expect(result).toEqual({ kind: 'partial', uploadedBytes: 0, totalBytes: 23 });
  });
});

describe('an upload that is aborted', () => {
  it('is not begun once the caller has given up', async () => {
    const reason = new Error('shutting down');
    await using scripted = await startScripted(draftWith(await sasUrl('aborted')));
    const abortSignal = AbortSignal.abort(reason);
    await expect(scripted.store.uploadPackages(ref, bytesSource(zip), { abortSignal })).rejects.toBe(reason);
  });

  test.each([
    ['read', bytesSource(zip)],
    ['streamed', streamed(zip)],
  ])('ends with the reason, when nothing is under way any more: %s', async (how, source) => {
    const reason = new Error('shutting down');
    const stopping = new AbortController();
    let told = 0;
    const onProgress = () => {
      told++;
      if (told === 3) stopping.abort(reason);
    };
    const upload = uploadTo(await sasUrl(`aborted-${how}`), source, {
      ...small,
      abortSignal: stopping.signal,
      onProgress,
    });
    expect(await failureOf(upload)).toBe(reason);
    const after = told;
    await uploadedBlob(`aborted-${how}`).getBlockList('uncommitted');
    expect(told).toBe(after);
  });
});
