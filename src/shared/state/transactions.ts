import type { TransactionAction } from '@azure/data-tables';
import { findEntity } from './entities.ts';
import { isStatus, LostRaceError, TrackBusyError } from './errors.ts';
import type { ChangeOf, Kept, Kind } from './kind.ts';
import type { Key, Row } from './rows.ts';
import type { Table } from './table.ts';

/** What was written, with the rows for people to be told of it. */
export type Written<Of> = { readonly kept: Kept<Of>; readonly outbox: readonly Row[] };

/** The writes: each is one transaction of the thing, its journal, the mark of its track and what people are told. */
export interface Transactions<Of> {
  /** @throws TrackBusyError */
  insert(change: ChangeOf<Of>): Promise<Written<Of>>;
  /** @throws LostRaceError */
  update(before: Kept<Of>, change: ChangeOf<Of>): Promise<Written<Of>>;
  /** The id of what has taken the track of this mark. */
  holder(mark: Key): Promise<string | undefined>;
}

export function createTransactions<Of>(table: Table, kind: Kind<Of>): Transactions<Of> {
  return {
    async insert(change) {
      const { of } = change;
      const mark = { ...kind.markOf(of), holder: kind.idOf(of) };
      const outbox = outboxOf(undefined, change);
      try {
        const answer = await table.submitTransaction([
          ['create', mark],
          ['create', kind.toRow(of)],
          ...besides(change, outbox),
        ]);
        return { kept: { of, etag: etagIn(answer, 1) }, outbox };
      } catch (error) {
        if (!isStatus(error, 409)) throw error;
        // If the mark is free, what exists is this very one, ended long ago.
        const activeId = (await holder(kind.markOf(of))) ?? kind.idOf(of);
        throw new TrackBusyError(activeId, { cause: error });
      }
    },

    async update(before, change) {
      const { of } = change;
      const ends = kind.hasEnded(of) && !kind.hasEnded(before.of);
      const outbox = outboxOf(before.of, change);
      const actions: TransactionAction[] = [
        ['update', kind.toRow(of), 'Replace', { etag: before.etag }],
        ...besides(change, outbox),
      ];
      try {
        const answer = await table.submitTransaction([...actions, ...(ends ? [unmark(of)] : [])]);
        return { kept: { of, etag: etagIn(answer, 0) }, outbox };
      } catch (error) {
        if (isStatus(error, 412, 409)) throw new LostRaceError(kind.idOf(of), { cause: error });
        if (!ends || !isStatus(error, 404)) throw error;
        // Somebody removed the mark of the track by hand; that must not keep it from ending.
        return { kept: { of, etag: etagIn(await table.submitTransaction(actions), 0) }, outbox };
      }
    },

    holder,
  };

  async function holder(mark: Key): Promise<string | undefined> {
    const found = await findEntity<{ holder?: string }>(table, mark);
    return found && (found.holder ?? 'unknown');
  }

  function outboxOf(before: Of | undefined, change: ChangeOf<Of>): readonly Row[] {
    return kind.telling?.outboxOf(before, change) ?? [];
  }

  function besides({ of, entries }: ChangeOf<Of>, outbox: readonly Row[]): TransactionAction[] {
    const journal = entries.map((entry) => kind.toJournalRow(kind.idOf(of), entry));
    return [...journal, ...outbox].map((row) => ['create', row]);
  }

  function unmark(of: Of): TransactionAction {
    const { partitionKey, rowKey } = kind.markOf(of);
    return ['delete', { partitionKey, rowKey }];
  }
}

type TransactionResponse = { readonly subResponses: readonly { readonly etag?: string }[] };

const etagIn = ({ subResponses }: TransactionResponse, position: number): string =>
  subResponses[position]?.etag ?? '';
