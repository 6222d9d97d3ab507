import { odata, type TransactionAction } from '@azure/data-tables';
import type { JournalEntry } from '../rollout/journal.ts';
import { type Due, type DueIndex, sameDue } from './due.ts';
import { isOutage, isStatus, LostRaceError, TrackBusyError } from './errors.ts';
import { type Page, type PageRequest, readPage } from './pages.ts';
import { behind, fromJournalRow, type Key, type Row } from './rows.ts';
import { writeSnapshot } from './snapshot.ts';
import type { Table } from './table.ts';

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
  /** Whether the due index has snapshots of it. */
  readonly inIndex: boolean;
  /** What people are told of it. */
  readonly telling?: Telling<Of> | undefined;
};

/** How people are told of changes. Sending itself is never a part of writing. */
export type Telling<Of> = {
  /** Comes before something new, so that whoever looks for messages that wait knows where. */
  readonly watch: (of: Of) => Promise<void>;
  /** The rows that are written with a change, in one transaction. */
  readonly outboxOf: (before: Of | undefined, change: Written<Of>) => readonly Row[];
  /** Hands such rows, once they are written, to whoever sends them. It never rejects: they are found all the same. */
  readonly announce: (outbox: readonly Row[]) => Promise<void>;
};

/** `outbox` is what was written with this version for people to be told. */
export type Kept<Of> = {
  readonly of: Of;
  readonly etag: string;
  readonly outbox?: readonly Row[] | undefined;
};
export type Written<Of> = { readonly of: Of; readonly entries: readonly JournalEntry[] };
export type Filter = { readonly phase?: string | undefined; readonly applicationId?: string | undefined };

/** Reads and writes one kind of thing together with its journal, its mark and its row in the due index. */
export interface JournaledStore<Of> {
  get(id: string): Promise<Kept<Of> | undefined>;
  /** @throws TrackBusyError */
  create(change: Written<Of>): Promise<Kept<Of>>;
  /** @throws LostRaceError */
  save(before: Kept<Of>, change: Written<Of>, carried?: Due): Promise<Kept<Of>>;
  /** The first half of `save`: from here on it is written. @throws LostRaceError */
  write(before: Kept<Of>, change: Written<Of>): Promise<Kept<Of>>;
  /** The second half: the row in the due index moves to where it belongs now, and what people are told goes out. */
  index(before: Kept<Of>, after: Kept<Of>, carried?: Due): Promise<void>;
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
      await Promise.all([due && index.add(due), kind.telling?.watch(change.of)]);
      const created = await insert(change);
      await Promise.all([due && index.add(withSnapshot(due, created)), announce(created)]);
      return created;
    },

    async save(before, change, carried) {
      const after = await update(before, change);
      await follow(before, after, carried);
      return after;
    },

    write: update,
    index: follow,

    holder: readHolder,

    async list({ phase, applicationId }, page) {
      const clauses = [
        odata`RowKey ge ${`${kind.prefix}.`} and RowKey lt ${behind(kind.prefix)}`,
        ...(applicationId === undefined ? [] : [odata`PartitionKey eq ${applicationId}`]),
        ...(phase === undefined ? [] : [odata`phase eq ${phase}`]),
      ];
      return readPage(table, clauses.join(' and '), page, kind.fromRow);
    },

    async journal(id, page) {
      const { partitionKey, rowKey } = kind.journalPrefix(id);
      return readPage(
        table,
        odata`PartitionKey eq ${partitionKey} and RowKey ge ${`${rowKey}.`} and RowKey lt ${behind(rowKey)}`,
        page,
        fromJournalRow,
      );
    },
  };

  async function insert({ of, entries }: Written<Of>): Promise<Kept<Of>> {
    const mark = { ...kind.markOf(of), holder: kind.idOf(of) };
    const outbox = kind.telling?.outboxOf(undefined, { of, entries }) ?? [];
    try {
      const answer = await table.submitTransaction([
        ['create', mark],
        ['create', kind.toRow(of)],
        ...journalActions(of, entries),
        ...outbox.map((row): TransactionAction => ['create', row]),
      ]);
      return kept(of, answer, 1, outbox);
    } catch (error) {
      if (!isStatus(error, 409)) throw error;
      // If the mark is free, what exists is this very one, ended long ago.
      const holder = (await readHolder(kind.markOf(of))) ?? kind.idOf(of);
      throw new TrackBusyError(holder, { cause: error });
    }
  }

  async function update(before: Kept<Of>, { of, entries }: Written<Of>): Promise<Kept<Of>> {
    const ends = kind.hasEnded(of) && !kind.hasEnded(before.of);
    const outbox = kind.telling?.outboxOf(before.of, { of, entries }) ?? [];
    const actions: TransactionAction[] = [
      ['update', kind.toRow(of), 'Replace', { etag: before.etag }],
      ...journalActions(of, entries),
      ...outbox.map((row): TransactionAction => ['create', row]),
    ];
    try {
      return kept(of, await table.submitTransaction([...actions, ...(ends ? [unmark(of)] : [])]), 0, outbox);
    } catch (error) {
      if (isStatus(error, 412, 409)) throw new LostRaceError(kind.idOf(of), { cause: error });
      // Somebody removed the mark of the track by hand; that must not keep it from ending.
      if (ends && isStatus(error, 404)) return kept(of, await table.submitTransaction(actions), 0, outbox);
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

  async function follow(before: Kept<Of>, after: Kept<Of>, carried?: Due): Promise<void> {
    await Promise.all([moveDue(before, after, carried), announce(after)]);
  }

  async function announce({ outbox = [] }: Kept<Of>): Promise<void> {
    if (outbox.length > 0) await kind.telling?.announce(outbox);
  }

  /**
   * It is written by now. If the index cannot be, the old row is still there and leads to the next look, so the caller
   * goes on: a halt that is written down must not fail for its row.
   */
  async function moveDue(before: Kept<Of>, after: Kept<Of>, carried?: Due): Promise<void> {
    const old = carried ?? kind.dueOf(before.of);
    const due = kind.dueOf(after.of);
    try {
      if (due) await index.add(withSnapshot(due, after));
      if (old && !sameDue(old, due)) await index.remove(old);
    } catch (error) {
      if (!isOutage(error)) throw error;
    }
  }

  /** Whoever finds the row knows what it leads to, as long as nobody changes it, without a second request. */
  function withSnapshot(due: Due, { of, etag }: Kept<Of>): Due {
    if (!kind.inIndex) return due;
    const snapshot = writeSnapshot({ row: kind.toRow(of), etag });
    return snapshot === undefined ? due : { ...due, snapshot };
  }

  async function readHolder({ partitionKey, rowKey }: Key): Promise<string | undefined> {
    try {
      return (await table.getEntity<{ holder?: string }>(partitionKey, rowKey)).holder ?? 'unknown';
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }
}

type TransactionResponse = { readonly subResponses: readonly { readonly etag?: string }[] };

const kept = <Of>(
  of: Of,
  { subResponses }: TransactionResponse,
  position: number,
  outbox: readonly Row[],
): Kept<Of> => ({
  of,
  etag: subResponses[position]?.etag ?? '',
  ...(outbox.length > 0 && { outbox }),
});
