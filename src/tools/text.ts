import stringWidth from 'string-width';

/** Text in columns of a terminal, measured as it is shown. */

/** The columns to write in: a terminal's own, within reason, and 80 where there is none. */
export const widthOf = ({ columns = 80 }: { readonly columns?: number }): number =>
  Math.min(120, Math.max(60, columns));

/** Breaks a text between words; what follows the first line is indented by `indent` columns. `50 %` stays together. */
export function wrap(text: string, width: number, indent = 0): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ (?!%)/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    const room = lines.length === 0 ? width : width - indent;
    if (line === '' || stringWidth(longer) <= room) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - stringWidth(text)));
const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - stringWidth(text))) + text;

export type Row = readonly string[];

/** Rows in columns, with two spaces between them; the first column is text and the others are numbers. */
export function columns(rows: readonly Row[]): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))),
  );
  return rows.map((row) =>
    widths
      .map((width, column) => (column === 0 ? padEnd : padStart)(row[column] ?? '', width))
      .join('  ')
      .trimEnd(),
  );
}
