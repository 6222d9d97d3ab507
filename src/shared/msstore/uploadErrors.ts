import { RestError } from '@azure/storage-blob';
import { safeCause } from '../secrets/redact.ts';
import {
  type StoreError,
  StoreRejectedError,
  StoreUnavailableError,
  StoreUploadExpiredError,
} from './errors.ts';

const operation = 'uploadPackages';

/** What the storage said to a request; no status where no answer came. */
export type StorageAnswer = { readonly status: number | undefined; readonly code: string | undefined };

/**
 * What a failed request to the upload URL means.
 * `expired`: the URL no longer lets anybody in. `unavailable`: the same again later may work. `refused`: it will not.
 */
export type UploadFailure = 'expired' | 'unavailable' | 'refused';

/**
 * `Md5Mismatch`: bytes were damaged on the way. `InvalidBlockList`: blocks have gone since they were listed, as they
 * do after a week or when another upload is committed. Both are mended by going on.
 */
const passingCodes = new Set(['Md5Mismatch', 'InvalidBlockList']);

/** @param pastItsEnd whether the URL itself says that its time is over */
export function uploadFailure({ status, code }: StorageAnswer, pastItsEnd: boolean): UploadFailure {
  // Other 403s say that the signature is good and does not allow this, or not from here.
  if (status === 403 && (code === 'AuthenticationFailed' || pastItsEnd)) return 'expired';
  if (status === undefined || status === 408 || status === 429) return 'unavailable';
  if (status >= 500 && status !== 501) return 'unavailable';
  return code !== undefined && passingCodes.has(code) ? 'unavailable' : 'refused';
}

/**
 * What a failed Put Block From URL means. All that is neither the upload URL nor an outage is `refused`: the service
 * does not know the operation, or cannot read the source, or the source has changed; the bytes are read and sent
 * instead, and reading them says which.
 */
export function copyFailure(answer: StorageAnswer, pastItsEnd: boolean): UploadFailure {
  if (answer.code === 'CannotVerifyCopySource') return 'refused';
  return uploadFailure(answer, pastItsEnd);
}

/** What the error of a request says; nothing where the request could not even be made. */
export function answerOf(error: unknown): StorageAnswer | undefined {
  if (!(error instanceof RestError)) return undefined;
  const code = error.code ?? error.response?.headers.get('x-ms-error-code');
  return { status: error.statusCode, code };
}

/** `the storage answered 404 (CannotVerifyCopySource)`. */
export const sayAnswer = ({ status, code }: StorageAnswer): string => {
  if (status === undefined) return 'the connection to the storage failed';
  return `the storage answered ${status}${code === undefined ? '' : ` (${code})`}`;
};

/**
 * The error for a failed request to the upload URL. Errors of the Azure SDK hold the request with its URL, which is a
 * credential, and the service's message may quote the string that was signed: only status, code and the bare cause go
 * on.
 */
export function uploadError(error: unknown, pastItsEnd: boolean, secrets: readonly string[]): StoreError {
  const cause = safeCause(error, secrets);
  const answer = answerOf(error);
  if (answer === undefined) {
    return new StoreRejectedError(`the storage cannot be asked (${cause.name})`, { operation }, { cause });
  }
  const details = { operation, ...answer } as const;
  switch (uploadFailure(answer, pastItsEnd)) {
    case 'expired':
      return new StoreUploadExpiredError('the upload URL of the draft has expired', details, { cause });
    case 'unavailable':
      return new StoreUnavailableError(sayAnswer(answer), details, { effect: 'unknown', cause });
    case 'refused':
      return new StoreRejectedError(sayAnswer(answer), details, { cause });
  }
}
