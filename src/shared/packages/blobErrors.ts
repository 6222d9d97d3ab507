import { RestError } from '@azure/storage-blob';
import { safeCause } from '../secrets/redact.ts';
import {
  PackageAccessError,
  PackageChangedError,
  PackageMissingError,
  PackageStorageError,
  PackageStorageUnavailableError,
} from './errors.ts';

/** Whether the storage answered that the blob, or its container, is not there. */
export const isMissing = (error: unknown): boolean => error instanceof RestError && error.statusCode === 404;

const isOutage = (status: number | undefined): boolean =>
  status === undefined || status === 408 || status === 429 || status >= 500;

/**
 * The error for a failed request. Those of the Azure SDK hold the request with its authorization, so only the bare
 * cause goes on.
 * @param what the blob or the container, as the subject of a sentence
 */
export function blobError(error: unknown, what: string): PackageStorageError {
  if (error instanceof PackageStorageError) return error;
  const cause = safeCause(error);
  if (!(error instanceof RestError)) return new PackageAccessError(`${what} cannot be reached.`, { cause });
  const { statusCode: status, code = error.response?.headers.get('x-ms-error-code') } = error;
  if (status === 404) return new PackageMissingError(`${what} is not there.`, { cause });
  // 416: the range lies behind the end, so the blob has become shorter.
  if (status === 412 || status === 416)
    return new PackageChangedError(`${what} has changed since it was looked at.`, { cause });
  const answered = status === undefined ? 'did not answer' : `answered ${status}${code ? ` (${code})` : ''}`;
  const message = `${what} cannot be reached: the storage ${answered}.`;
  return isOutage(status)
    ? new PackageStorageUnavailableError(message, { cause })
    : new PackageAccessError(message, { cause });
}
