import { randomUUID } from 'node:crypto';
import type { Dispatcher } from 'undici';
import type { z } from 'zod';
import type { RequestLane } from '../budget/budget.ts';
import type { RequestBudget } from '../budget/port.ts';
import { parseRetryAfter, type RetryPolicy, retryDelay } from '../platform/retryTiming.ts';
import type { Runtime } from '../platform/runtime.ts';
import { errorOfAnswer } from './answerErrors.ts';
import type { Call, RequestEvent, StoreRequest } from './call.ts';
import { StoreBudgetError, StoreError, StoreThrottledError, StoreUnavailableError } from './errors.ts';
import { exchange, type HttpAnswer, type HttpFault } from './exchange.ts';
import { faultError, timeSpent } from './faultErrors.ts';
import { httpRequestOf } from './httpRequest.ts';
import { orNoRoom } from './noRoom.ts';
import { parseAnswer } from './parseAnswer.ts';
import type { CallOptions } from './port.ts';
import type { TokenProvider } from './token.ts';

export type RequesterOptions = {
  readonly baseUrl: URL;
  readonly tokens: TokenProvider;
  readonly policy: RetryPolicy;
  readonly runtime: Runtime;
  readonly dispatcher: Dispatcher | undefined;
  /** Must not throw. */
  readonly onRequest: (event: RequestEvent) => void;
  readonly budget: RequestBudget;
};

/** For how long nobody asks after a 429 that names no time. */
const closedWithoutWordMs = 30_000;

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** Sends requests to the Store: with a token, bounded in time, and repeated where that is harmless. */
export class Requester {
  readonly #options: RequesterOptions;
  /** The calls that have sent a change. */
  readonly #changing = new WeakSet<Call>();

  constructor(options: RequesterOptions) {
    this.#options = options;
  }

  /**
   * Begins a call, and with it its time.
   *
   * @param lane what the call is, where its options do not say what it is for
   */
  begin(options: CallOptions = {}, lane: RequestLane = 'poll'): Call {
    const { abortSignal, once = false, ticket, patienceMs } = options;
    const startedAt = this.#options.runtime.now();
    const correlationId = randomUUID();
    return {
      correlationId,
      startedAt,
      abortSignal,
      once,
      lane: options.lane ?? lane,
      ticket,
      ...(patienceMs !== undefined && { patienceMs }),
    };
  }

  /**
   * Sends once, and once more after a 401 with a new token: a request that was refused for its token had no
   * effect. A change that is to be sent at most once is left to its caller even then: what it was decided on may be
   * old by the time that a token and room in the budget are there.
   * Rejects with a `StoreError` for everything that is no success, or with the reason of the call's abort
   * signal.
   */
  async send(call: Call, request: StoreRequest, attempt = 1): Promise<HttpAnswer> {
    const { tokens } = this.#options;
    const token = await tokens.getToken(call.abortSignal);
    const first = await this.#exchange(call, request, token, attempt);
    if (first.status !== 401) return this.#successOf(first, call, request, token);
    tokens.drop(token);
    if (call.once && request.method !== 'GET') return this.#successOf(first, call, request, token);
    const second = await tokens.getToken(call.abortSignal);
    return this.#successOf(await this.#exchange(call, request, second, attempt), call, request, second);
  }

