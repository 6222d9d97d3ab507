import { hash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it, test } from 'vitest';
import type { UploadSource } from '../../../src/shared/msstore/port.ts';
import { bytesSource } from '../../../src/shared/packages/sources.ts';
import { startRecordingStorage } from './recordingStorage.ts';
import { ref, startScripted } from './scriptedStore.ts';
import {
  contentOf,
  day,
  draftWith,
  failureOf,
  sasUrl,
  small,
  streamed,
  uploadedBlob,
  uploadTo,
  zip,
} from './uploadStage.ts';

describe('a source that is not what it says', () => {
  test.each<[string, Partial<UploadSource>]>([
    ['too few bytes in a range', { read: async (_at, count) => ({ bytes: zip.subarray(0, count - 1) }) }],
    ['too many bytes in a range', { read: async () => ({ bytes: zip }) }],
  ])('%s', async (what, powers) => {
    const upload = uploadTo(await sasUrl(`short ${what}`), { version: '1', size: 23, ...powers }, small);
    expect(await failureOf(upload)).toMatchObject({ name: 'StoreRejectedError' });
  });

  test.each([22, 24])('a stream of %i bytes instead of 23', async (bytes) => {
    const source = { ...streamed(Buffer.alloc(bytes, 'a')), size: 23 };
    const name = `stream-${bytes}`;
    expect(await failureOf(uploadTo(await sasUrl(name), source, small))).toMatchObject({
      name: 'StoreRejectedError',
      message: `Could not upload the packages: the source gave ${bytes} bytes instead of 23.`,
    });
    await expect(uploadedBlob(name).getProperties()).rejects.toMatchObject({ statusCode: 404 });
  });

  it('gave damaged bytes, which the storage notices', async () => {
    const md5 = hash('md5', 'other bytes', 'buffer');
    const source = { ...bytesSource(zip), read: async () => ({ bytes: zip, md5 }) };
    expect(await failureOf(uploadTo(await sasUrl('damaged'), source))).toMatchObject({
      name: 'StoreUnavailableError',
      transient: true,
      details: { status: 400, code: 'Md5Mismatch' },
    });
  });

  it('fails with its own error', async () => {
    const failure = new Error('the blob has changed');
    const source = { ...bytesSource(zip), read: () => Promise.reject(failure) };
    expect(await failureOf(uploadTo(await sasUrl('failing'), source))).toBe(failure);
  });
});

describe('an upload URL that has expired', () => {
  const expired = {
    name: 'StoreUploadExpiredError',
    transient: false,
    message: 'Could not upload the packages: the upload URL of the draft has expired.',
  };

  test.each([
    ['a day ago', -day],
    ['in a minute', 60_000],
  ])('is not even tried: %s', async (_when, inMs) => {
    await using storage = await startRecordingStorage({ expiresAt: Date.now() + inMs });
    expect(await failureOf(uploadTo(storage.url, bytesSource(zip)))).toMatchObject(expired);
    expect(storage.calls).toEqual([]);
  });

  it('is known by what the storage says, whenever that is', async () => {
    await using storage = await startRecordingStorage({
      refuse: ({ operation }) =>
        operation === 'Put Block List' ? { status: 403, code: 'AuthenticationFailed' } : undefined,
    });
    expect(await failureOf(uploadTo(storage.url, bytesSource(zip)))).toMatchObject({
      ...expired,
      details: { operation: 'uploadPackages', status: 403, code: 'AuthenticationFailed' },
    });
  });

  it('is replaced by the one that the draft shows then, and the upload goes on', async () => {
    let blocks = 0;
    await using old = await startRecordingStorage({
      refuse: ({ operation }) =>
        operation === 'Put Block' && blocks++ >= 2
          ? { status: 403, code: 'AuthenticationFailed' }
          : undefined,
    });
    const renewed = await sasUrl('renewed');
    await using scripted = await startScripted(draftWith(old.url, renewed));
    await scripted.store.uploadPackages(ref, bytesSource(zip), small);
    expect(await contentOf('renewed')).toBe('the ZIP of the packages');
    expect(scripted.seen).toHaveLength(2);
  });

  it('is looked for once, and then the upload fails', async () => {
    const refuse = () => ({ status: 403, code: 'AuthenticationFailed' });
    await using storage = await startRecordingStorage({ refuse });
    await using scripted = await startScripted(draftWith(storage.url));
    expect(await failureOf(scripted.store.uploadPackages(ref, bytesSource(zip)))).toMatchObject(expired);
    expect(scripted.seen).toHaveLength(2);
    expect(storage.calls).toHaveLength(1);
  });
});

describe('a storage that refuses', () => {
  test.each([
    [403, 'AuthorizationPermissionMismatch', 'StoreRejectedError', false],
    [404, 'ContainerNotFound', 'StoreRejectedError', false],
    [409, 'LeaseIdMissing', 'StoreRejectedError', false],
    [429, 'TooManyRequests', 'StoreUnavailableError', true],
    [502, undefined, 'StoreUnavailableError', true],
  ])('%i %s', async (status, code, name, transient) => {
    const refusal = { status, ...(code !== undefined && { code }) };
    await using storage = await startRecordingStorage({ refuse: () => refusal });
    expect(await failureOf(uploadTo(storage.url, bytesSource(zip)))).toMatchObject({
      name,
      transient,
      details: { status, ...(code && { code }) },
    });
  });

  it('is not believed when it holds another number of bytes', async () => {
    await using storage = await startRecordingStorage({
      refuse: ({ operation }) => (operation === 'Get Blob Properties' ? { status: 200 } : undefined),
    });
    expect(await failureOf(uploadTo(storage.url, bytesSource(zip)))).toMatchObject({
      name: 'StoreContractError',
      issues: [expect.stringContaining('bytes instead of 23')],
    });
  });

  test('shows nothing of the upload URL', async () => {
    const forbidden = await sasUrl('hidden', { permissions: 'r' });
    const unsigned = forbidden.replace(/sig=[^&]+/, 'sig=c2lnbmF0dXJl');
    const nowhere = (await sasUrl('hidden')).replace('/msstore-upload/', '/msstore-nowhere/');
    for (const url of [forbidden, unsigned, nowhere, `not a URL ${forbidden}`]) {
      const error = await failureOf(uploadTo(url, bytesSource(zip)));
      expect(error).toMatchObject({ details: { operation: 'uploadPackages' }, cause: expect.any(Error) });
      const view = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
      const signature = new URLSearchParams(url.slice(url.indexOf('?'))).get('sig') ?? 'none';
      expect(view).not.toContain(signature);
      expect(view).not.toContain(encodeURIComponent(signature));
      expect(view).toContain('Could not upload the packages');
    }
  });
});
