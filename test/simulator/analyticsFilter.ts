/** The filter language of the analytics API: `packageVersion eq '1.2.3.0' and (market eq 'US' or market ne 'DE')`. */

export type Row = Readonly<Record<string, string | number | null>>;
export type Filter = (row: Row) => boolean;

type Token = { readonly kind: 'word' | 'text' | 'open' | 'close'; readonly value: string };

/** Parses a filter over the given fields. Throws a `SyntaxError` that says what is wrong. */
export function parseFilter(text: string, fields: readonly string[]): Filter {
  const tokens = tokenize(text);
  const filter = either(tokens, fields);
  const [left] = tokens;
  if (left) throw new SyntaxError(`unexpected '${left.value}' in filter`);
  return filter;
}

const tokenPattern = /\s*(?:'((?:[^']|'')*)'|(\()|(\))|([^\s()']+))/y;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw new SyntaxError(`unexpected text at position ${at} of filter`);
    const [, quoted, open, close, word] = match;
    if (quoted !== undefined) tokens.push({ kind: 'text', value: quoted.replaceAll("''", "'") });
    else if (open) tokens.push({ kind: 'open', value: open });
    else if (close) tokens.push({ kind: 'close', value: close });
    else tokens.push({ kind: 'word', value: word ?? '' });
  }
  return tokens;
}

/** `or` binds weaker than `and`. */
function either(tokens: Token[], fields: readonly string[]): Filter {
  const one = both(tokens, fields);
  if (!takeWord(tokens, 'or')) return one;
  const other = either(tokens, fields);
  return (row) => one(row) || other(row);
}

function both(tokens: Token[], fields: readonly string[]): Filter {
  const one = term(tokens, fields);
  if (!takeWord(tokens, 'and')) return one;
  const other = both(tokens, fields);
  return (row) => one(row) && other(row);
}

function term(tokens: Token[], fields: readonly string[]): Filter {
  if (tokens[0]?.kind !== 'open') return comparison(tokens, fields);
  tokens.shift();
  const inner = either(tokens, fields);
  if (tokens.shift()?.kind !== 'close') throw new SyntaxError("')' is missing in filter");
  return inner;
}

function comparison(tokens: Token[], fields: readonly string[]): Filter {
  const [name, operator, value] = [tokens.shift(), tokens.shift(), tokens.shift()];
  const field = fields.find((one) => one.toLowerCase() === name?.value.toLowerCase());
  if (!field) throw new SyntaxError(`'${name?.value ?? ''}' cannot be filtered by`);
  const wanted = operator?.value.toLowerCase();
  if (wanted !== 'eq' && wanted !== 'ne') {
    throw new SyntaxError(`'${operator?.value ?? ''}' is not an operator; use eq or ne`);
  }
  if (!value || value.kind === 'open' || value.kind === 'close') {
    throw new SyntaxError(`a value is missing after '${field} ${wanted}'`);
  }
  return (row) => (String(row[field]).toLowerCase() === value.value.toLowerCase()) === (wanted === 'eq');
}

function takeWord(tokens: Token[], word: string): boolean {
  const [next] = tokens;
  if (next?.kind !== 'word' || next.value.toLowerCase() !== word) return false;
  tokens.shift();
  return true;
}
