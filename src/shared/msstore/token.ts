import type { AccessToken, TokenCredential } from '@azure/identity';
import { type Runtime, realRuntime } from '../platform/runtime.ts';
import { safeCause } from '../secrets/redact.ts';
import { StoreAuthenticationError, StoreError, StoreUnavailableError } from './errors.ts';

/** The resource has no trailing slash: a token for one with it is not valid at the Store. */
export const storeScope = 'https://manage.devcenter.microsoft.com/.default';

/** Where the client gets its bearer tokens. */
export type TokenProvider = {
  /** A token that is good for a while. Rejects with a `StoreError`, or with the abort signal's reason. */
  getToken(abortSignal?: AbortSignal): Promise<string>;
  /** Says that the Store refused this token; the next `getToken` acquires another. */
  drop(token: string): void;
};

export type TokenProviderOptions = {
  /**
   * Makes a credential. It is called again after a token was refused, because a credential of @azure/identity
   * has a cache of its own, which would hand out the refused token again.
   */
  readonly newCredential: () => Pick<TokenCredential, 'getToken'>;
  readonly runtime?: Pick<Runtime, 'now' | 'timeout'>;
  /** How long before its expiry a token is replaced; a short-lived token is replaced at half its life. */
  readonly refreshBeforeMs?: number;
  readonly acquisitionTimeoutMs?: number;
};

type HeldToken = { readonly token: string; readonly goodUntil: number };

const operation = 'acquireToken';

const acquisitionError = (error: unknown, timedOut: boolean): StoreError => {
  if (error instanceof StoreError) return error;
  const cause = safeCause(error);
  return timedOut
    ? new StoreUnavailableError(
        'the authority did not answer in time',
        { operation },
        { effect: 'none', cause },
      )
    : new StoreAuthenticationError(cause.message, { operation }, { cause });
};

/** Rejects with the signal's reason when it aborts before `promise` has settled. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

class CachingTokenProvider implements TokenProvider {
  readonly #options: Required<TokenProviderOptions>;
  #credential: Pick<TokenCredential, 'getToken'>;
  #held: HeldToken | undefined;
  #acquisition: Promise<string> | undefined;

  constructor(options: Required<TokenProviderOptions>) {
    this.#options = options;
    this.#credential = options.newCredential();
  }

  async getToken(abortSignal?: AbortSignal): Promise<string> {
    abortSignal?.throwIfAborted();
    if (this.#held !== undefined && this.#options.runtime.now() < this.#held.goodUntil)
      return this.#held.token;
    // A caller that gives up leaves the acquisition to those who share it.
    this.#acquisition ??= this.#acquire().finally(() => {
      this.#acquisition = undefined;
    });
    return orAborted(this.#acquisition, abortSignal);
  }

  drop(token: string): void {
    if (this.#held?.token !== token) return;
    this.#held = undefined;
    this.#credential = this.#options.newCredential();
  }

  async #acquire(): Promise<string> {
    const timeout = this.#options.runtime.timeout(this.#options.acquisitionTimeoutMs);
    try {
      const asked = this.#credential.getToken(storeScope, { abortSignal: timeout });
      return this.#hold(await orAborted(asked, timeout));
    } catch (error) {
      // MSAL answers itself for a minute after a 429 or 5xx of the authority, without asking it again.
      this.#credential = this.#options.newCredential();
      throw acquisitionError(error, timeout.aborted);
    }
  }

  #hold(acquired: AccessToken | null): string {
    if (acquired === null) throw new Error('the credential gave no token');
    const now = this.#options.runtime.now();
    const life = acquired.expiresOnTimestamp - now;
    const early = Math.min(this.#options.refreshBeforeMs, life / 2);
    this.#held = { token: acquired.token, goodUntil: acquired.expiresOnTimestamp - early };
    return acquired.token;
  }
}

/**
 * A cache over a credential: a token is used until shortly before its expiry, one acquisition runs at a time
 * and is shared by all who wait for it, and a failed acquisition is not remembered.
 */
export function createTokenProvider(options: TokenProviderOptions): TokenProvider {
  const defaults = { runtime: realRuntime, refreshBeforeMs: 5 * 60_000, acquisitionTimeoutMs: 30_000 };
  return new CachingTokenProvider({ ...defaults, ...options });
}
