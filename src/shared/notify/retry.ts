/** When a message is tried again, as data. All times in milliseconds. */
export const retries = {
  /** The longest first wait; each further one is four times as long. */
  first: 5_000,
  most: 6 * 3_600_000,
  /** From the first attempt on; then it is given up. */
  giveUpAfter: 3 * 24 * 3_600_000,
  /** How far a wait that the reader asks for is followed. */
  mostRetryAfter: 24 * 3_600_000,
} as const;

/**
 * The wait before the next attempt in ms, or `never`. What the reader asks for is followed without jitter; otherwise
 * `random` (from 0 up to 1) takes up to half of the wait away.
 *
 * @param attempts how many were made so far, from 1
 * @param elapsedMs since the message was written
 */
export function retryIn(of: {
  readonly attempts: number;
  readonly elapsedMs: number;
  readonly retryAfterMs?: number | undefined;
  readonly random: number;
}): number | 'never' {
  const exponential = Math.min(retries.most, retries.first * 4 ** (of.attempts - 1));
  const wait =
    of.retryAfterMs === undefined
      ? Math.round(exponential * (1 - of.random / 2))
      : Math.max(1_000, Math.min(of.retryAfterMs, retries.mostRetryAfter));
  return of.elapsedMs + wait <= retries.giveUpAfter ? wait : 'never';
}
