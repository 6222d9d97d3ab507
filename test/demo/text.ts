import stringWidth from 'string-width';

/** Text in columns of a terminal. All of it is measured as it is shown, and without colours. */

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** As much of the text as fits, with `…` where something is left out. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  for (const { segment } of segmenter.segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** Breaks the text between words into lines of the width; a longer word is cut, and `50 %` is one word. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+(?!%)/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (stringWidth(longer) <= width) {
      line = longer;
    } else {
      if (line !== '') lines.push(line);
      line = cut(word, width);
    }
  }
  return [...lines, line];
}

/** Exactly `count` lines: wrapped, the last one cut if there is more, and empty ones where there is less. */
export function wrapTo(text: string, width: number, count: number): string[] {
  const lines = wrap(text, width);
  const head = lines.slice(0, count - 1);
  const last = cut(lines.slice(count - 1).join(' '), width);
  return [...head, last, ...Array<string>(Math.max(0, count - head.length - 1)).fill('')];
}

/** One text at the left edge and one at the right; the left one gives way. */
export function spread(
  left: string,
  right: string,
  width: number,
): [left: string, gap: string, right: string] {
  const shown = cut(right, width);
  const room = width - stringWidth(shown) - 1;
  if (room < 1) return ['', '', shown];
  const kept = cut(left, room);
  return [kept, ' '.repeat(width - stringWidth(kept) - stringWidth(shown)), shown];
}
