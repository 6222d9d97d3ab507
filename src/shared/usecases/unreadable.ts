import { StoreBudgetError, StoreThrottledError, StoreUnavailableError } from '../msstore/errors.ts';
import { causeOf } from '../text/cause.ts';

/** What could not be read in a pass, and when the Store asked to be read again. */
export type Unreadable = { readonly kind: 'unreadable'; readonly cause: string; readonly retryAt?: Date };

/** What the Store asks for is followed up to this: a halt must not wait for long on one answer. */
const longestRetryMs = 10 * 60_000;

export function unreadable(error: unknown, now: Date): Unreadable {
  const afterMs =
    error instanceof StoreThrottledError ||
    error instanceof StoreUnavailableError ||
    error instanceof StoreBudgetError
      ? error.retryAfterMs
      : undefined;
  return {
    kind: 'unreadable',
    cause: causeOf(error),
    ...(afterMs !== undefined && { retryAt: new Date(now.getTime() + Math.min(afterMs, longestRetryMs)) }),
  };
}
