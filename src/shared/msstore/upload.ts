import { BlockBlobClient, RestError } from '@azure/storage-blob';
import { StoreRejectedError, StoreUnavailableError, StoreUploadExpiredError } from './errors.ts';
import { safeCause } from './redact.ts';
import type { UploadUrl } from './uploadUrl.ts';

const operation = 'uploadPackages';

/**
 * Errors of the Azure SDK hold the request with its URL, which is a credential, and the service's message may
 * quote the string that was signed: only status, code and the bare cause go on.
 */
function uploadError(error: unknown, secrets: readonly string[]): Error {
  const cause = safeCause(error, secrets);
  const { statusCode: status, code } = error instanceof RestError ? error : {};
  const details = { operation, status, code } as const;
  if (status === 403) {
    return new StoreUploadExpiredError('the upload URL of the draft has expired', details, { cause });
  }
  if (
    error instanceof RestError &&
    (status === undefined || status === 408 || status === 429 || status >= 500)
  ) {
    const problem =
      status === undefined ? 'the connection to the storage failed' : `the storage answered ${status}`;
    return new StoreUnavailableError(problem, details, { effect: 'unknown', cause });
  }
  return new StoreRejectedError(`the storage does not take it (${status ?? cause.name})`, details, { cause });
}

/**
 * Uploads the ZIP as one block blob. The SDK repeats what fails in transit, which is harmless: the same bytes
 * take the same place.
 * Rejects with a `StoreError`, or with the abort signal's reason.
 */
export async function uploadZip(
  uploadUrl: UploadUrl,
  zip: Uint8Array,
  options: { abortSignal: AbortSignal | undefined },
): Promise<void> {
  const { abortSignal } = options;
  await uploadUrl.open(async (url) => {
    try {
      const blob = new BlockBlobClient(url, undefined, {
        retryOptions: { maxTries: 3, retryDelayInMs: 1_000 },
      });
      const blobHTTPHeaders = { blobContentType: 'application/zip' };
      await blob.uploadData(zip, { blobHTTPHeaders, ...(abortSignal && { abortSignal }) });
    } catch (error) {
      abortSignal?.throwIfAborted();
      throw uploadError(error, [url, url.slice(url.indexOf('?') + 1)]);
    }
  });
}
