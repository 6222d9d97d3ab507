import { operations, type StoreOperation } from './operations.ts';

/** What is known about a failed call. Nothing in it is a secret; foreign text is redacted and cut short. */
export type StoreErrorDetails = {
  readonly operation: StoreOperation;
  readonly status?: number | undefined;
  /** The service's own code, such as `InvalidState`. */
  readonly code?: string | undefined;
  /** The service's own message. */
  readonly message?: string | undefined;
  /** What the service complains about, such as `packages`. */
  readonly target?: string | undefined;
  /** The `MS-CorrelationId` to give to Microsoft's support. */
  readonly correlationId?: string | undefined;
};

type StoreErrorOptions = { readonly transient?: boolean; readonly cause?: unknown };

/** The base of all errors of the Store client. Each subclass stands for one thing to do about it. */
export abstract class StoreError extends Error {
  abstract override readonly name: string;
  readonly details: StoreErrorDetails;
  /** Whether the same call may succeed later although nobody mends anything. */
  readonly transient: boolean;

  /** @param problem what went wrong, completing the sentence "Could not …: " without a full stop */
  constructor(problem: string, details: StoreErrorDetails, options: StoreErrorOptions = {}) {
    super(
      `Could not ${operations[details.operation]}: ${problem}.`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.details = details;
    this.transient = options.transient ?? false;
  }
}

/**
 * Whether a failed call may have had an effect.
 * `none`: the Store's back end did not get it. `unknown`: it may have got it, and may even still be at work
 * on it.
 */
export type Effect = 'none' | 'unknown';

/** The Store, or Entra, did not answer or is out of order. Remedy: try again later. */
export class StoreUnavailableError extends StoreError {
  override readonly name = 'StoreUnavailableError';
  readonly effect: Effect;
  readonly retryAfterMs: number | undefined;

  constructor(
    problem: string,
    details: StoreErrorDetails,
    options: { effect: Effect; retryAfterMs?: number | undefined; cause?: unknown },
  ) {
    super(problem, details, { transient: true, cause: options.cause });
    this.effect = options.effect;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The publisher's request limit is used up (429). Remedy: ask less often, and again after `retryAfterMs`. */
export class StoreThrottledError extends StoreError {
  override readonly name = 'StoreThrottledError';
  readonly retryAfterMs: number | undefined;

  constructor(problem: string, details: StoreErrorDetails, retryAfterMs?: number) {
    super(problem, details, { transient: true });
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * The publisher's own request budget has no room, or its table cannot be reached; the request was not sent. Remedy: try
 * again after `retryAfterMs`.
 */
export class StoreBudgetError extends StoreError {
  override readonly name = 'StoreBudgetError';
  readonly retryAfterMs: number;

  constructor(
    problem: string,
    details: StoreErrorDetails,
    options: { readonly retryAfterMs: number; readonly cause?: unknown },
  ) {
    super(problem, details, { transient: true, cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** No token, or one without the right. Remedy: mend the credential, or its role in Partner Center. */
export class StoreAuthenticationError extends StoreError {
  override readonly name = 'StoreAuthenticationError';
}

/** The application, flight or submission does not exist for this publisher (404). Remedy: correct the id. */
export class StoreNotFoundError extends StoreError {
  override readonly name = 'StoreNotFoundError';
}

/**
 * Why the Store's state does not allow the call.
 * `rolloutNotInProgress`: the submission is not published, or its package rollout is not, or no longer, in
 * progress.
 * `pendingSubmission`: the track already holds a pending submission, or its package rollout is not finalized
 * or halted.
 * `wrongState`: the submission is not in the state that the call needs.
 * `foreignSubmission`: the submission belongs to another track, or was made in Partner Center and not by the
 * API.
 * `unsupportedFeature`: the application uses something that the API does not support.
 * `unknown`: the Store gave no body that tells.
 */
export type ConflictReason =
  | 'rolloutNotInProgress'
  | 'pendingSubmission'
  | 'wrongState'
  | 'foreignSubmission'
  | 'unsupportedFeature'
  | 'unknown';

/** The Store's state does not allow the call. Remedy: look at the state again, and decide anew. */
export class StoreConflictError extends StoreError {
  override readonly name = 'StoreConflictError';
  readonly reason: ConflictReason;

  constructor(problem: string, details: StoreErrorDetails, reason: ConflictReason) {
    super(problem, details);
    this.reason = reason;
  }
}

/**
 * The request itself is wrong, found by the Store (400) or before it was sent (no status). Remedy: change the
 * request.
 */
export class StoreRejectedError extends StoreError {
  override readonly name = 'StoreRejectedError';
}

/**
 * The upload URL no longer lets anybody in; it lives for a day. Remedy: delete the draft and create it anew.
 */
export class StoreUploadExpiredError extends StoreError {
  override readonly name = 'StoreUploadExpiredError';
}

/**
 * The Store answered with success, but not with what its contract says. `issues` names each difference.
 * Transient where the body is no JSON at all, which is a fault on the way; permanent where it is JSON of
 * another shape: mend the client.
 */
export class StoreContractError extends StoreError {
  override readonly name = 'StoreContractError';
  readonly issues: readonly string[];

  constructor(details: StoreErrorDetails, options: { issues: readonly string[]; transient: boolean }) {
    super(
      `the answer is not what the Store's contract says (${options.issues.join('; ')})`,
      details,
      options,
    );
    this.issues = options.issues;
  }
}

/**
 * A change was sent, and whether it took effect could not be read back. Remedy: observe again before doing
 * anything.
 */
export class StoreOutcomeUnknownError extends StoreError {
  override readonly name = 'StoreOutcomeUnknownError';

  constructor(details: StoreErrorDetails, cause: unknown) {
    super('it was sent, but whether it took effect could not be read back', details, {
      transient: true,
      cause,
    });
  }
}
