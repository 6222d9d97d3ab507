import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { findKey, namedKeysSchema } from '../../../src/shared/access/keys.ts';
import { mistakesOf } from '../../../src/shared/text/mistakes.ts';
import { ciKey, keys, leadKey } from './callers.fixture.ts';

const entry = { name: 'CI', role: 'operator', key: ciKey };
const mistakesIn = (list: unknown): string[] => {
  const { error } = namedKeysSchema.safeParse(list);
  return error ? mistakesOf(error, namedKeysSchema).map(({ path, message }) => `${path} ${message}`) : [];
};

describe('a list of named keys is refused for', () => {
  test.each<[string, unknown, string]>([
    ['a short key', [{ ...entry, key: 'k'.repeat(31) }], '[0].key must have at least 32 characters'],
    ['a key too long', [{ ...entry, key: 'k'.repeat(513) }], '[0].key must have at most 512 characters'],
    [
      'a key with a space',
      [{ ...entry, key: `${ciKey} x` }],
      '[0].key has a character that cannot stand in a header',
    ],
    [
      'a key with an accent',
      [{ ...entry, key: `${ciKey}é` }],
      '[0].key has a character that cannot stand in a header',
    ],
    ['a key that two have', [entry, { ...entry, name: 'other' }], '[1].key stands in the list twice'],
    ['a key that stands there twice', [entry, entry], '[1].key stands in the list twice'],
    [
      'a name with two roles',
      [entry, { ...entry, role: 'approver', key: leadKey }],
      '[1].role is another one than this name has above',
    ],
    ['an empty name', [{ ...entry, name: ' ' }], '[0].name must not be empty'],
    ['a name of two lines', [{ ...entry, name: 'a\nb' }], '[0].name has a control character'],
    [
      'the name of the platform’s key',
      [{ ...entry, name: 'function key' }],
      '[0].name is what Rampart calls the platform’s own key',
    ],
    [
      'a role that is none',
      [{ ...entry, role: 'admin' }],
      '[0].role expected one of "viewer"|"operator"|"approver"',
    ],
    ['no role', [{ name: 'CI', key: ciKey }], '[0].role'],
    [
      'a misspelt property',
      [{ ...entry, roles: 'viewer' }],
      '[0].roles is not a known key; did you mean "role"?',
    ],
    ['something that is no list', entry, ' expected array, received object'],
  ])('%s', (_, list, mistake) => {
    const mistakes = mistakesIn(list);
    expect(mistakes).toContainEqual(expect.stringContaining(mistake));
    expect(mistakes.join()).not.toContain(ciKey.slice(0, 20));
  });
});

test('while a key is changed, its name stands there twice', () => {
  const both = namedKeysSchema.parse([entry, { ...entry, key: leadKey }]);
  expect([ciKey, leadKey].map((key) => findKey(key, both)?.name)).toEqual(['CI', 'CI']);
});

test('the first key, the last and none are found alike', () => {
  expect(findKey(ciKey, keys)).toMatchObject({ name: 'CI', role: 'operator' });
  expect(findKey(leadKey, keys)).toMatchObject({ name: 'release lead', role: 'approver' });
  expect(findKey(`${ciKey}x`, keys)).toBeUndefined();
  expect(findKey('', keys)).toBeUndefined();
  expect(findKey(ciKey, [])).toBeUndefined();
});

test('what was read holds no key that could be sent', () => {
  const kept = inspect(keys, { depth: 9 }) + JSON.stringify(keys);
  expect(kept).not.toContain(ciKey);
  expect(kept).not.toContain(Buffer.from(ciKey).toString('hex'));
});
