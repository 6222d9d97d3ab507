import stringWidth from 'string-width';
import { wrap } from '../../src/tools/text.ts';

/** Counts and sentences as lines of a width. */

/** In columns, where there is no terminal. */
export const pageWidth = 100;

const numbers = new Intl.NumberFormat('en-US');
export const number = (value: number): string => numbers.format(value);

/** `1 seed`, `2 seeds`. */
export const some = (count: number, one: string): string =>
  `${number(count)} ${one}${count === 1 ? '' : 's'}`;

export const pad = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - stringWidth(text)));

/** Broken between words; what follows stands below where the text began, also after a line break of its own. */
export function hang(before: string, text: string, width: number): string {
  const indent = stringWidth(before);
  const lines = text.split('\n').flatMap((line) => wrap(line, width - indent).split('\n'));
  return before + lines.join(`\n${' '.repeat(indent)}`);
}
