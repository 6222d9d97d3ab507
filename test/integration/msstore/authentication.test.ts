import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, test, vi } from 'vitest';
import { createCredential, type PublisherCredential } from '../../../src/shared/msstore/credential.ts';
import { storeScope } from '../../../src/shared/msstore/token.ts';
import { type Authority, startAuthority } from './authority.ts';
import { inTurn, ref, rollout, type Script, startScripted } from './scriptedStore.ts';

const tenantId = '11111111-1111-1111-1111-111111111111';
const clientId = '22222222-2222-2222-2222-222222222222';
const clientSecret = 's3cr3t~of~the~app';
const secret: PublisherCredential = { kind: 'secret', clientSecret };
const good = inTurn({ body: rollout(25) });

const startAs = (authority: Authority, credential: PublisherCredential, script: Script = good) =>
  startScripted(script, {
    publisher: { tenantId, clientId, credential, authorityHost: authority.url, tlsCa: authority.ca },
    retry: { attempts: 1 },
  });

afterEach(() => vi.unstubAllEnvs());

describe('a publisher proves itself', () => {
  it('with a client secret', async () => {
    await using authority = await startAuthority();
    await using scripted = await startAs(authority, secret);
    await scripted.store.getPackageRollout(ref);
    expect(Object.fromEntries(authority.forms[0] ?? [])).toMatchObject({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: expect.stringContaining('https://manage.devcenter.microsoft.com/.default'),
    });
    expect(scripted.seen[0]?.headers.authorization).toBe('Bearer token-1');
  });

  test.each([[true], [false]])('with a certificate (its chain is sent: %s)', async (sendX5c) => {
    await using authority = await startAuthority();
    await using scripted = await startAs(authority, { kind: 'certificate', pem: authority.pem, sendX5c });
    await scripted.store.getPackageRollout(ref);
    const assertion = authority.forms[0]?.get('client_assertion')?.split('.')[0] ?? '';
    const header: unknown = JSON.parse(Buffer.from(assertion, 'base64url').toString());
    expect(Object.keys(Object(header)).includes('x5c')).toBe(sendX5c);
  });

  it("with the host's managed identity, whose token is the assertion", async () => {
    const asked: URL[] = [];
    const identity = createServer((request, response) => {
      asked.push(new URL(request.url ?? '', 'http://identity'));
      const expires_on = Math.floor(Date.now() / 1000) + 3_600;
      response.end(
        JSON.stringify({ access_token: 'assertion-of-identity', expires_on, token_type: 'Bearer' }),
      );
    });
    await once(identity.listen(0, '127.0.0.1'), 'listening');
    const address = identity.address();
    vi.stubEnv(
      'IDENTITY_ENDPOINT',
      `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/token`,
    );
    vi.stubEnv('IDENTITY_HEADER', 'header');
    try {
      await using authority = await startAuthority();
      const managedIdentityClientId = '33333333-3333-3333-3333-333333333333';
      await using scripted = await startAs(authority, { kind: 'federated', managedIdentityClientId });
      await scripted.store.getPackageRollout(ref);
      expect(asked[0]?.searchParams.get('resource')).toBe('api://AzureADTokenExchange');
      expect(asked[0]?.searchParams.get('client_id')).toBe(managedIdentityClientId);
      expect(authority.forms[0]?.get('client_assertion')).toBe('assertion-of-identity');
    } finally {
      identity.close();
    }
  });
});

describe('the token', () => {
  it('is acquired once for many requests at the same time', async () => {
    await using authority = await startAuthority();
    await using scripted = await startAs(authority, secret);
    await Promise.all([1, 2, 3, 4].map(() => scripted.store.getPackageRollout(ref)));
    expect(authority.forms).toHaveLength(1);
    expect(scripted.seen).toHaveLength(4);
  });

  it('that the Store refuses is replaced by a new one, past all caches', async () => {
    await using authority = await startAuthority();
    await using scripted = await startAs(authority, secret, inTurn({ status: 401 }, { body: rollout(25) }));
    await scripted.store.getPackageRollout(ref);
    expect(scripted.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });
});

describe('a failed acquisition', () => {
  const invalidClient = {
    error: 'invalid_client',
    error_description: 'AADSTS7000215: Invalid client secret provided.',
  };
  const unknownTenant = { error: 'invalid_tenant', error_description: 'AADSTS90002: Tenant not found.' };

  test.each([
    ['a wrong secret', { reply: { status: 401, body: invalidClient } }, 'StoreAuthenticationError', false],
    [
      'an unknown tenant',
      { metadata: { status: 400, body: unknownTenant } },
      'StoreAuthenticationError',
      false,
    ],
    [
      'an authority out of order',
      { reply: { status: 503, body: { error: 'x' } } },
      'StoreUnavailableError',
      true,
    ],
    [
      'an authority that throttles',
      { reply: { status: 429, body: { error: 'x' } } },
      'StoreUnavailableError',
      true,
    ],
    ['a dropped connection', { reply: 'drop' }, 'StoreUnavailableError', true],
    ['an authority without metadata', { metadata: { status: 503, body: {} } }, 'StoreUnavailableError', true],
  ] as const)('through %s', async (_, behaviour, name, transient) => {
    await using authority = await startAuthority();
    Object.assign(authority, behaviour);
    await using scripted = await startAs(authority, secret);
    const error: unknown = await scripted.store.haltPackageRollout(ref).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name, transient, details: { operation: 'acquireToken' } });
    expect(scripted.seen).toEqual([]);
    expect(inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error)).not.toContain(
      clientSecret,
    );
  });

  it('is not remembered', async () => {
    await using authority = await startAuthority();
    authority.reply = { status: 401, body: invalidClient };
    await using scripted = await startAs(authority, secret);
    await expect(scripted.store.getPackageRollout(ref)).rejects.toMatchObject({
      name: 'StoreAuthenticationError',
    });
    authority.reply = 'token';
    expect(await scripted.store.getPackageRollout(ref)).toMatchObject({ percentage: 25 });
  });

  it('before anything was asked must be mended, whatever the authority said the last time', async () => {
    await using authority = await startAuthority();
    const folder = await mkdtemp(path.join(tmpdir(), 'certificate-'));
    const file = path.join(folder, 'app.pem');
    await writeFile(file, authority.pem);
    const certificate = { kind: 'certificate', path: file, sendX5c: false } as const;
    const publisher = {
      tenantId,
      clientId,
      credential: certificate,
      authorityHost: authority.url,
      tlsCa: authority.ca,
    };
    const credential = createCredential(publisher);
    expect(await credential.getToken(storeScope)).toMatchObject({ token: 'token-1' });
    await rm(folder, { recursive: true });
    await expect(credential.getToken(storeScope)).rejects.toMatchObject({ name: 'StoreAuthenticationError' });
  });

  it('of an authority that is not there is an outage', async () => {
    const authority = await startAuthority();
    await authority[Symbol.asyncDispose]();
    await using scripted = await startAs(authority, secret);
    await expect(scripted.store.getPackageRollout(ref)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      message: 'Could not get an access token: the authority could not be reached.',
    });
  });
});
