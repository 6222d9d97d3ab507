import { z } from 'zod';
import { parseRetryAfter } from '../platform/retryTiming.ts';
import { safeText } from '../secrets/redact.ts';
import {
  type ConflictReason,
  StoreAuthenticationError,
  StoreConflictError,
  StoreContractError,
  type StoreError,
  type StoreErrorDetails,
  StoreNotFoundError,
  StoreRejectedError,
  StoreThrottledError,
  StoreUnavailableError,
} from './errors.ts';
import type { HttpAnswer } from './exchange.ts';
import type { StoreOperation } from './operations.ts';

/** The envelope of the ingestion service; the gateway's own 429 has only `statusCode` and `message`. */
const errorBodySchema = z.object({
  code: z.string().nullish(),
  message: z.string().nullish(),
  target: z.string().nullish(),
  activityId: z.string().nullish(),
});
type ErrorBody = z.infer<typeof errorBodySchema>;

const withoutTags = (text: string): string => text.replace(/<[^<>]*>/g, ' ');

/** The error body, or, where a gateway answers with HTML or plain text, that text as its message. */
function parseErrorBody(text: string): ErrorBody {
  try {
    const parsed = errorBodySchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : {};
  } catch {
    // Not JSON is an ordinary case of an error answer, and what there is of it goes into the message.
    return { message: withoutTags(text) };
  }
}

/**
 * Words that tell one 409 from another, whatever the operation; from bodies seen in the wild and the
 * documented cases.
 */
const tellingWords: readonly [RegExp, ConflictReason][] = [
  [/features that are not supported|does(?:n't| not) support|not currently supported/i, 'unsupportedFeature'],
  [/does(?:n't| not) belong/i, 'foreignSubmission'],
  [/create submission failed|pending submission|in-progress submission/i, 'pendingSubmission'],
  [/gradual rollout|package ?rollout/i, 'rolloutNotInProgress'],
];

/** What `InvalidState` means for a call when the message does not tell. */
const invalidStateOf = (operation: StoreOperation): ConflictReason => {
  switch (operation) {
    case 'createSubmission':
      return 'pendingSubmission';
    case 'updateRolloutPercentage':
    case 'haltPackageRollout':
    case 'finalizePackageRollout':
      return 'rolloutNotInProgress';
    default:
      return 'wrongState';
  }
};

/** Tells a 409 apart by its body: by the words of its message, else by its code and the operation. */
function conflictReason(operation: StoreOperation, body: ErrorBody): ConflictReason {
  const byWords = tellingWords.find(([words]) => words.test(body.message ?? ''))?.[1];
  // A rollout that is under way blocks a new submission: for a create, that is the pending submission's case.
  if (byWords === 'rolloutNotInProgress' && operation === 'createSubmission') return 'pendingSubmission';
  return byWords ?? (body.code === 'InvalidState' ? invalidStateOf(operation) : 'unknown');
}

/** The 400 for drafts made or edited in Partner Center: the request is right, the draft is not the API's. */
const notMadeByApi = (body: ErrorBody): boolean =>
  body.code === 'InvalidOperation' && /created through the API/i.test(body.message ?? '');

const problemOf = (details: StoreErrorDetails, hint = ''): string => {
  const said = [details.code, details.message?.replace(/\.$/, '')].filter(Boolean).join(': ');
  return `the Store answered ${details.status}${said === '' ? '' : ` (${said})`}${hint}`;
};

const forbidden =
  '; the app registration needs the role Manager in the Partner Center account of this application';

type AnswerContext = {
  readonly operation: StoreOperation;
  /** The one that was sent, for an answer that names none. */
  readonly correlationId: string;
  /** Milliseconds since 1970, for a `Retry-After` that is a date. */
  readonly now: number;
  /** Values that must not survive in the error. */
  readonly secrets: readonly string[];
};

function detailsOf(answer: HttpAnswer, body: ErrorBody, context: AnswerContext): StoreErrorDetails {
  const safe = (text: string | null | undefined) => safeText(text ?? '', context.secrets) || undefined;
  return {
    operation: context.operation,
    status: answer.status,
    code: safe(body.code),
    message: safe(body.message),
    target: safe(body.target),
    correlationId: safe(answer.correlationId ?? body.activityId) ?? context.correlationId,
  };
}

/** The error for an answer that is no success (2xx): pure, told by status and body. */
export function errorOfAnswer(answer: HttpAnswer, context: AnswerContext): StoreError {
  const body = parseErrorBody(answer.text);
  const details = detailsOf(answer, body, context);
  const retryAfterMs = parseRetryAfter(answer.retryAfter, answer.text, context.now);
  if (answer.status === 408 || answer.status >= 500) {
    return new StoreUnavailableError(problemOf(details), details, { effect: 'unknown', retryAfterMs });
  }
  return permanentOrThrottled(details, body, retryAfterMs);
}

function permanentOrThrottled(
  details: StoreErrorDetails,
  body: ErrorBody,
  retryAfterMs: number | undefined,
): StoreError {
  const problem = problemOf(details);
  switch (details.status) {
    case 400:
      if (notMadeByApi(body)) return new StoreConflictError(problem, details, 'foreignSubmission');
      return new StoreRejectedError(problem, details);
    case 401:
      return new StoreAuthenticationError(problem, details);
    case 403:
      return new StoreAuthenticationError(problemOf(details, forbidden), details);
    case 404:
    case 410:
      return new StoreNotFoundError(problem, details);
    case 409:
      return new StoreConflictError(problem, details, conflictReason(details.operation, body));
    case 429:
      return new StoreThrottledError(problem, details, retryAfterMs);
    default:
      return details.status !== undefined && details.status < 400
        ? new StoreContractError(details, { issues: [`status ${details.status}`], transient: false })
        : new StoreRejectedError(problem, details);
  }
}
