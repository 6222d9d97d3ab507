import { describe, expect, test } from 'vitest';
import { cut, spread, wrap, wrapTo } from '../../demo/text.ts';

describe('text in columns', () => {
  test.each([
    ['what fits stays', 'launch', 6, 'launch'],
    ['what does not is cut', 'launches', 6, 'launc…'],
    ['wide characters count twice', '日本語テキスト', 6, '日本…'],
    ['a letter with its accent stays whole', 'éé́éé', 3, 'éé́…'],
    ['no room gives nothing', 'launch', 0, ''],
  ])('%s', (_case, text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
  });

  test('breaks between words, and cuts a word that is longer than a line', () => {
    expect(wrap('Baking at the first step, incomprehensibly', 10)).toEqual([
      'Baking at',
      'the first',
      'step,',
      'incompreh…',
    ]);
  });

  test('keeps a number and its percent sign together', () => {
    expect(wrap('Holding at 25 % of all', 13)).toEqual(['Holding at', '25 % of all']);
  });

  test.each([
    ['less is filled up', 'one', ['one', '', '']],
    ['more is cut', 'one two three four five', ['one', 'two', 'thre…']],
  ])('gives exactly as many lines as wanted: %s', (_case, text, expected) => {
    expect(wrapTo(text, 5, 3)).toEqual(expected);
  });

  test('puts one text at each edge, and the left one gives way', () => {
    expect(spread('left', 'right', 12).join('')).toBe('left   right');
    expect(spread('a long left', 'right', 12).join('')).toBe('a lon… right');
    expect(spread('left', 'right', 4).join('')).toBe('rig…');
  });
});
