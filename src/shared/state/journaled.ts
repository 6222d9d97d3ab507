import { odata, type TransactionAction } from '@azure/data-tables';
import type { JournalEntry } from '../rollout/journal.ts';
import { type Due, type DueIndex, sameDue } from './due.ts';
import { isOutage, isStatus, LostRaceError, TrackBusyError } from './errors.ts';
import { behind, fromJournalRow, type Key, type Row } from './rows.ts';
import type { Table } from './table.ts';

export type Page<Item> = { readonly items: readonly Item[]; readonly continuationToken?: string | undefined };
export type PageRequest = { readonly size: number; readonly continuationToken?: string | undefined };

/** Something with a journal, of which a track has one at a time, and how it becomes rows. */
export type Kind<Of> = {
  /** The first word of its row keys. */
  readonly prefix: string;
  readonly keyOfId: (id: string) => Key;
  readonly idOf: (of: Of) => string;
  /** The row that marks its track as taken. */
  readonly markOf: (of: Of) => Key;
  readonly toRow: (of: Of) => Row;
  readonly fromRow: (row: Record<string, unknown>) => Of;
  readonly journalPrefix: (id: string) => Key;
  readonly toJournalRow: (id: string, entry: JournalEntry) => Row;
  readonly dueOf: (of: Of) => Due | undefined;
  readonly hasEnded: (of: Of) => boolean;
};

export type Kept<Of> = { readonly of: Of; readonly etag: string };
type Written<Of> = { readonly of: Of; readonly entries: readonly JournalEntry[] };
export type Filter = { readonly phase?: string | undefined; readonly applicationId?: string | undefined };

/** Reads and writes one kind of thing together with its journal, its mark and its row in the due index. */
export interface JournaledStore<Of> {
  get(id: string): Promise<Kept<Of> | undefined>;
  /** @throws TrackBusyError */
  create(change: Written<Of>): Promise<Kept<Of>>;
  /** @throws LostRaceError */
  save(before: Kept<Of>, change: Written<Of>, carried?: Due): Promise<Kept<Of>>;
  /** The id of what has taken the track of this mark. */
  holder(mark: Key): Promise<string | undefined>;
  list(filter: Filter, page: PageRequest): Promise<Page<Of>>;
  /** The newest entries first. */
  journal(id: string, page: PageRequest): Promise<Page<JournalEntry>>;
}

export function createJournaledStore<Of>(table: Table, index: DueIndex, kind: Kind<Of>): JournaledStore<Of> {
  return {
    async get(id) {
      const { partitionKey, rowKey } = kind.keyOfId(id);
      try {
        const row = await table.getEntity(partitionKey, rowKey);
        return { of: kind.fromRow(row), etag: row.etag };
      } catch (error) {
        if (isStatus(error, 404)) return undefined;
        throw error;
      }
    },

    async create(change) {
      const due = kind.dueOf(change.of);
      // Before and after: a crash in between must not forget it, nor a look that found it not yet there.
      if (due) await index.add(due);
      const created = await insert(change);
      if (due) await index.add(due);
      return created;
    },

    async save(before, change, carried) {
      const after = await update(before, change);
      await moveDue(carried ?? kind.dueOf(before.of), kind.dueOf(change.of));
      return after;
    },

    holder: readHolder,

    async list({ phase, applicationId }, page) {
      const clauses = [
        odata`RowKey ge ${`${kind.prefix}.`} and RowKey lt ${behind(kind.prefix)}`,
        ...(applicationId === undefined ? [] : [odata`PartitionKey eq ${applicationId}`]),
        ...(phase === undefined ? [] : [odata`phase eq ${phase}`]),
      ];
      return readPage(clauses.join(' and '), page, kind.fromRow);
    },

    async journal(id, page) {
      const { partitionKey, rowKey } = kind.journalPrefix(id);
      return readPage(
        odata`PartitionKey eq ${partitionKey} and RowKey ge ${`${rowKey}.`} and RowKey lt ${behind(rowKey)}`,
        page,
        fromJournalRow,
      );
    },
  };

  async function insert({ of, entries }: Written<Of>): Promise<Kept<Of>> {
    const mark = { ...kind.markOf(of), holder: kind.idOf(of) };
    try {
      const answer = await table.submitTransaction([
        ['create', mark],
        ['create', kind.toRow(of)],
        ...journalActions(of, entries),
      ]);
      return kept(of, answer, 1);
    } catch (error) {
      if (!isStatus(error, 409)) throw error;
      // If the mark is free, what exists is this very one, ended long ago.
      const holder = (await readHolder(kind.markOf(of))) ?? kind.idOf(of);
      throw new TrackBusyError(holder, { cause: error });
    }
  }

  async function update(before: Kept<Of>, { of, entries }: Written<Of>): Promise<Kept<Of>> {
    const ends = kind.hasEnded(of) && !kind.hasEnded(before.of);
    const actions: TransactionAction[] = [
      ['update', kind.toRow(of), 'Replace', { etag: before.etag }],
      ...journalActions(of, entries),
    ];
    try {
      return kept(of, await table.submitTransaction([...actions, ...(ends ? [unmark(of)] : [])]), 0);
    } catch (error) {
      if (isStatus(error, 412, 409)) throw new LostRaceError(kind.idOf(of), { cause: error });
      // Somebody removed the mark of the track by hand; that must not keep it from ending.
      if (ends && isStatus(error, 404)) return kept(of, await table.submitTransaction(actions), 0);
      throw error;
    }
  }

  function unmark(of: Of): TransactionAction {
    const { partitionKey, rowKey } = kind.markOf(of);
    return ['delete', { partitionKey, rowKey }];
  }

  function journalActions(of: Of, entries: readonly JournalEntry[]): TransactionAction[] {
    return entries.map((entry) => ['create', kind.toJournalRow(kind.idOf(of), entry)]);
  }

  /**
   * It is written by now. If the index cannot be, the old row is still there and leads to the next look, so the caller
   * goes on: a halt that is written down must not fail for its row.
   */
  async function moveDue(old: Due | undefined, due: Due | undefined): Promise<void> {
    try {
      if (due) await index.add(due);
      if (old && !sameDue(old, due)) await index.remove(old);
    } catch (error) {
      if (!isOutage(error)) throw error;
    }
  }

  async function readHolder({ partitionKey, rowKey }: Key): Promise<string | undefined> {
    try {
      return (await table.getEntity<{ holder?: string }>(partitionKey, rowKey)).holder ?? 'unknown';
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** Pages may come empty while more is to come, so it reads on until something is there. */
  async function readPage<Item>(
    filter: string,
    { size, continuationToken }: PageRequest,
    parse: (row: Record<string, unknown>) => Item,
  ): Promise<Page<Item>> {
    const pages = table
      .listEntities({ queryOptions: { filter } })
      .byPage({ maxPageSize: size, ...(continuationToken !== undefined && { continuationToken }) });
    for await (const page of pages)
      if (page.length > 0 || page.continuationToken === undefined)
        return { items: page.map(parse), continuationToken: page.continuationToken };
    return { items: [] };
  }
}

type TransactionResponse = { readonly subResponses: readonly { readonly etag?: string }[] };

const kept = <Of>(of: Of, { subResponses }: TransactionResponse, position: number): Kept<Of> => ({
  of,
  etag: subResponses[position]?.etag ?? '',
});
