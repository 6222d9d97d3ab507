import { expect, test } from 'vitest';
import { startAuthority } from './authority.ts';
import { inTurn, ref, rollout, startScripted } from './scriptedStore.ts';

/** MSAL answers itself for a minute after a 429 or 5xx of the authority, without asking it: that would outlast most outages. */

test.each([
  ['out of order', { status: 503, body: { error: 'x' } }],
  ['failing', { status: 500, body: { error: 'x' } }],
  ['throttling', { status: 429, body: { error: 'x' } }],
] as const)('an authority that was %s is asked again by the next call', async (_, reply) => {
  await using authority = await startAuthority();
  authority.reply = reply;
  await using scripted = await startScripted(inTurn({ body: rollout(25) }), {
    publisher: {
      tenantId: '11111111-1111-1111-1111-111111111111',
      clientId: '22222222-2222-2222-2222-222222222222',
      credential: { kind: 'secret', clientSecret: 's3cr3t~of~the~app' },
      authorityHost: authority.url,
      tlsCa: authority.ca,
    },
    retry: { attempts: 1 },
  });
  await expect(scripted.store.getPackageRollout(ref)).rejects.toMatchObject({
    name: 'StoreUnavailableError',
  });
  const asked = authority.forms.length;
  authority.reply = 'token';
  expect(await scripted.store.getPackageRollout(ref)).toMatchObject({ percentage: 25 });
  expect(authority.forms).toHaveLength(asked + 1);
});
