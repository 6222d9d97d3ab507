import type {
  TableEntityResult,
  TableEntityResultPage,
  TableTransactionResponse,
  TransactionAction,
  UpdateMode,
} from '@azure/data-tables';
import type { Table } from '../../../src/shared/state/table.ts';
import type { Action, Given, Kept, Key, Rows } from './rows.ts';
import { mostPerPage } from './rows.ts';

/** How an operation reaches the service: at once, or through whatever delays it, loses it and lets it fail. */
export type Carry = <Answer>(operation: Operation, effect: () => Answer) => Promise<Answer>;
export type Operation = { readonly name: string; readonly writes: boolean };

const atOnce: Carry = async (_operation, effect) => effect();

const read = (name: string): Operation => ({ name, writes: false });
const write = (name: string): Operation => ({ name, writes: true });

/** Rows behind the interface of the SDK's client, as far as state code uses it. */
export function tableOver(rows: Rows, carry: Carry = atOnce): Table {
  const change = async (name: string, action: Action) => {
    const [after] = await carry(write(name), () => rows.write([action]));
    return { ...(after && { etag: after.etag }) };
  };
  const page = async (options: PageOptions, size: number, token: string | undefined) => {
    const { filter, select } = options.queryOptions ?? {};
    const after = token === undefined ? undefined : decoded(token);
    const found = await carry(read('list'), () => rows.query({ filter, size, after }));
    return { entities: found.rows.map((row) => entityOf(row, select)), next: found.next };
  };
  return {
    createTable: async () => {},
    getEntity: async <T extends object>(partitionKey: string, rowKey: string) => {
      const row = await carry(read('get'), () => rows.get({ partitionKey, rowKey }));
      return typed<T>(entityOf(row));
    },
    createEntity: async (entity) => change('create', { kind: 'create', entity: { ...entity } }),
    upsertEntity: async (entity, mode: UpdateMode = 'Merge') =>
      change('upsert', { kind: 'upsert', entity: { ...entity }, mode }),
    updateEntity: async (entity, mode: UpdateMode = 'Merge', options = {}) =>
      change('update', { kind: 'update', entity: { ...entity }, mode, etag: options.etag ?? '*' }),
    deleteEntity: async (partitionKey, rowKey, options = {}) => {
      await change('delete', { kind: 'delete', entity: { partitionKey, rowKey }, etag: options.etag ?? '*' });
      return {};
    },
    listEntities: <T extends object>(options: PageOptions = {}) => {
      async function* pages(size: number, from: string | undefined) {
        let token = from;
        do {
          const { entities, next } = await page(options, size, token);
          token = next && encoded(next);
          const result: TableEntityResultPage<T> = entities.map((entity) => typed<T>(entity));
          if (token !== undefined) result.continuationToken = token;
          yield result;
        } while (token !== undefined);
      }
      async function* entities() {
        for await (const found of pages(mostPerPage, undefined)) yield* found;
      }
      const all = entities();
      return {
        next: () => all.next(),
        [Symbol.asyncIterator]() {
          return this;
        },
        byPage: ({ maxPageSize = mostPerPage, continuationToken } = {}) =>
          pages(maxPageSize, continuationToken),
      };
    },
    submitTransaction: async (actions) => {
      const after = await carry(write('transaction'), () => rows.write(actions.map(actionOf)));
      return responseOf(actions, after);
    },
  };
}

type PageOptions = {
  readonly queryOptions?: { readonly filter?: string; readonly select?: readonly string[] };
};

/** What comes back has the type that the caller says, which is all that the SDK's own client knows of it, too. */
const typed = <T extends object>(entity: object): TableEntityResult<T> => entity as TableEntityResult<T>;

/** The SDK's names of the system columns. A selection always keeps the ETag. */
function entityOf(row: Kept, select?: readonly string[]): Record<string, unknown> {
  const { partitionKey, rowKey, etag, timestamp, columns } = row;
  const whole: Record<string, unknown> = { ...columns, partitionKey, rowKey, timestamp };
  const chosen = select
    ? Object.fromEntries(Object.entries(whole).filter(([name]) => select.includes(name)))
    : whole;
  return { ...chosen, etag };
}

/** As the SDK sends them: a delete in a transaction cannot carry an ETag. */
function actionOf([kind, entity, mode = 'Merge', options]: TransactionAction): Action {
  const given: Given = { ...entity };
  switch (kind) {
    case 'create':
      return { kind, entity: given };
    case 'update':
      return { kind, entity: given, mode, etag: options?.etag ?? '*' };
    case 'upsert':
      return { kind, entity: given, mode };
    case 'delete':
      return { kind, entity: given, etag: '*' };
  }
}

function responseOf(
  actions: readonly TransactionAction[],
  after: readonly (Kept | undefined)[],
): TableTransactionResponse {
  const subResponses = actions.map(([, { rowKey }], index) => {
    const etag = after[index]?.etag;
    return { status: 204, rowKey, ...(etag !== undefined && { etag }) };
  });
  return {
    status: 202,
    subResponses,
    getResponseForEntity: (rowKey) => subResponses.find((response) => response.rowKey === rowKey),
  };
}

const encoded = (key: Key): string =>
  Buffer.from(JSON.stringify({ nextPartitionKey: key.partitionKey, nextRowKey: key.rowKey })).toString(
    'base64',
  );

function decoded(token: string): Key {
  const { nextPartitionKey, nextRowKey } = JSON.parse(Buffer.from(token, 'base64').toString()) as {
    nextPartitionKey: string;
    nextRowKey: string;
  };
  return { partitionKey: nextPartitionKey, rowKey: nextRowKey };
}
