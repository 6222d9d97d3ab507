import { type Dispatcher, request } from 'undici';
import { faultCodeOf, single, wasNeverSent } from '../platform/httpFaults.ts';
import { safeCause } from '../secrets/redact.ts';
import type { Effect } from './errors.ts';

/** The headers are complete here: nothing is added on the way. */
export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
};

export type HttpAnswer = {
  readonly kind: 'answer';
  readonly status: number;
  /** The body as text, cut where it exceeds its bound. */
  readonly text: string;
  readonly complete: boolean;
  readonly retryAfter: string | undefined;
  readonly correlationId: string | undefined;
};

/** No whole answer came. `cause` is free of secrets. */
export type HttpFault = {
  readonly kind: 'fault';
  readonly fault: 'timeout' | 'connection';
  readonly effect: Effect;
  readonly cause: Error;
};

export type ExchangeOptions = {
  readonly timeout: AbortSignal;
  readonly abortSignal: AbortSignal | undefined;
  readonly dispatcher: Dispatcher | undefined;
  /** Values that must not survive in a fault. */
  readonly secrets: readonly string[];
};

/** A whole application submission with its listings in all languages stays below a megabyte. */
const longestBody = 16 * 1024 * 1024;
const longestErrorBody = 64 * 1024;

async function readBounded(
  body: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<{ text: string; complete: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > limit) break;
  }
  const bytes = Buffer.concat(chunks).subarray(0, limit);
  return { text: new TextDecoder().decode(bytes), complete: size <= limit };
}

async function answerOf(httpRequest: HttpRequest, signal: AbortSignal, dispatcher: Dispatcher | undefined) {
  const { method, url, headers, body } = httpRequest;
  const response = await request(url, {
    method,
    headers,
    body: body ?? null,
    signal,
    // The signal bounds the whole exchange; undici's own limits would cut in before it.
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(dispatcher && { dispatcher }),
  });
  const limit = response.statusCode < 300 ? longestBody : longestErrorBody;
  return { response, ...(await readBounded(response.body, limit)) };
}

const faultOf = (error: unknown, timedOut: boolean, secrets: readonly string[]): HttpFault => ({
  kind: 'fault',
  fault: timedOut ? 'timeout' : 'connection',
  effect: !timedOut && wasNeverSent(faultCodeOf(error)) ? 'none' : 'unknown',
  cause: safeCause(error, secrets),
});

/**
 * One HTTP exchange, from connecting to the last byte of the body; any status is an answer. Rejects only with
 * the abort signal's own reason.
 */
export async function exchange(
  httpRequest: HttpRequest,
  options: ExchangeOptions,
): Promise<HttpAnswer | HttpFault> {
  const { timeout, abortSignal, dispatcher, secrets } = options;
  const signal = abortSignal === undefined ? timeout : AbortSignal.any([abortSignal, timeout]);
  try {
    const { response, text, complete } = await answerOf(httpRequest, signal, dispatcher);
    const { statusCode: status, headers } = response;
    const retryAfter = single(headers['retry-after']);
    return {
      kind: 'answer',
      status,
      text,
      complete,
      retryAfter,
      correlationId: single(headers['ms-correlationid']),
    };
  } catch (error) {
    abortSignal?.throwIfAborted();
    return faultOf(error, timeout.aborted, secrets);
  }
}
