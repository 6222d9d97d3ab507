import { describe, expect, it, test } from 'vitest';
import { createStoreClient } from '../../../src/shared/msstore/client.ts';
import { createCredential, publisherCredentialSchema } from '../../../src/shared/msstore/credential.ts';
import { unlimitedBudget } from '../../support/unlimitedBudget.ts';

const identity = {
  tenantId: '11111111-1111-1111-1111-111111111111',
  clientId: '22222222-2222-2222-2222-222222222222',
};

describe("a publisher's credential", () => {
  test.each([
    [{ kind: 'secret', clientSecret: 'x' }],
    [{ kind: 'certificate', pem: '-----BEGIN', sendX5c: true }],
    [{ kind: 'certificate', path: '/run/certificate.pem', sendX5c: false }],
    [{ kind: 'federated' }],
    [{ kind: 'federated', managedIdentityClientId: '33333333-3333-3333-3333-333333333333' }],
  ] as const)('may be %j', (credential) => {
    expect(publisherCredentialSchema.parse(credential)).toEqual(credential);
  });

  test.each([
    ['of an unknown kind', { kind: 'password', password: 'x' }],
    ['with an unknown key', { kind: 'secret', clientSecret: 'x', secret: 'y' }],
    ['with an empty secret', { kind: 'secret', clientSecret: '' }],
    ['with two certificates', { kind: 'certificate', pem: 'x', path: 'y' }],
    ['without a certificate', { kind: 'certificate' }],
  ])('is refused %s', (_, credential) => {
    expect(publisherCredentialSchema.safeParse(credential).success).toBe(false);
  });

  it('that cannot be read must be mended, and does not show itself', async () => {
    const pem = '-----BEGIN s3cr3t-----';
    const credential = createCredential({
      ...identity,
      credential: { kind: 'certificate', pem, sendX5c: false },
    });
    const error: unknown = await credential.getToken('scope').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'StoreAuthenticationError', transient: false });
    expect(String(error)).not.toContain('s3cr3t');
  });
});

describe("the Store's address", () => {
  const publisher = { ...identity, credential: { kind: 'secret', clientSecret: 'x' } } as const;

  test.each(['http://manage.devcenter.microsoft.com', 'ftp://x'])(
    '%s would send the token in the clear',
    (baseUrl) => {
      expect(() => createStoreClient({ publisher, baseUrl, budget: unlimitedBudget })).toThrow(
        'must begin with https:',
      );
    },
  );

  test.each([
    undefined,
    'https://manage.devcenter.microsoft.com/',
    'http://127.0.0.1:7000',
    'http://localhost:1/store',
  ])('%s is taken', (baseUrl) => {
    expect(createStoreClient({ publisher, baseUrl, budget: unlimitedBudget })).toHaveProperty(
      'haltPackageRollout',
    );
  });
});
