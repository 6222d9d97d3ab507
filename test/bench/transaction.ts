/** One exchange with the storage service, as a proxy saw it. */
export type Exchange = {
  readonly service: 'table' | 'queue';
  readonly method: string;
  /** Path and query as they were sent; the path begins with the account's name. */
  readonly target: string;
  /** Whether the request had an `If-Match` header. */
  readonly conditional: boolean;
  readonly requestBody: string;
  readonly responseBody: string;
};

/** What a request does, in the words of the storage services' own REST references. */
export type Kind =
  /** Reads a range of row keys in one partition. */
  | 'query'
  /** Reads rows without such bounds, so that its cost grows with what exists. */
  | 'scan'
  /** Reads one row by its key, or takes messages from a queue. */
  | 'get'
  /** Writes a row that must not be there. */
  | 'insert'
  /** Writes a row whether it is there or not. */
  | 'upsert'
  /** Writes a row of a known version, or hides a message again. */
  | 'update'
  /** Removes a row or a message. */
  | 'delete'
  /** Writes several rows of one partition at once. */
  | 'batch'
  /** Puts a message into a queue. */
  | 'put'
  /** Asks a queue for messages when it has none. How often this happens depends on time alone. */
  | 'idle poll'
  /** Makes a table or a queue. */
  | 'create'
  /** None of these. */
  | 'other';

/** One billed storage transaction. `rows` counts the rows or messages that it read or changed. */
export type Transaction = {
  readonly service: Exchange['service'];
  readonly kind: Kind;
  /** The table or queue. */
  readonly name: string;
  readonly rows: number;
};

/** What an exchange was. */
export function classify(exchange: Exchange): Transaction {
  const { pathname, searchParams } = new URL(exchange.target, 'http://storage');
  const [, resource = '', ...rest] = decodeURIComponent(pathname).split('/').slice(1);
  const classified =
    exchange.service === 'table'
      ? classifyTable(exchange, resource, searchParams)
      : classifyQueue(exchange, resource, rest);
  return { service: exchange.service, ...classified };
}

type Classified = Omit<Transaction, 'service'>;

function classifyTable(exchange: Exchange, resource: string, search: URLSearchParams): Classified {
  if (resource === '$batch') return batch(exchange.requestBody);
  const [name = '', key = ''] = resource.split(/(?=\()/);
  if (name === 'Tables') return { kind: 'create', name: 'Tables', rows: 1 };
  if (exchange.method !== 'GET') return { kind: writeKind(exchange), name, rows: 1 };
  if (key.length > '()'.length) return { kind: 'get', name, rows: 1 };
  const kind = isBounded(search.get('$filter') ?? '') ? 'query' : 'scan';
  return { kind, name, rows: countOf(/"RowKey":/g, exchange.responseBody) };
}

const isBounded = (filter: string): boolean =>
  /\bPartitionKey eq /.test(filter) && /\bRowKey (eq|lt|le|gt|ge) /.test(filter) && !/\bor\b/.test(filter);

function writeKind({ method, conditional }: Exchange): Kind {
  switch (method) {
    case 'POST':
      return 'insert';
    case 'PUT':
    case 'PATCH':
    case 'MERGE':
      return conditional ? 'update' : 'upsert';
    case 'DELETE':
      return 'delete';
    default:
      return 'other';
  }
}

/** A batch carries its changes as HTTP requests in its body, all on one table. */
function batch(body: string): Classified {
  const targets = [...body.matchAll(/^(?:POST|PUT|PATCH|MERGE|DELETE) (\S+) HTTP\/1\.1/gm)];
  const [, , resource = ''] = new URL(targets[0]?.[1] ?? '/', 'http://storage').pathname.split('/');
  return { kind: 'batch', name: resource.replace(/\(.*/, ''), rows: targets.length };
}

function classifyQueue(
  { method, responseBody }: Exchange,
  name: string,
  rest: readonly string[],
): Classified {
  const [messages, id] = rest;
  if (messages === undefined) return { kind: method === 'PUT' ? 'create' : 'other', name, rows: 1 };
  const taken = countOf(/<QueueMessage>/g, responseBody);
  switch (method) {
    case 'POST':
      return { kind: 'put', name, rows: 1 };
    case 'GET':
      return { kind: taken > 0 ? 'get' : 'idle poll', name, rows: taken };
    case 'PUT':
      return { kind: 'update', name, rows: 1 };
    case 'DELETE':
      return { kind: id === undefined ? 'other' : 'delete', name, rows: 1 };
    default:
      return { kind: 'other', name, rows: 1 };
  }
}

const countOf = (pattern: RegExp, text: string): number => text.match(pattern)?.length ?? 0;
