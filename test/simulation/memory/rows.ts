import type { UpdateMode } from '@azure/data-tables';
import { tableError } from './errors.ts';
import { parseFilter } from './filter.ts';

/** A row as the service keeps it. */
export type Kept = {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly etag: string;
  readonly timestamp: string;
  readonly columns: Readonly<Record<string, unknown>>;
};

export type Key = { readonly partitionKey: string; readonly rowKey: string };

/** A row that was written: what it was and what it is; one of the two is absent where it began or ended. */
export type Written = { readonly before: Kept | undefined; readonly after: Kept | undefined };

export type Query = {
  readonly filter: string | undefined;
  readonly size: number;
  readonly after: Key | undefined;
};
export type Found = { readonly rows: readonly Kept[]; readonly next: Key | undefined };

export type Given = Key & Record<string, unknown>;

/** One change as it goes over the wire. `etag` is what `If-Match` says; `*` is whatever there is. */
export type Action =
  | { readonly kind: 'create'; readonly entity: Given }
  | { readonly kind: 'update'; readonly entity: Given; readonly mode: UpdateMode; readonly etag: string }
  | { readonly kind: 'upsert'; readonly entity: Given; readonly mode: UpdateMode }
  | { readonly kind: 'delete'; readonly entity: Key; readonly etag: string };

/** Whoever wants to know what happens in a table, at the moment at which it happens. */
export type TableWatch = {
  readonly onWritten?: (written: readonly Written[]) => void;
  readonly onQueried?: (filter: string) => void;
};

/** The service allows this many changes in one transaction, and gives this many rows in one page. */
const mostPerTransaction = 100;
export const mostPerPage = 1_000;

/**
 * One table, as the service itself sees it: every operation happens at one moment, whole or not at all. It follows Azure;
 * how Azurite differs is said in the contract tests.
 */
export class Rows {
  readonly #partitions = new Map<string, Map<string, Kept>>();
  readonly #now: () => number;
  readonly #watch: TableWatch;
  #version = 0;

  constructor(now: () => number, watch: TableWatch = {}) {
    this.#now = now;
    this.#watch = watch;
  }

  get(key: Key): Kept {
    const found = this.find(key);
    if (!found) throw tableError('ResourceNotFound');
    return found;
  }

  find({ partitionKey, rowKey }: Key): Kept | undefined {
    return this.#partitions.get(partitionKey)?.get(rowKey);
  }

  /** One operation by itself, or several as one transaction. Gives the row that each left. */
  write(actions: readonly Action[]): (Kept | undefined)[] {
    check(actions);
    const written = actions.map((action) => this.#plan(action));
    for (const { before, after } of written) this.#put(before, after);
    this.#watch.onWritten?.(written);
    return written.map(({ after }) => after);
  }

  query({ filter, size, after }: Query): Found {
    this.#watch.onQueried?.(filter ?? '');
    const predicate = filter === undefined ? () => true : parseFilter(filter);
    const most = Math.min(size, mostPerPage);
    const rows: Kept[] = [];
    for (const row of this.#from(after)) {
      if (!predicate((name) => column(row, name))) continue;
      if (rows.length === most) return { rows, next: row };
      rows.push(row);
    }
    return { rows, next: undefined };
  }

  /** Every row, in the order of the keys. */
  all(): Kept[] {
    return this.#from(undefined);
  }

  #from(first: Key | undefined): Kept[] {
    const keys = [...this.#partitions.keys()].sort();
    return keys.flatMap((partitionKey) => {
      if (first && partitionKey < first.partitionKey) return [];
      const rows = [...(this.#partitions.get(partitionKey)?.values() ?? [])].sort(byRowKey);
      return first?.partitionKey === partitionKey
        ? rows.filter(({ rowKey }) => rowKey >= first.rowKey)
        : rows;
    });
  }

  #plan(action: Action): Written {
    const before = this.find(action.entity);
    switch (action.kind) {
      case 'create':
        if (before) throw tableError('EntityAlreadyExists');
        return { before, after: this.#row(action.entity, undefined, 'Replace') };
      case 'delete':
        demand(before, action.etag);
        return { before, after: undefined };
      case 'update':
        demand(before, action.etag);
        return { before, after: this.#row(action.entity, before, action.mode) };
      case 'upsert':
        return { before, after: this.#row(action.entity, before, action.mode) };
    }
  }

  #row({ partitionKey, rowKey, ...given }: Given, before: Kept | undefined, mode: UpdateMode): Kept {
    const { etag: _etag, timestamp: _timestamp, ...rest } = given;
    const columns = Object.fromEntries(
      Object.entries(rest).filter(([, cell]) => cell !== undefined && cell !== null),
    );
    this.#version += 1;
    const timestamp = new Date(this.#now()).toISOString();
    return {
      partitionKey,
      rowKey,
      etag: `W/"datetime'${encodeURIComponent(timestamp)}.${this.#version}'"`,
      timestamp,
      columns: mode === 'Merge' ? { ...before?.columns, ...columns } : columns,
    };
  }

  #put(before: Kept | undefined, after: Kept | undefined): void {
    const key = after ?? before;
    if (!key) return;
    const partition = this.#partitions.get(key.partitionKey) ?? new Map<string, Kept>();
    this.#partitions.set(key.partitionKey, partition);
    if (after) partition.set(key.rowKey, after);
    else partition.delete(key.rowKey);
  }
}

const byRowKey = (a: Kept, b: Kept): number => (a.rowKey < b.rowKey ? -1 : 1);

function column(row: Kept, name: string): unknown {
  if (name === 'PartitionKey') return row.partitionKey;
  if (name === 'RowKey') return row.rowKey;
  return row.columns[name];
}

function demand(before: Kept | undefined, etag: string): void {
  if (!before) throw tableError('ResourceNotFound');
  if (etag !== '*' && etag !== before.etag) throw tableError('UpdateConditionNotSatisfied');
}

function check(actions: readonly Action[]): void {
  if (actions.length > mostPerTransaction)
    throw tableError('InvalidInput', 'Too many operations in one transaction.');
  const keys = new Set(actions.map(({ entity }) => entity.rowKey));
  if (keys.size < actions.length) throw tableError('InvalidDuplicateRow');
  for (const { entity } of actions)
    if (forbidden.test(entity.partitionKey) || forbidden.test(entity.rowKey))
      throw tableError('InvalidInput', 'A key has a character that keys cannot have.');
}

const forbidden = /[/\\#?\p{Cc}]/u;
