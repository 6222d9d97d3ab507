/** When to try again, as data. All times in milliseconds. */
export type RetryPolicy = {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  /** The longest first delay; each further one is twice as long. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** How far a delay that the server asks for is followed. */
  readonly maxRetryAfterMs: number;
  /** The time for one exchange, from connecting to the last byte. */
  readonly attemptTimeoutMs: number;
  /** The time for a whole call, with all attempts, waits and reads. */
  readonly totalTimeoutMs: number;
};

/**
 * The wait before the next attempt, in ms, or `stop`. The server's own timing is followed without jitter, up
 * to the policy's cap; otherwise the delay doubles, and `random` (from 0 up to 1) takes up to half of it
 * away. A wait that would use up the budget is no wait but the end.
 * @param attempt the number of the attempt that has failed, from 1
 */
export function retryDelay(input: {
  readonly attempt: number;
  readonly policy: RetryPolicy;
  readonly retryAfterMs?: number | undefined;
  readonly elapsedMs: number;
  readonly random: number;
}): number | 'stop' {
  const { attempt, policy, retryAfterMs, elapsedMs, random } = input;
  if (attempt >= policy.attempts) return 'stop';
  const exponential = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
  const delay =
    retryAfterMs === undefined
      ? Math.round(exponential * (1 - random / 2))
      : Math.min(retryAfterMs, policy.maxRetryAfterMs);
  return delay < policy.totalTimeoutMs - elapsedMs ? delay : 'stop';
}

const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

const fromHeader = (header: string, now: number): number | undefined => {
  const text = header.trim();
  if (/^[-+]?\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = httpDate.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : date - now;
};

/** The gateway's own words (Azure API Management): "Rate limit is exceeded. Try again in 14 seconds." */
const fromBody = (body: string): number | undefined => {
  const seconds = /try again in (\d+) seconds?\b/i.exec(body)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
};

/**
 * How long the server asks to wait, in ms: from the `Retry-After` header (seconds, or an HTTP date as RFC
 * 9110 says), else from the gateway's words in the body. Malformed timing is no timing; a time in the past is
 * 0.
 * @param now the current time in ms since 1970
 */
export function parseRetryAfter(header: string | undefined, body: string, now: number): number | undefined {
  const asked = (header === undefined ? undefined : fromHeader(header, now)) ?? fromBody(body);
  return asked === undefined ? undefined : Math.min(Math.max(0, asked), Number.MAX_SAFE_INTEGER);
}
