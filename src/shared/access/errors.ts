/**
 * The request does not prove who it comes from. Remedy: a key, a signature or a sign-in that is valid. The message says
 * what was wrong, without a secret, and is for the log alone: a caller who learns it can try one half at a time.
 */
export class UnauthorizedError extends Error {
  override readonly name = 'UnauthorizedError';
}

/** Rampart knows who asks, and they may not. Remedy: a role. The message is for the caller. */
export class ForbiddenError extends Error {
  override readonly name = 'ForbiddenError';
}
