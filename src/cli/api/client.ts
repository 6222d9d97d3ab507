import { EnvHttpProxyAgent, request } from 'undici';
import { keyHeader } from '../../shared/access/keys.ts';
import { parseRetryAfter, type RetryPolicy, retryDelay } from '../../shared/platform/retryTiming.ts';
import { safeText } from '../../shared/secrets/redact.ts';
import { type CommandError, UnavailableError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import type { World } from '../world.ts';
import { refusalOf } from './refusal.ts';

export type Method = 'GET' | 'POST' | 'DELETE';
export type Ask = {
  readonly method: Method;
  /** Below `/api/`, each part encoded. */
  readonly path: string;
  readonly body?: unknown;
  /** JSON that goes as it is, instead of a body. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the same request a second time does no more than the first. */
  readonly repeatable: boolean;
};
export type Answer = { readonly status: number; readonly body: unknown };

/** Rampart's HTTP API. */
export interface Api {
  /** @throws CommandError for everything but 2xx, by what helps against it */
  ask(ask: Ask): Promise<Answer>;
  close(): Promise<void>;
}

type Timing = Pick<World, 'now' | 'random' | 'sleep' | 'interrupted'>;

/** A change waits for the Store inside the request, and Azure ends that after 230 seconds. */
const attemptTimeoutMs = { GET: 30_000, POST: 240_000, DELETE: 240_000 } as const;
const policyFor = (method: Method): RetryPolicy => ({
  attempts: 4,
  baseDelayMs: 500,
  maxDelayMs: 10_000,
  maxRetryAfterMs: 60_000,
  attemptTimeoutMs: attemptTimeoutMs[method],
  totalTimeoutMs: 4 * attemptTimeoutMs[method],
});

export function openApi(settings: Settings, timing: Timing): Api {
  // Proxies of the environment are followed, as Azure's own libraries do.
  const dispatcher = new EnvHttpProxyAgent();
  const exchange = exchangeWith(settings, dispatcher, timing);
  return {
    close: () => dispatcher.close(),
    async ask(ask) {
      const started = timing.now();
      const policy = policyFor(ask.method);
      for (let attempt = 1; ; attempt += 1) {
        const outcome = await exchange(ask, policy.attemptTimeoutMs);
        if ('answer' in outcome) return outcome.answer;
        if ('refusal' in outcome) throw outcome.refusal;
        const elapsedMs = timing.now() - started;
        const { retryAfterMs } = outcome;
        const delay = retryDelay({ attempt, policy, retryAfterMs, elapsedMs, random: timing.random() });
        if (!ask.repeatable || delay === 'stop') throw afterwards(ask, outcome.error);
        await timing.sleep(delay);
      }
    },
  };
}

/** A change whose answer is lost may have been made. */
const afterwards = ({ repeatable }: Ask, error: UnavailableError): UnavailableError =>
  repeatable
    ? error
    : new UnavailableError(
        `${error.message}\nIt may have been done all the same: look with "rampart status" before you repeat it.`,
        { cause: error },
      );

type Outcome =
  | { readonly answer: Answer }
  /** The same request would be answered the same. */
  | { readonly refusal: CommandError }
  /** It may do better the next time. */
  | { readonly error: UnavailableError; readonly retryAfterMs?: number | undefined };

function exchangeWith(settings: Settings, dispatcher: EnvHttpProxyAgent, timing: Timing) {
  const { url, key, namedKey } = settings;
  return async (ask: Ask, timeoutMs: number): Promise<Outcome> => {
    const { method, path } = ask;
    const body = bodyOf(ask);
    try {
      const response = await request(`${url}/api/${path}`, {
        method,
        dispatcher,
        signal: AbortSignal.any([timing.interrupted, AbortSignal.timeout(timeoutMs)]),
        headersTimeout: timeoutMs,
        headers: {
          accept: 'application/json',
          'x-functions-key': key,
          ...(namedKey !== undefined && { [keyHeader]: namedKey }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...ask.headers,
        },
        ...(body !== undefined && { body }),
      });
      const text = await response.body.text();
      const { statusCode: status } = response;
      const answered = documentIn(text);
      if (status >= 200 && status < 300) return { answer: { status, body: answered } };
      const refusal = refusalOf(status, answered, `${method} /api/${path.split('?', 1)[0]}`);
      if (!(refusal instanceof UnavailableError)) return { refusal };
      return {
        error: refusal,
        retryAfterMs: parseRetryAfter(one(response.headers['retry-after']), text, timing.now()),
      };
    } catch (error) {
      timing.interrupted.throwIfAborted();
      return { error: unreachable(settings, error) };
    }
  };
}

const one = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

const bodyOf = ({ body, raw }: Ask): string | undefined =>
  raw ?? (body === undefined ? undefined : JSON.stringify(body));

function documentIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A gateway's page, or nothing: whoever needs a document finds that it is none.
    return undefined;
  }
}

function unreachable({ url, key, namedKey }: Settings, error: unknown): UnavailableError {
  const secrets = namedKey === undefined ? [key] : [key, namedKey];
  return new UnavailableError(
    `Rampart at ${new URL(url).origin} cannot be reached: ${reasonOf(error, secrets)}.`,
  );
}

/** The system's own word for it where there is one: `ECONNREFUSED`. */
function reasonOf(error: unknown, secrets: readonly string[]): string {
  if (!(error instanceof Error)) return 'the connection failed';
  if (error.name === 'TimeoutError') return 'it took too long to answer';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return safeText(error.message || code || error.name, secrets);
}
