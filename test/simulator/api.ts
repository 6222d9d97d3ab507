import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { AppliedChange, LoggedChange } from './applied.ts';
import type { LoggedRequest } from './controls.ts';
import { unauthorized } from './errors.ts';
import { replyAfter, replyBefore, tooManyRequests } from './faultReplies.ts';
import { type ArmedRule, armed, type Fault, type FaultRule, takeFault } from './faults.ts';
import { type Dropped, jsonReply, type Reply, type Request } from './http.ts';
import { answerApi } from './routes.ts';
import type { Store } from './store.ts';
import { recentOnly, waitFor } from './throttle.ts';
import type { Tokens } from './tokens.ts';
import type { Uploads } from './upload.ts';

type ApiOptions = {
  readonly store: Store;
  readonly uploads: Uploads;
  readonly tokens: Tokens;
  readonly demandToken: boolean;
};

/** The gateway in front of the API: faults, tokens, limits and the log of requests. */
export class Api {
  readonly #options: ApiOptions;
  readonly #closed = new AbortController();
  #rules: readonly ArmedRule[] = [];
  #log: LoggedRequest[] = [];
  #logged = 0;
  readonly #applied: LoggedChange[] = [];
  #passed: number[] = [];

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  get rules(): readonly ArmedRule[] {
    return this.#rules;
  }

  arm(rules: readonly FaultRule[], mode: 'append' | 'replace'): void {
    this.#rules = mode === 'append' ? [...this.#rules, ...armed(rules)] : armed(rules);
  }

  logged(since: number): readonly LoggedRequest[] {
    return this.#log.filter(({ index }) => index >= since);
  }

  clearLog(): void {
    this.#log = [];
  }

  get applied(): readonly LoggedChange[] {
    return this.#applied;
  }

  /** Lets go of answers that are held back. */
  close(): void {
    this.#closed.abort();
  }

  /** Answers one request of the API, and logs it. */
  async answer(request: Request): Promise<Reply | Dropped> {
    const correlationId = correlationOf(request);
    const entry = this.#entry(request, correlationId);
    const reply = await this.withFaults(request, (fault) => this.#admit(request, fault));
    this.#log.push({ ...entry, status: reply === 'dropped' ? undefined : reply.status });
    if (reply === 'dropped') return reply;
    return { ...reply, headers: { ...reply.headers, 'MS-CorrelationId': correlationId } };
  }

  /** Lets the fault script have its way with a request. */
  async withFaults(
    request: Request,
    apply: (fault: Fault | undefined) => Reply | Promise<Reply>,
  ): Promise<Reply | Dropped> {
    const query = request.query.size > 0 ? `?${request.query}` : '';
    const { rules, fault } = takeFault(this.#rules, { method: request.method, path: request.path + query });
    this.#rules = rules;
    if (!fault) return await apply(undefined);
    if (fault.kind === 'slow') await delay(fault.delayMs, undefined, { signal: this.#closed.signal });
    if (fault.kind === 'expiredToken') this.#options.tokens.revoke(request.headers.authorization);
    return replyBefore(fault, Date.now()) ?? replyAfter(fault, await apply(fault));
  }

  async #admit(request: Request, fault: Fault | undefined): Promise<Reply> {
    return this.#refuseToken(request) ?? this.#refusePace(request) ?? (await this.#apply(request, fault));
  }

  #refuseToken(request: Request): Reply | undefined {
    const { tokens, demandToken, store } = this.#options;
    const { tokenVersions, unauthorizedBody } = store.read().toggles;
    if (!demandToken || tokens.accepts(request.headers.authorization, tokenVersions)) return undefined;
    const { status, body } = unauthorized();
    const reply = unauthorizedBody === 'empty' ? { status } : jsonReply(status, body);
    return { ...reply, headers: { ...reply.headers, 'www-authenticate': 'Bearer' } };
  }

  /** Every caller belongs to the one tenant there is, so there is one count. */
  #refusePace(request: Request): Reply | undefined {
    const { toggles } = this.#options.store.read();
    if (!toggles.analyticsCounted && /^\/v1\.0\/my\/analytics\//i.test(request.path)) return undefined;
    const now = Date.now();
    const wait = waitFor(this.#passed, toggles, now);
    if (wait > 0) return tooManyRequests(Math.ceil(wait / 1000), toggles.retryAfter, now);
    this.#passed = [...recentOnly(this.#passed, now), now];
    return undefined;
  }

  #apply(request: Request, fault: Fault | undefined): Promise<Reply> {
    const { store, uploads } = this.#options;
    const record = (change: AppliedChange) => this.#record(change);
    return answerApi({ store, uploads, fault, newBlobName: randomUUID, record }, request);
  }

  #record(change: AppliedChange): void {
    const domainTime = this.#options.store.clock.now().toISOString();
    this.#applied.push({ index: this.#applied.length, domainTime, ...change });
  }

  #entry({ method, path, query }: Request, correlationId: string): Omit<LoggedRequest, 'status'> {
    const index = this.#logged;
    this.#logged += 1;
    return {
      index,
      time: new Date().toISOString(),
      domainTime: this.#options.store.clock.now().toISOString(),
      method,
      path: query.size > 0 ? `${path}?${query}` : path,
      correlationId,
    };
  }
}

/** The caller's own id where it sent one. */
function correlationOf({ headers }: Request): string {
  const own = headers['ms-correlationid'] ?? headers.correlationid;
  return typeof own === 'string' ? own : randomUUID();
}
