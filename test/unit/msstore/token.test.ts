import type { AccessToken } from '@azure/identity';
import { describe, expect, it, test } from 'vitest';
import { StoreAuthenticationError, StoreUnavailableError } from '../../../src/shared/msstore/errors.ts';
import { createTokenProvider, storeScope } from '../../../src/shared/msstore/token.ts';

const hour = 3_600_000;

/** A provider over credentials whose acquisitions the test answers, and a clock that it sets. */
function setUp(options: { refreshBeforeMs?: number; acquisitionTimeoutMs?: number } = {}) {
  const clock = { now: 0 };
  const acquisitions: PromiseWithResolvers<AccessToken>[] = [];
  const scopes: (string | string[])[] = [];
  let credentials = 0;
  const provider = createTokenProvider({
    newCredential: () => {
      credentials++;
      return {
        getToken: (scope) => {
          scopes.push(scope);
          const acquisition = Promise.withResolvers<AccessToken>();
          acquisitions.push(acquisition);
          return acquisition.promise;
        },
      };
    },
    runtime: { now: () => clock.now, timeout: (ms) => AbortSignal.timeout(ms) },
    ...options,
  });
  const give = (at: number, token: string, expiresOnTimestamp = hour) =>
    acquisitions[at]?.resolve({ token, expiresOnTimestamp });
  const fail = (at: number, error: Error) => acquisitions[at]?.reject(error);
  return { provider, clock, acquisitions, scopes, give, fail, credentials: () => credentials };
}

describe('a token', () => {
  it('is acquired for the Store, whose resource has no trailing slash', async () => {
    const { provider, give, scopes } = setUp();
    const token = provider.getToken();
    give(0, 'first');
    expect(await token).toBe('first');
    expect(scopes).toEqual([storeScope]);
    expect(storeScope).toBe('https://manage.devcenter.microsoft.com/.default');
  });

  it('is used until shortly before its expiry', async () => {
    const { provider, give, clock, acquisitions } = setUp({ refreshBeforeMs: 300_000 });
    const first = provider.getToken();
    give(0, 'first');
    await first;
    clock.now = hour - 300_001;
    expect(await provider.getToken()).toBe('first');
    expect(acquisitions).toHaveLength(1);
    clock.now = hour - 300_000;
    const second = provider.getToken();
    give(1, 'second', 2 * hour);
    expect(await second).toBe('second');
  });

  it('that lives shorter than that is used for half its life', async () => {
    const { provider, give, clock, acquisitions } = setUp({ refreshBeforeMs: 300_000 });
    const first = provider.getToken();
    give(0, 'first', 60_000);
    await first;
    clock.now = 29_999;
    expect(await provider.getToken()).toBe('first');
    clock.now = 30_000;
    const second = provider.getToken();
    expect(acquisitions).toHaveLength(2);
    give(1, 'second');
    expect(await second).toBe('second');
  });

  it('is acquired once for all who ask at the same time', async () => {
    const { provider, give, acquisitions } = setUp();
    const tokens = Promise.all([provider.getToken(), provider.getToken(), provider.getToken()]);
    give(0, 'shared');
    expect(await tokens).toEqual(['shared', 'shared', 'shared']);
    expect(acquisitions).toHaveLength(1);
  });

  it('that was refused is replaced through a new credential, because credentials have caches of their own', async () => {
    const { provider, give, credentials } = setUp();
    const first = provider.getToken();
    give(0, 'first');
    provider.drop(await first);
    expect(credentials()).toBe(2);
    const second = provider.getToken();
    give(1, 'second');
    expect(await second).toBe('second');
  });

  it('that was refused late does not cost the one that has replaced it', async () => {
    const { provider, give, credentials } = setUp();
    const first = provider.getToken();
    give(0, 'first');
    await first;
    provider.drop('an older one');
    expect(await provider.getToken()).toBe('first');
    expect(credentials()).toBe(1);
  });
});

describe('a failed acquisition', () => {
  it('reaches all who wait for it, and is not remembered', async () => {
    const { provider, give, fail } = setUp();
    const tokens = Promise.allSettled([provider.getToken(), provider.getToken()]);
    fail(0, new Error('AADSTS7000215'));
    expect((await tokens).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = provider.getToken();
    give(1, 'next');
    expect(await next).toBe('next');
  });

  it('is an authentication error where the credential says nothing better', async () => {
    const { provider, fail } = setUp();
    const token = provider.getToken();
    fail(0, new Error('AADSTS7000215: Invalid client secret provided.'));
    await expect(token).rejects.toBeInstanceOf(StoreAuthenticationError);
  });

  it("keeps the credential's own error", async () => {
    const { provider, fail } = setUp();
    const token = provider.getToken();
    const outage = new StoreUnavailableError('503', { operation: 'acquireToken' }, { effect: 'none' });
    fail(0, outage);
    await expect(token).rejects.toBe(outage);
  });

  it('that takes too long is an outage, and the next caller begins anew', async () => {
    const { provider, give } = setUp({ acquisitionTimeoutMs: 1 });
    await expect(provider.getToken()).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      effect: 'none',
    });
    const next = provider.getToken();
    give(1, 'next');
    expect(await next).toBe('next');
  });

  test('a caller that gives up leaves the acquisition to the others', async () => {
    const { provider, give } = setUp();
    const abort = new AbortController();
    const impatient = provider.getToken(abort.signal);
    const patient = provider.getToken();
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(impatient).rejects.toBe(reason);
    give(0, 'late');
    expect(await patient).toBe('late');
  });
});
