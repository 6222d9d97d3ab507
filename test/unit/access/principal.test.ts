import { describe, expect, test } from 'vitest';
import { ForbiddenError, UnauthorizedError } from '../../../src/shared/access/errors.ts';
import { type AccessSettings, authorize, principalOf } from '../../../src/shared/access/principal.ts';
import type { Role } from '../../../src/shared/access/roles.ts';
import { ada, base64, ciKey, leadKey, noSignIn, principalWith, signIn } from './callers.fixture.ts';

const approver = principalWith([...ada, ['roles', 'Rampart.Approver']]);
const viewer = principalWith([...ada, ['roles', 'Rampart.Viewer']]);

const of = (headers: Record<string, string>, access: AccessSettings = signIn) =>
  principalOf(new Headers(headers), access);

describe('a request comes from', () => {
  test.each<[string, Record<string, string>, AccessSettings, object, Role]>([
    ['a named key', { 'x-rampart-key': ciKey }, noSignIn, { actor: 'key', by: 'CI' }, 'operator'],
    [
      'a named key, whatever the case of the header’s name',
      { 'X-RAMPART-Key': leadKey },
      noSignIn,
      { actor: 'key', by: 'release lead' },
      'approver',
    ],
    [
      'the person who is signed in',
      { 'x-ms-client-principal': approver },
      signIn,
      { actor: 'person', by: 'ada@contoso.com' },
      'approver',
    ],
    [
      'the person, whatever the case of the header’s name',
      { 'X-MS-CLIENT-PRINCIPAL': viewer },
      signIn,
      { actor: 'person', by: 'ada@contoso.com' },
      'viewer',
    ],
    [
      'the person who also has a key, whose role adds nothing',
      { 'x-ms-client-principal': viewer, 'x-rampart-key': leadKey },
      signIn,
      { actor: 'person', by: 'ada@contoso.com' },
      'viewer',
    ],
    [
      'the person, whom no other header of the platform renames',
      { 'x-ms-client-principal': viewer, 'x-ms-client-principal-name': 'eve@contoso.com' },
      signIn,
      { actor: 'person', by: 'ada@contoso.com' },
      'viewer',
    ],
    [
      'a named key, even where people can sign in',
      { 'x-rampart-key': ciKey },
      signIn,
      { actor: 'key', by: 'CI' },
      'operator',
    ],
    [
      'whoever has the function key, if nothing else came',
      {},
      { ...noSignIn, functionKeyRole: 'viewer' },
      { actor: 'key', by: 'function key' },
      'viewer',
    ],
    [
      'a named key where the function key alone is worth nothing',
      { 'x-rampart-key': ciKey },
      { ...noSignIn, functionKeyRole: 'none' },
      { actor: 'key', by: 'CI' },
      'operator',
    ],
    [
      'a person where the function key alone is worth nothing',
      { 'x-ms-client-principal': viewer },
      { ...signIn, functionKeyRole: 'none' },
      { actor: 'person', by: 'ada@contoso.com' },
      'viewer',
    ],
  ])('%s', (_, headers, access, who, role) => {
    expect(of(headers, access)).toEqual({ who, role });
  });
});

describe('nobody is known, and the function key does not help, with', () => {
  test.each<[string, Record<string, string>, AccessSettings]>([
    ['the function key where that is worth nothing', {}, { ...signIn, functionKeyRole: 'none' }],
    ['a principal where nobody can sign in: a forged one', { 'x-ms-client-principal': approver }, noSignIn],
    [
      'a forged principal beside a good key',
      { 'x-ms-client-principal': approver, 'x-rampart-key': leadKey },
      noSignIn,
    ],
    ['an empty principal where nobody can sign in', { 'x-ms-client-principal': '' }, noSignIn],
    ['an empty principal', { 'x-ms-client-principal': '' }, signIn],
    ['a principal that is no base64', { 'x-ms-client-principal': '{"claims":[]}' }, signIn],
    ['a principal that was cut', { 'x-ms-client-principal': approver.slice(0, -8) }, signIn],
    ['two principals', { 'x-ms-client-principal': `${viewer}, ${approver}` }, signIn],
    ['a principal that names nobody', { 'x-ms-client-principal': principalWith([]) }, signIn],
    [
      'a principal of Static Web Apps',
      {
        'x-ms-client-principal': base64(
          '{"identityProvider":"aad","userId":"1","userRoles":["Rampart.Approver"]}',
        ),
      },
      signIn,
    ],
    [
      'a principal that cannot be read beside a good key',
      { 'x-ms-client-principal': 'x', 'x-rampart-key': leadKey },
      signIn,
    ],
    ['a wrong key', { 'x-rampart-key': 'a-key-that-nobody-was-given-000000' }, noSignIn],
    ['an empty key', { 'x-rampart-key': '' }, noSignIn],
    ['a key that is cut', { 'x-rampart-key': ciKey.slice(0, -1) }, noSignIn],
    ['a key in other case', { 'x-rampart-key': ciKey.toUpperCase() }, noSignIn],
    ['two good keys at once', { 'x-rampart-key': `${ciKey}, ${leadKey}` }, noSignIn],
    ['a very long key', { 'x-rampart-key': 'k'.repeat(100_000) }, noSignIn],
    ['a key where there are none', { 'x-rampart-key': ciKey }, { ...noSignIn, keys: [] }],
    ['a wrong key beside a person', { 'x-ms-client-principal': approver, 'x-rampart-key': 'wrong' }, signIn],
  ])('%s', (_, headers, access) => {
    const read = () => of(headers, access);
    expect(read).toThrow(UnauthorizedError);
    // The words go to the log.
    for (const sent of Object.values(headers).filter((value) => value !== '' && value.length > 3))
      expect(read).not.toThrow(sent);
  });
});

test('a person without a role is known, and may do nothing', () => {
  expect(() => of({ 'x-ms-client-principal': principalWith(ada) })).toThrow(ForbiddenError);
  expect(() => of({ 'x-ms-client-principal': principalWith(ada), 'x-rampart-key': leadKey })).toThrow(
    'Your account has none of Rampart.Viewer, Rampart.Operator, Rampart.Approver.',
  );
});

describe('a route that needs', () => {
  test.each<[Role, Role, boolean]>([
    ['viewer', 'viewer', true],
    ['viewer', 'operator', true],
    ['operator', 'viewer', false],
    ['operator', 'operator', true],
    ['operator', 'approver', true],
    ['approver', 'operator', false],
    ['approver', 'approver', true],
  ])('%s is open to %s: %s', (needed, functionKeyRole, open) => {
    const enter = () => authorize(new Headers(), { ...noSignIn, functionKeyRole }, needed);
    if (open) expect(enter().role).toBe(functionKeyRole);
    else
      expect(enter).toThrow(
        new ForbiddenError(`This needs the role ${needed}; yours is ${functionKeyRole}.`),
      );
  });
});
