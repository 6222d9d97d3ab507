/**
 * Makes text from outside fit to be shown to people: a line without control characters, and without those that turn the
 * direction of writing and so make a sentence read as another one.
 */
export const plain = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();

/**
 * As much of a text as `limit` allows, in UTF-16 code units, character by whole character, with `…` where something is
 * missing.
 *
 * @param encode how a character is written; the limit counts what it becomes
 */
export function cut(
  text: string,
  limit: number,
  encode: (character: string) => string = (same) => same,
): string {
  let read = '';
  let kept = '';
  for (const character of text) {
    read += encode(character);
    if (read.length > limit) return `${kept}…`;
    if (read.length < limit) kept = read;
  }
  return read;
}