  /**
   * Sends a request whose repetition is harmless, and parses the answer. Throttling, 5xx, network faults,
   * timeouts and bodies that are no JSON are tried again. For GET and PUT only: a PUT replaces a whole draft
   * by the same content.
   */
  async read<T>(call: Call, request: StoreRequest, schema: z.ZodType<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return parseAnswer(await this.send(call, request, attempt), request.operation, schema);
      } catch (error) {
        const delay = error instanceof StoreError ? this.delayAfter(call, error, attempt) : 'stop';
        if (delay === 'stop') throw error;
        await this.pauseOr(call, delay, error);
      }
    }
  }

  /**
   * The wait after a failed attempt, in ms; `stop` after a permanent error, when attempts or time are used up, and where
   * the request budget has no room: that was waited for as long as is of use.
   */
  delayAfter(call: Call, error: StoreError, attempt: number): number | 'stop' {
    if (!error.transient || error instanceof StoreBudgetError) return 'stop';
    const { policy, runtime } = this.#options;
    const timed = error instanceof StoreUnavailableError || error instanceof StoreThrottledError;
    const retryAfterMs = timed ? error.retryAfterMs : undefined;
    const elapsedMs = runtime.now() - call.startedAt;
    return retryDelay({ attempt, policy, retryAfterMs, elapsedMs, random: runtime.random() });
  }

  async pause(call: Call, ms: number): Promise<void> {
    await this.#options.runtime.sleep(ms, call.abortSignal);
  }

  /** An end that comes while waiting is no reason of its own: what was waited for is. */
  async pauseOr(call: Call, ms: number, error: unknown): Promise<void> {
    try {
      await this.pause(call, ms);
    } catch {
      throw error;
    }
  }

  async #exchange(call: Call, request: StoreRequest, token: string, attempt: number): Promise<HttpAnswer> {
    const { baseUrl, runtime, onRequest, dispatcher, policy } = this.#options;
    await this.#takeRoom(call, request);
    const startedAt = runtime.now();
    const timeoutMs = Math.min(policy.attemptTimeoutMs, this.#timeLeft(call, request));
    const timeout = runtime.timeout(timeoutMs);
    const { abortSignal } = call;
    const httpRequest = httpRequestOf(baseUrl, call, request, token);
    const outcome = await exchange(httpRequest, { timeout, abortSignal, dispatcher, secrets: [token] });
    const durationMs = runtime.now() - startedAt;
    onRequest({
      ...seenOf(outcome, call),
      operation: request.operation,
      method: request.method,
      attempt,
      durationMs,
    });
    if (outcome.kind === 'fault') throw faultError(outcome, call, request, timeoutMs);
    if (outcome.status === 429) await this.#close(outcome);
    return outcome;
  }

  /** Every exchange takes one request from the publisher's budget, also a repeated one: the Store counts them all. */
  async #takeRoom(call: Call, request: StoreRequest): Promise<void> {
    const left = this.#timeLeft(call, request);
    if (call.ticket?.redeem() !== true) {
      // Half a change known is worse than a slow one, so what follows it waits for as long as the call may take.
      const patienceMs = this.#changing.has(call) ? left : call.patienceMs;
      const { abortSignal, lane } = call;
      const { operation } = request;
      await orNoRoom(operation, this.#options.budget.take(lane, { abortSignal, operation, patienceMs }));
    }
    if (request.method !== 'GET') this.#changing.add(call);
  }

  /** The milliseconds that are left for the call. */
  #timeLeft(call: Call, request: StoreRequest): number {
    const { policy, runtime } = this.#options;
    const left = policy.totalTimeoutMs - (runtime.now() - call.startedAt);
    if (left <= 0) throw timeSpent(call, request);
    return left;
  }

  /** The Store's own limit is met, so all instances leave it alone for as long as it says. */
  async #close({ retryAfter, text }: HttpAnswer): Promise<void> {
    const { budget, runtime } = this.#options;
    await budget.closed(parseRetryAfter(retryAfter, text, runtime.now()) ?? closedWithoutWordMs);
  }

  #successOf(answer: HttpAnswer, call: Call, request: StoreRequest, token: string): HttpAnswer {
    if (isSuccess(answer.status)) return answer;
    const { operation } = request;
    const { correlationId } = call;
    throw errorOfAnswer(answer, {
      operation,
      correlationId,
      now: this.#options.runtime.now(),
      secrets: [token],
    });
  }
}

const seenOf = (outcome: HttpAnswer | HttpFault, call: Call) =>
  outcome.kind === 'answer'
    ? { status: outcome.status, correlationId: outcome.correlationId ?? call.correlationId }
    : { status: undefined, correlationId: call.correlationId };
