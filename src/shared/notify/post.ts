import { request } from 'undici';
import { faultCodeOf, single, wasNeverSent } from '../platform/httpFaults.ts';
import { parseRetryAfter } from '../platform/retryTiming.ts';
import type { Runtime } from '../platform/runtime.ts';
import type { ChannelRequest } from './channels/message.ts';

/** What became of one attempt. `outcome` is a few words for log and table: nothing of a URL, a header or a body. */
export type PostOutcome =
  | { readonly kind: 'sent'; readonly outcome: string }
  /** The same again would be of no use. */
  | { readonly kind: 'refused'; readonly outcome: string }
  | {
      readonly kind: 'failed';
      readonly outcome: string;
      /** Whether it may have come through all the same. */
      readonly mayHaveArrived: boolean;
      readonly retryAfterMs?: number | undefined;
    };

/** Sends one request, once. It never rejects. */
export type Post = (channelRequest: ChannelRequest) => Promise<PostOutcome>;

/** Standard Webhooks recommends 15 to 30 seconds. */
export const postTimeoutMs = 20_000;

/** An answer is read no further than this, and nobody looks at it: only then can its connection serve again. */
const longestAnswer = 16 * 1_024;

/** Redirects are not followed: whoever can redirect would learn what was sent. */
export const createPost =
  (runtime: Runtime): Post =>
  async ({ url, headers, body }) => {
    const signal = runtime.timeout(postTimeoutMs);
    let answered: PostOutcome | undefined;
    try {
      const response = await request(url, { method: 'POST', headers, body, signal });
      const retryAfter = response.headers['retry-after'];
      answered = outcomeOf(response.statusCode, single(retryAfter), runtime.now());
      await response.body.dump({ limit: longestAnswer, signal });
      return answered;
    } catch (error) {
      // The status says it all; what was wrong with the rest of the answer changes nothing.
      return answered ?? faultOf(error, signal.aborted);
    }
  };

/** What a status says. @param now in ms since 1970, real time, for a Retry-After that is a date */
export function outcomeOf(status: number, retryAfter: string | undefined, now: number): PostOutcome {
  const outcome = `answered ${status}`;
  if (status >= 200 && status < 300) return { kind: 'sent', outcome };
  if (status < 500 && status !== 408 && status !== 429) return { kind: 'refused', outcome };
  // Too many requests, and service unavailable: the servers that say so have not taken it.
  const mayHaveArrived = status !== 429 && status !== 503;
  return { kind: 'failed', outcome, mayHaveArrived, retryAfterMs: parseRetryAfter(retryAfter, '', now) };
}

/** The message of a fault can have the host or more of the URL in it; its code cannot. */
function faultOf(error: unknown, timedOut: boolean): PostOutcome {
  if (timedOut) return { kind: 'failed', outcome: 'did not answer in time', mayHaveArrived: true };
  const code = faultCodeOf(error);
  const outcome = `could not be reached (${code ?? 'no code'})`;
  return { kind: 'failed', outcome, mayHaveArrived: !wasNeverSent(code) };
}
