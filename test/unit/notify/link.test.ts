import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isExpired,
  type Link,
  linkLifetimeMs,
  linksFor,
  linkUrl,
  readLink,
  useOf,
  writeLink,
} from '../../../src/shared/notify/link.ts';
import { at, start } from '../../support/builders.ts';
import { notice } from './notices.fixture.ts';

const key = 'a key of at least thirty-two characters';
const now = start.getTime();
const approvable = { step: 1, since: start };
const linkTo = (action: Link['action']): Link => {
  const link = linksFor(notice({ approvable }), 'team', now).find((each) => each.action === action);
  if (!link) throw new Error(`There is no link to ${action}.`);
  return link;
};
const approve = linkTo('approve');
const halt = linkTo('halt');

describe('links', () => {
  test.each([
    ['an approval that is missing', notice({ approvable }), ['approve', 'halt']],
    ['a rollout that can be halted', notice(), ['halt']],
    ['a rollout that has ended', notice({ haltable: false }), []],
  ])('go with %s', (_what, of, actions) => {
    expect(linksFor(of, 'team', now).map(({ action }) => action)).toEqual(actions);
  });

  test('are the same however often a notice is sent', () => {
    expect(linksFor(notice({ approvable }), 'team', now)).toEqual([approve, halt]);
  });

  test('expire after three days, to the second', () => {
    expect(isExpired(halt, now + linkLifetimeMs - 1)).toBe(false);
    expect(isExpired(halt, now + linkLifetimeMs)).toBe(true);
  });
});

describe('a token', () => {
  const token = writeLink(approve, key);

  test('says what was written, to whoever has the key', () => {
    expect(readLink(token, key)).toEqual(approve);
    expect(token).toMatch(/^[\w.-]{1,600}$/);
  });

  test('goes out behind the # of a URL, which browsers send to nobody', () => {
    const url = new URL(linkUrl(approve, { key, publicUrl: 'https://rampart.example' }));
    expect(url.hash).toBe(`#${token}`);
    expect(`${url.origin}${url.pathname}${url.search}`).toBe('https://rampart.example/api/links');
  });

  test('of another key is none', () => {
    expect(readLink(token, `${key}!`)).toBeUndefined();
  });

  test('with a character changed anywhere is none', () => {
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AbZ0-_.='), (index, character) => {
        fc.pre(token[index] !== character);
        const altered = token.slice(0, index) + character + token.slice(index + 1);
        expect(readLink(altered, key)).toBeUndefined();
      }),
    );
  });

  test.each([
    ['nothing', ''],
    ['a dot', '.'],
    ['no signature', token.split('.')[0] ?? ''],
    ['a signature only', `.${token.split('.')[1]}`],
    ['another link’s signature', `${token.split('.')[0]}.${writeLink(halt, key).split('.')[1]}`],
    ['more behind it', `${token}.x`],
    ['a line behind it', `${token}\n`],
    ['a megabyte', 'A'.repeat(1_000_000)],
    ['no base64', '%00.%00'],
    ['prototype', '__proto__.constructor'],
  ])('that is %s is none', (_what, forged) => {
    expect(readLink(forged, key)).toBeUndefined();
  });

  test('never throws, whatever it is', () => {
    fc.assert(fc.property(fc.string(), (text) => readLink(text, key) === undefined));
  });
});

describe('one use', () => {
  const other = (of: Link, change: Partial<Link>): Link => ({ ...of, ...change });

  test('is shared by the links of all channels', () => {
    expect(useOf(other(halt, { channel: 'slack' }))).toBe(useOf(halt));
    expect(useOf(other(approve, { channel: 'slack' }))).toBe(useOf(approve));
  });

  test('of an approval is that of its step, whichever notice asked for it', () => {
    expect(useOf(other(approve, { sequence: 99 }))).toBe(useOf(approve));
    expect(useOf(other(approve, { approves: { step: 2, since: now } }))).not.toBe(useOf(approve));
    expect(useOf(other(approve, { approves: { step: 1, since: at(1).getTime() } }))).not.toBe(useOf(approve));
  });

  test('of a halt is that of its notice', () => {
    expect(useOf(other(halt, { sequence: 99 }))).not.toBe(useOf(halt));
    expect(useOf(other(halt, { rolloutId: 'another' }))).not.toBe(useOf(halt));
  });
});
