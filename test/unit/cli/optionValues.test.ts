import { describe, expect, test } from 'vitest';
import { capIn, nameIn, untilIn } from '../../../src/cli/optionValues.ts';

const now = Date.parse('2026-11-21T06:00:00.000Z');

describe('the end of a pause', () => {
  test.each([
    ['6h', '2026-11-21T12:00:00.000Z'],
    ['2d', '2026-11-23T06:00:00.000Z'],
    ['2026-12-01T08:00:00Z', '2026-12-01T08:00:00.000Z'],
    ['2026-12-01T08:00:00+01:00', '2026-12-01T07:00:00.000Z'],
    ['999999d', '4764-10-17T06:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(untilIn(text, now)).toBe(expected);
  });

  test.each(['', 'tomorrow', '6', '6 h', '-6h', '2026-12-01', '2026-12-01T08:00:00', '2026-13-01T08:00:00Z'])(
    '"%s" is none',
    (text) => {
      expect(() => untilIn(text, now)).toThrow('Write it as 6h or 2d, or as 2026-12-01T08:00:00Z.');
    },
  );
});

describe('a cap', () => {
  test.each([
    ['0', 0],
    ['25', 25],
    ['12.5%', 12.5],
    ['100 %', 100],
    ['none', null],
  ])('%s is %s', (text, expected) => {
    expect(capIn(text)).toBe(expected);
  });

  test.each(['', ' ', '%', '101', '-5', '1e1', 'NaN', 'null', 'all'])('"%s" is none', (text) => {
    expect(() => capIn(text)).toThrow('Write a percentage from 0 to 100, or none to lift the cap.');
  });
});

describe('the name of an owner', () => {
  test('is taken without the spaces around it', () => {
    expect(nameIn(' the release lead ')).toBe('the release lead');
  });

  test.each([
    ['', 'It must not be empty.'],
    ['x'.repeat(65), 'It is longer than 64 bytes.'],
    ['a\nb', 'It has a control character.'],
  ])('%j is none', (text, message) => {
    expect(() => nameIn(text)).toThrow(message);
  });
});
