import stringWidth from 'string-width';
import { wrap as wrapText } from '../../tools/text.ts';

/** Text in columns of a terminal, measured as it is shown and without colours. */

/** Where there is no terminal there is no edge: nothing is cut or wrapped. */
export const unbounded = Number.POSITIVE_INFINITY;
const widest = 100;

/** The columns to write in. Some terminals do not know their size, and say 0. */
export const widthOf = ({
  isTTY,
  columns,
}: {
  readonly isTTY?: boolean;
  readonly columns?: number;
}): number => (isTTY ? Math.max(20, Math.min(widest, columns || 80)) : unbounded);

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** As much of the text as fits, with `…` where something is left out. */
export function cut(text: string, width: number): string {
  if (width === unbounded || stringWidth(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  for (const { segment } of segmenter.segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** Lines of the width, broken between words; a longer word is cut. */
export const wrap = (text: string, width: number): string[] =>
  wrapText(text, width)
    .split('\n')
    .map((line) => cut(line, width));

/** Each line of a message broken between words, with further lines below the first one's text. Nothing is cut. */
export const hanging = (message: string, width: number): string =>
  message
    .split('\n')
    .map((line) => {
      const [bullet = ''] = /^ *(- )?/.exec(line) ?? [];
      const text = line.slice(bullet.length);
      return (
        bullet + wrapText(text, width - bullet.length).replaceAll('\n', `\n${' '.repeat(bullet.length)}`)
      );
    })
    .join('\n');

/** At most `count` lines, the last one cut if there is more. */
export function wrapTo(text: string, width: number, count: number): string[] {
  const lines = wrap(text, width);
  if (lines.length <= count) return lines;
  return [...lines.slice(0, count - 1), cut(lines.slice(count - 1).join(' '), width)];
}

export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - stringWidth(text)));
export const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - stringWidth(text))) + text;

/** One text at the left edge and one at the right, or on two lines where they do not fit on one. */
export function spread(left: string, right: string, width: number): string[] {
  if (width === unbounded) return [`${left}  ${right}`];
  const gap = width - stringWidth(left) - stringWidth(right);
  if (gap >= 2) return [left + ' '.repeat(gap) + right];
  return [cut(left, width), cut(`  ${right}`, width)];
}

const units = ['KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1536` → `1.5 KiB`: three digits at most. */
export function sayBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let size = bytes / 1024;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size < 99.95 ? Number(size.toFixed(1)) : Math.round(size)} ${units[unit]}`;
}
