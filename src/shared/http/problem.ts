import type { HttpResponseInit } from '@azure/functions';
import { ForbiddenError, UnauthorizedError } from '../access/errors.ts';
import { isOutage } from '../state/errors.ts';
import { boundedMistakes, type InputMistake, InvalidInputError } from '../text/mistakes.ts';
import { cut } from '../text/plain.ts';
import {
  ConflictError,
  NoSuchDeliveryError,
  NoSuchRolloutError,
  UnavailableError,
  UnknownPublisherError,
  UnsuitableSubmissionError,
} from '../usecases/errors.ts';

/** An RFC 9457 problem document. */
export type Problem = {
  readonly type: `urn:rampart:problem:${string}`;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly mistakes?: readonly InputMistake[];
};

const problem = (
  name: string,
  status: number,
  title: string,
  detail: string,
  mistakes?: readonly InputMistake[],
): Problem => ({
  type: `urn:rampart:problem:${name}`,
  title,
  status,
  detail: cut(detail, longestDetail),
  ...(mistakes && { mistakes: boundedMistakes(mistakes) }),
});

/** In characters: a sentence may quote what was sent, and an answer must not grow with that. */
const longestDetail = 2_000;

/** The body is larger than the route takes. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';

  constructor(limit: number) {
    super(`The body is larger than the ${limit / 1024} KiB that this route takes.`);
  }
}

/** The body is of another kind than JSON. */
export class NotJsonError extends Error {
  override readonly name = 'NotJsonError';
}

/**
 * What a caller is told of an error. What no class stands for is a mistake of this program: the caller learns nothing
 * of it but that it happened.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof InvalidInputError)
    return problem('invalid-input', 400, 'The input is wrong', error.message, error.mistakes);
  if (error instanceof UnknownPublisherError)
    return problem('unknown-publisher', 400, 'Unknown publisher', error.message);
  if (error instanceof UnauthorizedError)
    // The same words whatever was wrong: who tries keys learns nothing by trying.
    return problem('unauthorized', 401, 'Not authorized', 'Rampart does not know who asks.');
  if (error instanceof ForbiddenError) return problem('forbidden', 403, 'Not allowed', error.message);
  if (error instanceof NoSuchRolloutError)
    return problem('no-such-rollout', 404, 'No such rollout', error.message);
  if (error instanceof NoSuchDeliveryError)
    return problem('no-such-submission', 404, 'No such submission', error.message);
  if (error instanceof ConflictError) return problem('conflict', 409, 'That cannot be', error.message);
  if (error instanceof BodyTooLargeError)
    return problem('body-too-large', 413, 'The body is too large', error.message);
  if (error instanceof NotJsonError) return problem('not-json', 415, 'The body is not JSON', error.message);
  if (error instanceof UnsuitableSubmissionError)
    return problem('unsuitable-submission', 422, 'The submission cannot be rolled out', error.message);
  if (error instanceof UnavailableError)
    return problem('unavailable', 503, 'Not available now', error.message);
  if (isOutage(error))
    return problem('unavailable', 503, 'Not available now', 'The state cannot be reached. Try again.');
  return problem(
    'internal',
    500,
    'Internal error',
    'Something went wrong inside Rampart; its log has the details.',
  );
}

export function problemResponse(error: unknown): HttpResponseInit {
  const document = problemOf(error);
  return {
    status: document.status,
    headers: {
      'content-type': 'application/problem+json',
      // RFC 9110, section 11.6.1, demands a challenge; no registered scheme is meant for a header of one's own.
      ...(error instanceof UnauthorizedError && { 'www-authenticate': 'Rampart-Key realm="rampart"' }),
      ...(error instanceof UnavailableError && {
        'retry-after': String(Math.ceil(error.retryAfterMs / 1_000)),
      }),
    },
    body: JSON.stringify(document),
  };
}
