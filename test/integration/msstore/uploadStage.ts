import { hash } from 'node:crypto';
import { BlobSASPermissions, BlobServiceClient, type BlockBlobClient } from '@azure/storage-blob';
import { inject } from 'vitest';
import type { UploadOptions, UploadResult, UploadSource } from '../../../src/shared/msstore/port.ts';
import { ref, type Script, startScripted, submissionId } from './scriptedStore.ts';

export const day = 86_400_000;

const container = BlobServiceClient.fromConnectionString(
  inject('azurite').connectionString,
).getContainerClient('msstore-upload');

/** The blob of this name, where drafts are uploaded to in these tests. */
export const uploadedBlob = (name: string): BlockBlobClient => container.getBlockBlobClient(name);

type SasOptions = { readonly expiresOn?: number; readonly plus?: boolean; readonly permissions?: string };

/** A SAS URL as the Store gives it; `plus` looks for one with a `+` in its signature, and writes that bare. */
export async function sasUrl(name: string, options: SasOptions = {}): Promise<string> {
  await container.createIfNotExists();
  const { expiresOn = Date.now() + day, plus = false, permissions = 'rwc' } = options;
  for (let second = 0; ; second++) {
    const url = await uploadedBlob(name).generateSasUrl({
      permissions: BlobSASPermissions.parse(permissions),
      expiresOn: new Date(expiresOn - second * 1_000),
    });
    if (!plus) return url;
    if (/sig=[^&]*%2B/.test(url)) return url.replaceAll('%2B', '+');
  }
}

/** A Store that shows a draft with these upload URLs, one after the other; the last one stays. */
export const draftWith = (...fileUploadUrls: readonly (string | null)[]): Script => {
  let reading = 0;
  return () => {
    const fileUploadUrl = fileUploadUrls[Math.min(reading++, fileUploadUrls.length - 1)];
    return { body: { id: submissionId, status: 'PendingCommit', fileUploadUrl } };
  };
};

/** Uploads to the place that the draft names. */
export async function uploadTo(
  fileUploadUrl: string | null | Script,
  source: UploadSource,
  options?: UploadOptions,
): Promise<UploadResult> {
  const script = typeof fileUploadUrl === 'function' ? fileUploadUrl : draftWith(fileUploadUrl);
  await using scripted = await startScripted(script);
  return await scripted.store.uploadPackages(ref, source, options);
}

/** The error of an upload that must fail. */
export async function failureOf(upload: Promise<UploadResult>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([upload]);
  if (outcome.status === 'fulfilled') throw new Error(`it was uploaded: ${JSON.stringify(outcome.value)}`);
  return outcome.reason;
}

export const zip = new TextEncoder().encode('the ZIP of the packages');
/** Blocks so small that these few bytes are many of them. */
export const small: UploadOptions = { blockBytes: 4, concurrency: 3 };

export const contentOf = async (name: string): Promise<string> =>
  String(await uploadedBlob(name).downloadToBuffer());

/** A source by its stream alone, in chunks that do not fit the blocks. */
export const streamed = (bytes: Uint8Array, chunkBytes = 5): UploadSource => ({
  version: hash('sha256', bytes),
  size: bytes.byteLength,
  async *stream() {
    for (let at = 0; at < bytes.byteLength; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  },
});
