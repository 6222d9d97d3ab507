import { describe, expect, test } from 'vitest';
import { cut } from '../../../src/shared/text/plain.ts';

describe('a text of at most five characters', () => {
  test.each([
    ['that fits is whole', 'abcde', 'abcde'],
    ['that is empty is empty', '', ''],
    ['that is longer says so', 'abcdef', 'abcd…'],
    ['is cut between characters, and in none', 'abc😀d', 'abc…'],
    ['may end with a character of two', 'abc😀', 'abc😀'],
  ])('%s', (_, text, shown) => {
    expect(cut(text, 5)).toBe(shown);
  });

  test('is measured as it is written', () => {
    expect(cut('a&b', 8, (character) => (character === '&' ? '&amp;' : character))).toBe('a&amp;b');
    expect(cut('a&bc', 6, (character) => (character === '&' ? '&amp;' : character))).toBe('a…');
  });
});
