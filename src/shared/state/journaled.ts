import { odata } from '@azure/data-tables';
import type { JournalEntry } from '../rollout/journal.ts';
import type { Due, DueIndex } from './due.ts';
import { findEntity } from './entities.ts';
import { createFollowUps } from './followUps.ts';
import type { ChangeOf, Kept, Kind } from './kind.ts';
import { type Page, type PageRequest, readPage } from './pages.ts';
import { behind, fromJournalRow, type Key } from './rows.ts';
import type { Table } from './table.ts';
import { createTransactions } from './transactions.ts';

/**
 * What is left to do for something that is written: its row in the due index moves to where it belongs now, and what
 * people are told goes out.
 *
 * @param carried the due row that led here, if one did
 */
export type FollowUp = (carried?: Due) => Promise<void>;

export type Filter = { readonly phase?: string | undefined; readonly applicationId?: string | undefined };

/** Reads and writes one kind of thing together with its journal, its mark and its row in the due index. */
export interface JournaledStore<Of> {
  get(id: string): Promise<Kept<Of> | undefined>;
  /** @throws TrackBusyError */
  create(change: ChangeOf<Of>): Promise<Kept<Of>>;
  /** @throws LostRaceError */
  save(before: Kept<Of>, change: ChangeOf<Of>, carried?: Due): Promise<Kept<Of>>;
  /** The first half of `save`: from here on it is written. The second half is the caller's to begin. @throws LostRaceError */
  write(
    before: Kept<Of>,
    change: ChangeOf<Of>,
  ): Promise<{ readonly kept: Kept<Of>; readonly followUp: FollowUp }>;
  /** The id of what has taken the track of this mark. */
  holder(mark: Key): Promise<string | undefined>;
  list(filter: Filter, page: PageRequest): Promise<Page<Of>>;
  /** The newest entries first. */
  journal(id: string, page: PageRequest): Promise<Page<JournalEntry>>;
}

export function createJournaledStore<Of>(table: Table, index: DueIndex, kind: Kind<Of>): JournaledStore<Of> {
  const transactions = createTransactions(table, kind);
  const followUps = createFollowUps(index, kind);
  return {
    async get(id) {
      const row = await findEntity(table, kind.keyOfId(id));
      return row && { of: kind.fromRow(row), etag: row.etag };
    },

    async create(change) {
      await followUps.prepare(change.of);
      const written = await transactions.insert(change);
      await followUps.created(written);
      return written.kept;
    },

    async save(before, change, carried) {
      const { kept, followUp } = await write(before, change);
      await followUp(carried);
      return kept;
    },

    write,

    holder: transactions.holder,

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

  async function write(before: Kept<Of>, change: ChangeOf<Of>) {
    const written = await transactions.update(before, change);
    const followUp: FollowUp = (carried) => followUps.changed(before, written, carried);
    return { kept: written.kept, followUp };
  }
}
