import type { Transaction } from './transaction.ts';

/** How often what was done; the keys say what. */
export type Counts = Readonly<Record<string, number>>;

/** What something cost in requests. */
export type Cost = {
  /** Transactions of the app itself on its tables, as `kind Table`; a batch says how many rows it wrote. */
  readonly tables: Counts;
  /** Rows that its queries and scans brought. */
  readonly rowsRead: number;
  /** Transactions that the platform makes on the queue for the app's trigger and output bindings. */
  readonly queue: Counts;
  /** Requests to the Store, by what they ask for; tokens are not among them. */
  readonly store: Counts;
};

export type StoreRequest = { readonly method: string; readonly path: string };

/** Polls of an empty queue are left out: their number depends on time, and every app with a queue trigger makes them. */
export function costOf(transactions: readonly Transaction[], requests: readonly StoreRequest[]): Cost {
  const tables = transactions.filter(({ service }) => service === 'table');
  const queue = transactions.filter(({ service, kind }) => service === 'queue' && kind !== 'idle poll');
  const reads = tables.filter(({ kind }) => kind === 'query' || kind === 'scan');
  return {
    tables: countOf(tables.map(tableKey)),
    rowsRead: reads.reduce((sum, { rows }) => sum + rows, 0),
    queue: countOf(queue.map(({ kind }) => kind)),
    store: countOf(requests.map(storeKey)),
  };
}

export const total = (counts: Counts): number => Object.values(counts).reduce((sum, times) => sum + times, 0);

function tableKey({ kind, name, rows }: Transaction): string {
  const table = name.replace(/^rampart/, '');
  return kind === 'batch' ? `batch ${table} (${rows} ${rows === 1 ? 'row' : 'rows'})` : `${kind} ${table}`;
}

const idPattern = /^(9[0-9a-z]{11}|\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** `GET packagerollout`; where the path ends with an id, the collection stands before it: `GET flights/{id}`. */
function storeKey({ method, path }: StoreRequest): string {
  const segments = path.split(/[?#]/, 1).join('').split('/');
  const last = segments.at(-1) ?? '';
  return `${method} ${idPattern.test(last) ? `${segments.at(-2)}/{id}` : last}`;
}

/** Keys in their own order, so that two runs that did the same say the same. */
export function countOf(keys: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const key of keys.toSorted()) counts.set(key, (counts.get(key) ?? 0) + 1);
  return Object.fromEntries(counts);
}
