import { inspect } from 'node:util';
import { BlobSASPermissions, BlobServiceClient, BlockBlobClient } from '@azure/storage-blob';
import { describe, expect, inject, it, test } from 'vitest';
import { ref, startScripted, submissionId } from './scriptedStore.ts';

const container = BlobServiceClient.fromConnectionString(
  inject('azurite').connectionString,
).getContainerClient('msstore-upload');
const zip = new TextEncoder().encode('the ZIP of the packages');
const day = 86_400_000;

/** A SAS URL as the Store gives it; `plus` looks for one with a `+` in its signature, and writes that bare. */
async function sasUrl(name: string, options: { expiresOn?: number; plus?: boolean } = {}): Promise<string> {
  await container.createIfNotExists();
  const { expiresOn = Date.now() + day, plus = false } = options;
  const permissions = BlobSASPermissions.parse('rwc');
  for (let second = 0; ; second++) {
    const blob = container.getBlockBlobClient(name);
    const url = await blob.generateSasUrl({ permissions, expiresOn: new Date(expiresOn - second * 1_000) });
    if (!plus) return url;
    if (/sig=[^&]*%2B/.test(url)) return url.replaceAll('%2B', '+');
  }
}

const draftWith = (fileUploadUrl: string | null) => () => ({
  body: { id: submissionId, status: 'PendingCommit', fileUploadUrl },
});

async function failedUpload(fileUploadUrl: string | null): Promise<unknown> {
  await using scripted = await startScripted(draftWith(fileUploadUrl));
  const [outcome] = await Promise.allSettled([scripted.store.uploadPackages(ref, zip)]);
  return outcome.status === 'rejected' ? outcome.reason : 'uploaded';
}

describe('the ZIP of a draft', () => {
  test.each([[false], [true]])(
    'is uploaded to the place that the Store named (bare + in the signature: %s)',
    async (plus) => {
      const url = await sasUrl(`uploaded-${plus}`, { plus });
      await using scripted = await startScripted(draftWith(url));
      await scripted.store.uploadPackages(ref, zip);
      const blob = new BlockBlobClient(url.replaceAll('+', '%2B'));
      expect(await blob.downloadToBuffer()).toEqual(Buffer.from(zip));
      expect((await blob.getProperties()).contentType).toBe('application/zip');
    },
  );

  it('cannot be uploaded once the upload URL has expired, and the error says so', async () => {
    const url = await sasUrl('expired', { expiresOn: Date.now() - day });
    expect(await failedUpload(url)).toMatchObject({
      name: 'StoreUploadExpiredError',
      transient: false,
      message: 'Could not upload the packages: the upload URL of the draft has expired.',
      details: { operation: 'uploadPackages', status: 403 },
    });
  });

  it('is not uploaded to a submission that was made in Partner Center', async () => {
    expect(await failedUpload(null)).toMatchObject({
      name: 'StoreConflictError',
      reason: 'foreignSubmission',
    });
  });

  test('a failed upload shows nothing of the upload URL', async () => {
    const expired = await sasUrl('hidden', { expiresOn: Date.now() - day });
    const nowhere = expired.replace('/msstore-upload/', '/msstore-nowhere/');
    const urls = [expired, nowhere, `not a URL ${expired}`];
    for (const url of urls) {
      const error = await failedUpload(url);
      expect(error).toMatchObject({ details: { operation: 'uploadPackages' }, cause: expect.any(Error) });
      const view = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
      const signature = new URL(expired).searchParams.get('sig') ?? '';
      expect(view).not.toContain(signature);
      expect(view).not.toContain(encodeURIComponent(signature));
      expect(view).toContain('Could not upload the packages');
    }
  });

  it('is not uploaded once the caller has given up', async () => {
    const reason = new Error('shutting down');
    await using scripted = await startScripted(draftWith(await sasUrl('aborted')));
    const abortSignal = AbortSignal.abort(reason);
    await expect(scripted.store.uploadPackages(ref, zip, { abortSignal })).rejects.toBe(reason);
  });
});
