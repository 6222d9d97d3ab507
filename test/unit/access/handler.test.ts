import functions, { type HttpResponseInit } from '@azure/functions';
import { describe, expect, test } from 'vitest';
import type { AccessSettings } from '../../../src/shared/access/principal.ts';
import type { Role } from '../../../src/shared/access/roles.ts';
import { httpHandlerFor } from '../../../src/shared/http/handler.ts';
import { ada, ciKey, leadKey, noSignIn, principalWith, signIn } from './callers.fixture.ts';

type Given = { readonly access?: AccessSettings; readonly headers?: Record<string, string> };

/** What becomes of a request whose body and whose state fail the test where they are asked for in vain. */
async function ask(needed: Role, { access = noSignIn, headers = {} }: Given) {
  const log: string[] = [];
  let reached = false;
  const state = async () => {
    reached = true;
    throw new Error('The state cannot be reached.');
  };
  const handler = httpHandlerFor(access)(state, needed, async (call) => ({
    body: await call.request.text(),
  }));
  const request = new functions.HttpRequest({
    method: 'POST',
    url: 'http://127.0.0.1/api/rollouts',
    headers,
    body: { string: '{}' },
  });
  const context = new functions.InvocationContext({
    logHandler: (level, ...args) => log.push([level, ...args].join(' ')),
  });
  const answer: HttpResponseInit = await handler(request, context);
  return {
    status: answer.status,
    headers: new Headers(answer.headers),
    body: String(answer.body),
    log,
    touched: reached || request.bodyUsed,
  };
}

describe('neither the body nor the state is touched for', () => {
  test.each<[string, number, Role, Given]>([
    ['a wrong key', 401, 'viewer', { headers: { 'x-rampart-key': 'wrong' } }],
    [
      'a function key that is worth nothing',
      401,
      'viewer',
      { access: { ...noSignIn, functionKeyRole: 'none' } },
    ],
    ['a forged principal', 401, 'viewer', { headers: { 'x-ms-client-principal': principalWith(ada) } }],
    ['a key with too small a role', 403, 'approver', { headers: { 'x-rampart-key': ciKey } }],
    [
      'a person without a role',
      403,
      'viewer',
      { access: signIn, headers: { 'x-ms-client-principal': principalWith(ada) } },
    ],
  ])('%s: %i', async (_, status, needed, given) => {
    const answer = await ask(needed, given);
    expect(answer).toMatchObject({ status, touched: false });
    expect(JSON.parse(answer.body)).toMatchObject({ status });
  });
});

test('whoever has the role gets further', async () => {
  const { status, touched } = await ask('approver', { headers: { 'x-rampart-key': leadKey } });
  expect({ status, touched }).toEqual({ status: 500, touched: true });
});

test('a refusal says the same whatever was wrong, and the log says what', async () => {
  const wrong = await ask('viewer', { headers: { 'x-rampart-key': 'wrong' } });
  const forged = await ask('viewer', { headers: { 'x-ms-client-principal': principalWith(ada) } });
  expect(JSON.parse(wrong.body)).toEqual({
    type: 'urn:rampart:problem:unauthorized',
    title: 'Not authorized',
    status: 401,
    detail: 'Rampart does not know who asks.',
  });
  expect(forged.body).toBe(wrong.body);
  expect(wrong.headers.get('www-authenticate')).toBe('Rampart-Key realm="rampart"');
  expect(wrong.log).toEqual(['warning Refused: x-rampart-key is none of the named keys.']);
  expect(forged.log).toEqual([
    'warning Refused: x-ms-client-principal came, and App Service Authentication is off.',
  ]);
});

test('a role that is too small is named', async () => {
  const { body, log } = await ask('approver', { headers: { 'x-rampart-key': ciKey } });
  expect(JSON.parse(body)).toMatchObject({ detail: 'This needs the role approver; yours is operator.' });
  expect(log).toEqual([]);
});
