import { readFile } from 'node:fs/promises';
import { ClientAssertionCredential, ClientSecretCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { scope, tokenFor } from './storeClient.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

const options = () => ({
  authorityHost: simulator.authority,
  disableInstanceDiscovery: true,
  tlsOptions: { ca: simulator.caPem },
});
const statusWith = async (token: string) => {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${simulator.url}/v1.0/my/applications`, { headers })).status;
};
const jwt = (claims: object) =>
  [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );

describe('@azure/identity', () => {
  test('gets a token by client secret that the API accepts', async () => {
    const credential = new ClientSecretCredential(
      simulator.tenantId,
      simulator.clientId,
      simulator.clientSecret,
      options(),
    );
    const { token, expiresOnTimestamp } = await credential.getToken(scope);
    expect(await statusWith(token)).toBe(200);
    expect(expiresOnTimestamp - Date.now()).toBeGreaterThan(3_500_000);
  });

  test('gets a token by client assertion', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const assertion = async () => [...jwt({ exp }), 'signature'].join('.');
    const credential = new ClientAssertionCredential(
      simulator.tenantId,
      simulator.clientId,
      assertion,
      options(),
    );
    expect(await statusWith((await credential.getToken(scope)).token)).toBe(200);
  });

  test('is refused with a wrong secret in the words of Entra', async () => {
    const credential = new ClientSecretCredential(simulator.tenantId, simulator.clientId, 'wrong', options());
    await expect(credential.getToken(scope)).rejects.toThrow(/AADSTS7000215/);
  });
});

describe('the token endpoints', () => {
  test('v1 answers with strings, and its token is accepted', async () => {
    const resource = 'https://manage.devcenter.microsoft.com';
    const { body } = await tokenFor(simulator, { resource }, 'oauth2/token');
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: '3599', resource });
    expect(Number(body.expires_on)).toBeGreaterThan(Date.now() / 1000);
    expect(await statusWith(String(body.access_token))).toBe(200);
  });

  test('v1 gives a token that is worth nothing for a resource with a slash at its end', async () => {
    const form = { resource: 'https://manage.devcenter.microsoft.com/' };
    const { status, body } = await tokenFor(simulator, form, 'oauth2/token');
    expect(status).toBe(200);
    expect(await statusWith(String(body.access_token))).toBe(401);
  });

  test.each([
    ['another grant', { grant_type: 'password' }, 400, 'AADSTS70003'],
    ['an unknown client', { client_id: 'x' }, 400, 'AADSTS700016'],
    ['a wrong secret', { client_secret: 'x' }, 401, 'AADSTS7000215'],
    ['an unknown scope', { scope: 'https://example.invalid/.default' }, 400, 'AADSTS1002012'],
  ])('refuse %s', async (_what, form, status, code) => {
    const answer = await tokenFor(simulator, { scope, ...form });
    expect(answer.status).toBe(status);
    expect(answer.body.error_description).toContain(code);
  });

  test.each([
    ['of another type', { client_assertion: 'a.b.c' }, 'AADSTS900144'],
    ['that is no JWT', { client_assertion: 'abc', client_assertion_type: 'x' }, 'AADSTS50027'],
    ['that has expired', { client_assertion: [...jwt({ exp: 1 }), 's'].join('.') }, 'AADSTS700024'],
  ])('refuse an assertion %s', async (what, form, code) => {
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const typed = what === 'of another type' ? {} : { client_assertion_type: type };
    const { body } = await tokenFor(simulator, { scope, ...form, ...typed });
    expect(body.error_description).toContain(code);
  });
});

describe('the API', () => {
  test.each([undefined, 'Bearer', 'Bearer nonsense', 'Basic abc'])('refuses %s', async (authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    const response = await fetch(`${simulator.url}/v1.0/my/applications`, { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ statusCode: 401 });
  });

  test('refuses a token that has expired', async () => {
    await using brief = await startSimulator({ tokenLifetimeSeconds: 0 });
    const { body } = await tokenFor(brief, { scope });
    const headers = { authorization: `Bearer ${String(body.access_token)}` };
    expect((await fetch(`${brief.url}/v1.0/my/applications`, { headers })).status).toBe(401);
  });

  test('needs no token where none is demanded', async () => {
    await using open = await startSimulator({ demandToken: false });
    expect((await fetch(`${open.url}/v1.0/my/applications`)).status).toBe(200);
  });
});

test('faults reach the token endpoints too', async () => {
  simulator.replaceFaults([{ match: { path: '/oauth2/' }, fault: { kind: 'status503' } }]);
  expect((await tokenFor(simulator, { scope })).status).toBe(503);
  expect((await tokenFor(simulator, { scope })).status).toBe(200);
});

test('the certificate is in a file as well', async () => {
  expect(await readFile(simulator.caFile, 'utf8')).toBe(simulator.caPem);
});
