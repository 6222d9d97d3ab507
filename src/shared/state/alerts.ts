import { odata, type TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { type AlertRecord, alertRecordSchema, type KnownAlert, knownAlertSchema } from '../alerts/record.ts';
import { findEntity } from './entities.ts';
import { isStatus, LostRaceError } from './errors.ts';
import { type Page, type PageRequest, readPage } from './pages.ts';
import { columns, uncolumns } from './rows.ts';
import type { Tables } from './tables.ts';

/** What is known of an alert, with the mark of that version and the key of its row in the list. */
export type StoredAlert = {
  /** Undefined where the row cannot be read. */
  readonly known: KnownAlert | undefined;
  readonly etag: string;
  /** Undefined in a row of a version before. */
  readonly listedAs: string | undefined;
};

/** A row of the list, as a look at what is old finds it. */
export type OldAlert = Pick<AlertRecord, 'id' | 'effects'> & {
  readonly rowKey: string;
  readonly etag: string;
};

/**
 * The alerts that came in, however often. Each has two rows, which change in one transaction: by its id, what its repeats
 * and its end ask for; and by the time at which it came last, all that is shown. So the list is read as it is stored, the newest first. A
 * version before had one row by the id, with everything: it is listed behind the others until it comes again.
 */
export interface AlertStore {
  get(id: string): Promise<StoredAlert | undefined>;
  /**
   * Writes an alert, and moves it to its place in the list.
   *
   * @param before what was read of it; undefined where nothing is known
   * @throws LostRaceError if somebody wrote it meanwhile
   */
  put(record: AlertRecord, before: StoredAlert | undefined): Promise<void>;
  /** The one that came last first. */
  list(filter: { readonly matched?: boolean | undefined }, page: PageRequest): Promise<Page<AlertRecord>>;
  /** Those that came for the last time before then, page by page. */
  pagesBefore(time: Date, pageSize: number): AsyncIterable<readonly OldAlert[]>;
  /** Removes an alert, unless it came again since it was read. */
  remove(old: OldAlert): Promise<void>;
}

const partitionKey = 'alerts';

const latest = 999_999_999_999_999;

/** Rows come in the order of their keys; counting down puts the newest first, and `!` puts them before all ids. */
const keyInList = (at: Date, id = ''): string =>
  `!${String(latest - at.getTime()).padStart(15, '0')}${id && `.${id}`}`;

/** Only what is listed has a title. */
const listed = odata`PartitionKey eq ${partitionKey} and title ge ${''}`;

const listedRow = (record: AlertRecord, rowKey: string) => ({
  ...columns(z.encode(alertRecordSchema, { ...record })),
  partitionKey,
  rowKey,
});

const knownRow = (record: AlertRecord, listedAs: string) => ({
  ...columns(z.encode(knownAlertSchema, { ...record })),
  partitionKey,
  rowKey: record.id,
  listedAs,
});

const fromListed = (row: Record<string, unknown>): AlertRecord =>
  alertRecordSchema.parse(uncolumns(row, ['labels', 'effects', 'remarks']));

const oldSchema = alertRecordSchema.pick({ id: true, effects: true }).extend({
  rowKey: z.string(),
  etag: z.string(),
});

/** What a row says; undefined where somebody mended it badly: such a row must not keep anything from being done. */
function readable<Schema extends z.ZodType>(
  schema: Schema,
  row: Record<string, unknown>,
): z.output<Schema> | undefined {
  try {
    return schema.parse(uncolumns(row, ['effects']));
  } catch {
    return undefined;
  }
}

export function createAlertStore({ alerts: table }: Tables): AlertStore {
  return {
    get,

    async put(record, before) {
      const rowKey = keyInList(record.lastAt, record.id);
      const known = knownRow(record, rowKey);
      const writes: TransactionAction[] = [
        before ? ['update', known, 'Replace', { etag: before.etag }] : ['create', known],
        ['upsert', listedRow(record, rowKey), 'Replace'],
      ];
      const old = before?.listedAs === rowKey ? undefined : before?.listedAs;
      if (old === undefined) return submit(record.id, writes);
      try {
        await submit(record.id, [['delete', { partitionKey, rowKey: old }], ...writes]);
      } catch (error) {
        if (!(error instanceof LostRaceError)) throw error;
        // If nobody was faster, somebody removed the row of the list by hand, which must keep nothing from being written.
        await submit(record.id, writes);
      }
    },

    async list({ matched }, page) {
      const which = matched === undefined ? '' : odata` and matched eq ${matched}`;
      return readPage(table, `${listed}${which}`, page, fromListed);
    },

    async *pagesBefore(time, maxPageSize) {
      const old = odata` and RowKey ge ${keyInList(time)} and lastAt lt ${time.toISOString()}`;
      const queryOptions = { filter: `${listed}${old}`, select: ['rowKey', 'id', 'effects'] };
      for await (const page of table.listEntities({ queryOptions }).byPage({ maxPageSize }))
        yield page.flatMap((row) => readable(oldSchema, row) ?? []);
    },

    async remove({ id, rowKey, etag }) {
      const stored = rowKey === id ? undefined : await get(id);
      // In this order: a row of the list without the other one is found again.
      if (stored?.listedAs === rowKey && !(await drop(id, stored.etag))) return;
      await drop(rowKey, etag);
    },
  };

  async function get(id: string): Promise<StoredAlert | undefined> {
    const row = await findEntity<{ listedAs?: string }>(table, { partitionKey, rowKey: id });
    return row && { known: readable(knownAlertSchema, row), etag: row.etag, listedAs: row.listedAs };
  }

  /** Whether it was removed: not where it came again, or another instance was faster. */
  async function drop(rowKey: string, etag: string): Promise<boolean> {
    try {
      await table.deleteEntity(partitionKey, rowKey, { etag });
      return true;
    } catch (error) {
      if (isStatus(error, 404, 412)) return false;
      throw error;
    }
  }

  async function submit(id: string, actions: TransactionAction[]): Promise<void> {
    try {
      await table.submitTransaction(actions);
    } catch (error) {
      if (isStatus(error, 404, 409, 412)) throw new LostRaceError(`The alert ${id}`, { cause: error });
      throw error;
    }
  }
}
