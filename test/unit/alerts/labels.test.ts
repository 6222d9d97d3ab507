import { describe, expect, test } from 'vitest';
import { labelsOf, listed } from '../../../src/shared/alerts/labels.ts';
import { InvalidInputError } from '../../../src/shared/text/mistakes.ts';

test('text, numbers and booleans are labels, and nothing else', () => {
  expect(
    labelsOf('', [
      ['text', 'a'],
      ['number', 7],
      ['boolean', false],
      ['null', null],
      ['object', {}],
      ['list', ['a']],
      ['nothing', undefined],
    ]),
  ).toEqual({ text: 'a', number: '7', boolean: 'false' });
});

describe('what no policy can name is left out', () => {
  test.each<[string, string, unknown]>([
    ['a name that is empty', '', 'a'],
    ['a name that is too long', 'x'.repeat(129), 'a'],
    ['a name with half a character', 'x\ud800', 'a'],
    ['__proto__', '__proto__', 'a'],
    ['a value that is empty', 'x', ''],
    ['a value that is too long', 'x', 'a'.repeat(1_025)],
    ['a value with half a character', 'x', '\udc00'],
  ])('%s', (_, name, value) => {
    expect(Object.keys(labelsOf('', [], [[name, value]]))).toEqual([]);
    expect(Object.keys(labelsOf('', [[name, value]]))).toEqual([]);
  });

  test('and nothing shorter', () => {
    expect(labelsOf('', [['x'.repeat(128), 'a'.repeat(1_024)]])).toEqual({
      ['x'.repeat(128)]: 'a'.repeat(1_024),
    });
  });
});

test('words that every object knows are labels like others', () => {
  const labels = labelsOf('', [
    ['constructor', 'a'],
    ['toString', 'b'],
    ['hasOwnProperty', 'c'],
  ]);
  expect(Object.entries(labels)).toEqual([
    ['constructor', 'a'],
    ['toString', 'b'],
    ['hasOwnProperty', 'c'],
  ]);
});

test('the sender’s own facts outrank the others, even those it leaves empty', () => {
  expect(
    labelsOf(
      '',
      [
        ['project', 'mine'],
        ['environment', null],
      ],
      [
        ['project', 'theirs'],
        ['environment', 'theirs'],
        ['tag', 'theirs'],
      ],
    ),
  ).toEqual({ project: 'mine', tag: 'theirs' });
});

describe('too many are refused, because leaving some out would change what matches', () => {
  const refusal = (entries: [string, string][]) => {
    try {
      labelsOf('alerts[3].labels', entries);
    } catch (error) {
      if (error instanceof InvalidInputError) return error.mistakes;
      throw error;
    }
    return 'none';
  };
  const many = (count: number, value: string) =>
    Array.from({ length: count }, (_, index): [string, string] => [`label${index}`, value]);

  test('in number', () => {
    expect(refusal(many(500, 'x'))).toBe('none');
    expect(refusal(many(501, 'x'))).toEqual([
      { path: 'alerts[3].labels', message: 'has more than 500 labels' },
    ]);
  });

  test('in length, as they are kept', () => {
    expect(refusal(many(25, 'x'.repeat(1_000)))).toBe('none');
    expect(refusal(many(28, 'x'.repeat(1_000)))).toEqual([
      { path: 'alerts[3].labels', message: 'has labels of more than 28000 characters' },
    ]);
    expect(refusal(many(5, '\u0001'.repeat(1_000)))).not.toBe('none');
  });
});

describe('a label with several values', () => {
  test('has them all, and each for itself', () => {
    expect(listed('team', ['b', 'a', 'b'])).toEqual([
      ['team', 'a,b'],
      ['team:a', true],
      ['team:b', true],
    ]);
  });

  test('is plain with one, and none without', () => {
    expect(listed('team', ['a', 'a'])).toEqual([['team', 'a']]);
    expect(listed('team', [])).toEqual([]);
  });
});
