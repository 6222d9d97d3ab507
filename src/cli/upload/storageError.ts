import { safeText } from '../../shared/secrets/redact.ts';
import {
  CommandError,
  ConflictError,
  NotAllowedError,
  NotFoundError,
  UnavailableError,
  WrongInputError,
} from '../errors.ts';

/**
 * A failure of the storage as an error with its exit code. The SDK's own errors hold the request with its address,
 * which may be a credential: nothing of them goes on but status, code and one line without secrets.
 */
export function storageError(error: unknown, secrets: readonly string[]): CommandError {
  if (error instanceof CommandError) return error;
  const { status, code } = answered(error);
  const said = firstSentence(error, secrets);
  if (isSignInError(error))
    return new NotAllowedError(
      `There is no identity for the storage: sign in with "az login" or azure/login, or give RAMPART_PACKAGES_URL a signature (SAS). ${said}`,
    );
  if (status === 401 || status === 403)
    return new NotAllowedError(
      `The storage does not allow it (${code ?? status}): a signature needs read, create and write (sp=rcw), an identity the role Storage Blob Data Contributor.`,
    );
  if (status === 404)
    return new NotFoundError(`There is no container for packages there (${code ?? status}).`);
  if (status === 409 || status === 412)
    return new ConflictError(`The storage refuses it (${code ?? status}).`);
  if (status === 408 || status === 429 || (status !== undefined && status >= 500))
    return new UnavailableError(`The storage is not available (${code ?? status}).`);
  if (status !== undefined)
    return new WrongInputError(`The storage does not take it (${code ?? status}): ${said}`);
  if (isFileError(error)) return new WrongInputError(said);
  return new UnavailableError(`The storage cannot be reached: ${said}`);
}

function answered(error: unknown): { status?: number | undefined; code?: string | undefined } {
  if (!(error instanceof Error)) return {};
  return {
    ...('statusCode' in error && typeof error.statusCode === 'number' && { status: error.statusCode }),
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
  };
}

const signInErrors =
  /^(CredentialUnavailableError|AggregateAuthenticationError|AuthenticationError|AuthenticationRequiredError)$/;
const isSignInError = (error: unknown): boolean => error instanceof Error && signInErrors.test(error.name);

/** Of this machine's file system, not of the network. */
const isFileError = (error: unknown): boolean =>
  error instanceof Error &&
  'syscall' in error &&
  /^(open|read|stat|lstat|close)$/.test(String(error.syscall));

function firstSentence(error: unknown, secrets: readonly string[]): string {
  const message = error instanceof Error ? error.message : 'an unknown failure';
  return safeText(message.split('\n', 1)[0] ?? '', secrets);
}
