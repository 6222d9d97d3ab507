import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPerson } from '../../../src/shared/access/clientPrincipal.ts';
import { UnauthorizedError } from '../../../src/shared/access/errors.ts';
import type { Role } from '../../../src/shared/access/roles.ts';
import { ada, base64, type Claims, principalWith, roleType, soap } from './callers.fixture.ts';

describe('the name of a person is', () => {
  test.each<[string, Claims, object, string | undefined]>([
    ['the user name', ada, {}, 'ada@contoso.com'],
    ['the principal name, before the user name', [...ada, ['upn', 'a.l@contoso.com']], {}, 'a.l@contoso.com'],
    ['the principal name of an older token', [[`${soap}/upn`, 'ada@contoso.com']], {}, 'ada@contoso.com'],
    ['the claim that the principal says', [['nick', 'ada']], { name_typ: 'nick' }, 'ada'],
    [
      'the user name, before what the principal says: people choose that themselves',
      [...ada, ['nick', 'Grace Hopper']],
      { name_typ: 'nick' },
      'ada@contoso.com',
    ],
    ['the address, if there is nothing better', [['email', 'ada@contoso.com']], {}, 'ada@contoso.com'],
    ['the address, where the principal says no type', [['email', 'a@b.c']], { name_typ: null }, 'a@b.c'],
    ['never the display name, which two may have', [['name', 'Ada Lovelace']], {}, undefined],
    [
      'nothing for a program, which has none',
      [['azp', '5b5450db-eb26-4c1a-981c-ba1d25f0483d']],
      {},
      undefined,
    ],
    ['nothing if it is only space', [['preferred_username', ' \t\u200b\u00a0']], {}, undefined],
    [
      'the next one if the first is only space',
      [
        ['upn', ' '],
        ['email', 'a@b.c'],
      ],
      {},
      'a@b.c',
    ],
    ['the same where it stands there twice', [...ada, ...ada], {}, 'ada@contoso.com'],
    [
      'the same in capitals',
      [
        ['upn', 'ADA@Contoso.com'],
        ['upn', 'ada@contoso.com'],
      ],
      {},
      'ada@contoso.com',
    ],
    ['in its own script', [['upn', '田中@例え.jp']], {}, '田中@例え.jp'],
    ['composed', [['upn', 'Ame\u0301lie']], {}, 'Am\u00e9lie'],
    ['on one line', [['upn', 'ada\r\n2026-03-02 halt\tby eve']], {}, 'ada 2026-03-02 halt by eve'],
    ['without what a terminal would obey', [['upn', 'ada\u001b[31m\u0007']], {}, 'ada [31m'],
    ['without what turns the reading around', [['upn', '\u202eada\u2066\u200b\ufeff']], {}, 'ada'],
    ['without half a character', [['upn', 'ada\ud800']], {}, 'ada'],
    ['no longer than 128 characters', [['upn', '𝒳'.repeat(500)]], {}, '𝒳'.repeat(128)],
    ['a word like any other', [['upn', '__proto__']], {}, '__proto__'],
  ])('%s', (_, claims, more, name) => {
    expect(readPerson(principalWith(claims, more)).name).toBe(name);
  });
});

describe('the role of a person is', () => {
  test.each<[string, Claims, object, Role | undefined]>([
    ['none unless one is assigned', ada, {}, undefined],
    ['that of the app role', [['roles', 'Rampart.Operator']], {}, 'operator'],
    ['that of an older token', [[roleType, 'Rampart.Viewer']], {}, 'viewer'],
    ['that of the type that the principal says', [['r', 'Rampart.Viewer']], { role_typ: 'r' }, 'viewer'],
    ['there where the principal says no type', [['roles', 'Rampart.Viewer']], { role_typ: null }, 'viewer'],
    [
      'the highest of several',
      [
        ['roles', 'Rampart.Approver'],
        ['roles', 'Rampart.Viewer'],
      ],
      {},
      'approver',
    ],
    [
      'the highest of both types',
      [
        ['roles', 'Rampart.Viewer'],
        [roleType, 'Rampart.Operator'],
      ],
      {},
      'operator',
    ],
    ['none for a role of another app', [['roles', 'Admin']], {}, undefined],
    ['none for one in other case', [['roles', 'rampart.approver']], {}, undefined],
    ['none for several in one claim', [['roles', 'Rampart.Viewer,Rampart.Approver']], {}, undefined],
    ['none for a group of that name', [['groups', 'Rampart.Approver']], {}, undefined],
    ['none for what every object has', [['roles', 'constructor']], {}, undefined],
  ])('%s', (_, claims, more, role) => {
    expect(readPerson(principalWith(claims, more)).role).toBe(role);
  });
});

describe('refused is a header', () => {
  const json = (value: unknown) => base64(JSON.stringify(value));
  test.each<[string, string]>([
    ['of nothing', ''],
    ['of JSON in the clear', JSON.stringify({ claims: [] })],
    ['of base64 with spaces', `${principalWith(ada)} `],
    [
      'of base64 for addresses',
      base64('{"claims":[{"typ":"a","val":"??>>"}]}').replaceAll('/', '_').replaceAll('+', '-').concat('-'),
    ],
    ['of base64 without its end', principalWith(ada).replace(/=*$/, '').slice(0, -1)],
    ['of two of them', `${principalWith(ada)},${principalWith(ada)}`],
    ['of text', base64('ada@contoso.com')],
    ['of bytes that are no text', base64(Uint8Array.from([0xff, 0xfe, 0x00, 0x80]))],
    ['of half JSON', base64('{"claims":[')],
    ['of null', json(null)],
    ['of a list', json([])],
    ['of a principal without claims', json({ auth_typ: 'aad' })],
    ['of claims that are no list', json({ claims: { roles: 'Rampart.Approver' } })],
    ['of a claim that is a word', json({ claims: ['roles'] })],
    ['of a claim whose value is a list', json({ claims: [{ typ: 'roles', val: ['Rampart.Approver'] }] })],
    ['of a type that is a list', json({ claims: [], role_typ: ['roles'] })],
    ['of lists within lists', base64('['.repeat(40_000))],
    ['larger than any that App Service writes', principalWith([...ada, ['x', 'x'.repeat(100_000)]])],
    ['that names two people', principalWith([...ada, ['preferred_username', 'grace@contoso.com']])],
  ])('%s', (_, header) => {
    expect(() => readPerson(header)).toThrow(UnauthorizedError);
  });

  test('or anything else, and with the one error, whatever it is', () => {
    const claim = fc.record({
      typ: fc.constantFrom('upn', 'roles', '__proto__', 'x'),
      val: fc.string({ unit: 'binary' }),
    });
    const document = fc.oneof(
      fc.jsonValue(),
      fc.record({ claims: fc.array(fc.oneof(claim, fc.jsonValue())) }),
      fc.record({ claims: fc.array(claim), name_typ: fc.jsonValue(), role_typ: fc.string() }),
    );
    const header = fc.oneof(document.map(json), fc.base64String(), fc.string());
    fc.assert(
      fc.property(header, (sent) => {
        try {
          const { name = 'a' } = readPerson(sent);
          if (!/^[^\p{C}]{1,128}$/u.test(name)) expect.fail(`It reads ${JSON.stringify(name)}.`);
        } catch (error) {
          if (!(error instanceof UnauthorizedError)) throw error;
        }
      }),
      { numRuns: 200 },
    );
  });
});
