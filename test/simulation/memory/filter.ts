import { tableError } from './errors.ts';

/** Whether a row is one of those that a query asks for. Columns have the names of the wire, `PartitionKey` and `RowKey`. */
export type Predicate = (column: (name: string) => unknown) => boolean;

type Operator = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
type Literal = string | number | boolean;

const token = /\s*(?:('(?:[^']|'')*')|([()])|(-?\d+(?:\.\d+)?)(?!\w)|([A-Za-z_]\w*))/y;

/**
 * The part of OData's filters that Azure Tables know and that state code may use: comparisons of a column with a string,
 * a number or a boolean, joined by `and`, `or` and `not`, with brackets. Anything else is refused as the service refuses it.
 */
export function parseFilter(filter: string): Predicate {
  const known = parsed.get(filter);
  if (known) return known;
  const predicate = new Parser(filter).parse();
  if (parsed.size > 5_000) parsed.clear();
  parsed.set(filter, predicate);
  return predicate;
}

const parsed = new Map<string, Predicate>();

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(filter: string) {
    this.#tokens = tokensOf(filter);
  }

  parse(): Predicate {
    const predicate = this.#either();
    if (this.#at < this.#tokens.length) throw refused();
    return predicate;
  }

  #either(): Predicate {
    const first = this.#both();
    if (!this.#takes('or')) return first;
    const second = this.#either();
    return (row) => first(row) || second(row);
  }

  #both(): Predicate {
    const first = this.#one();
    if (!this.#takes('and')) return first;
    const second = this.#both();
    return (row) => first(row) && second(row);
  }

  #one(): Predicate {
    if (this.#takes('not')) {
      const denied = this.#one();
      return (row) => !denied(row);
    }
    if (!this.#takes('(')) return this.#comparison();
    const inner = this.#either();
    if (!this.#takes(')')) throw refused();
    return inner;
  }

  #comparison(): Predicate {
    const name = this.#next();
    const operator = operatorOf(this.#next());
    const literal = literalOf(this.#next());
    return (row) => compares(row(name), operator, literal);
  }

  #takes(word: string): boolean {
    if (this.#tokens[this.#at] !== word) return false;
    this.#at += 1;
    return true;
  }

  #next(): string {
    const next = this.#tokens[this.#at];
    if (next === undefined) throw refused();
    this.#at += 1;
    return next;
  }
}

function tokensOf(filter: string): string[] {
  const tokens: string[] = [];
  const text = filter.trimEnd();
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const found = token.exec(text);
    if (!found) throw refused();
    tokens.push(found[0].trimStart());
  }
  return tokens;
}

function operatorOf(word: string): Operator {
  switch (word) {
    case 'eq':
    case 'ne':
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      return word;
    default:
      throw refused();
  }
}

function literalOf(text: string): Literal {
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  if (Number.isNaN(number)) throw refused();
  return number;
}

/** A row without the column, or with one of another type, is in no comparison. Strings compare by their code units. */
function compares(cell: unknown, operator: Operator, literal: Literal): boolean {
  if (typeof cell !== typeof literal) return false;
  const left = cell as Literal;
  switch (operator) {
    case 'eq':
      return left === literal;
    case 'ne':
      return left !== literal;
    case 'gt':
      return left > literal;
    case 'ge':
      return left >= literal;
    case 'lt':
      return left < literal;
    case 'le':
      return left <= literal;
  }
}

const refused = () => tableError('InvalidInput', 'Bad Request - Error in query syntax.');
