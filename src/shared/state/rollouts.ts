import { odata, type TransactionAction } from '@azure/data-tables';
import type { Change, JournalEntry } from '../rollout/journal.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { hasEnded, type Phase } from '../rollout/vocabulary.ts';
import { type Due, type DueIndex, dueOf, sameDue } from './due.ts';
import { isOutage, isStatus, LostRaceError, TrackBusyError } from './errors.ts';
import {
  activeKey,
  behind,
  fromJournalRow,
  fromRolloutRow,
  journalPrefix,
  rolloutKeyOfId,
  toJournalRow,
  toRolloutRow,
} from './rows.ts';
import type { Tables } from './tables.ts';

/** A rollout as it was read, with the mark of that version. */
export type Stored = { readonly rollout: Rollout; readonly etag: string };

export type Page<Item> = { readonly items: readonly Item[]; readonly continuationToken?: string | undefined };
export type PageRequest = { readonly size: number; readonly continuationToken?: string | undefined };

export type RolloutFilter = {
  readonly phase?: Phase | undefined;
  readonly applicationId?: string | undefined;
};

export interface RolloutStore {
  get(id: string): Promise<Stored | undefined>;
  /** Writes a new rollout, its first entries and the mark of its track at once. @throws TrackBusyError */
  create(change: Change): Promise<Stored>;
  /**
   * Writes a rollout and its new entries at once, if nobody else wrote it since it was read.
   *
   * @param carried the due row that led here, if one did
   * @throws LostRaceError
   */
  save(stored: Stored, change: Change, carried?: Due): Promise<Stored>;
  list(filter: RolloutFilter, page: PageRequest): Promise<Page<Rollout>>;
  /** The newest entries first. */
  journal(id: string, page: PageRequest): Promise<Page<JournalEntry>>;
}

export function createRolloutStore({ rollouts: table }: Tables, index: DueIndex): RolloutStore {
  return {
    async get(id) {
      const { partitionKey, rowKey } = rolloutKeyOfId(id);
      try {
        const row = await table.getEntity(partitionKey, rowKey);
        return { rollout: fromRolloutRow(row), etag: row.etag };
      } catch (error) {
        if (isStatus(error, 404)) return undefined;
        throw error;
      }
    },

    async create(change) {
      const { rollout } = change;
      const due = dueOf(rollout);
      // Before and after: a crash in between must not forget the rollout, nor a look that found it not yet there.
      if (due) await index.add(due);
      const created = await insert(change);
      if (due) await index.add(due);
      return created;
    },

    async save(before, change, carried) {
      const after = await update(before, change);
      await moveDue(carried ?? dueOf(before.rollout), dueOf(change.rollout));
      return after;
    },

    async list({ phase, applicationId }, page) {
      const clauses = [
        odata`RowKey ge ${'rollout.'} and RowKey lt ${behind('rollout')}`,
        ...(applicationId === undefined ? [] : [odata`PartitionKey eq ${applicationId}`]),
        ...(phase === undefined ? [] : [odata`phase eq ${phase}`]),
      ];
      return readPage(clauses.join(' and '), page, fromRolloutRow);
    },

    async journal(id, page) {
      const { partitionKey, rowKey } = journalPrefix(id);
      return readPage(
        odata`PartitionKey eq ${partitionKey} and RowKey ge ${`${rowKey}.`} and RowKey lt ${behind(rowKey)}`,
        page,
        fromJournalRow,
      );
    },
  };

  async function insert(change: Change): Promise<Stored> {
    const { rollout } = change;
    const mark = { ...activeKey(rollout), rolloutId: rollout.id };
    try {
      const answer = await table.submitTransaction([
        ['create', mark],
        ['create', toRolloutRow(rollout)],
        ...journalActions(change),
      ]);
      return stored(rollout, answer, 1);
    } catch (error) {
      if (!isStatus(error, 409)) throw error;
      throw new TrackBusyError(await activeOn(rollout), { cause: error });
    }
  }

  async function update(before: Stored, change: Change): Promise<Stored> {
    const { rollout } = change;
    const ends = hasEnded(rollout.phase) && !hasEnded(before.rollout.phase);
    const actions: TransactionAction[] = [
      ['update', toRolloutRow(rollout), 'Replace', { etag: before.etag }],
      ...journalActions(change),
    ];
    try {
      return stored(
        rollout,
        await table.submitTransaction([...actions, ...(ends ? [unmark(rollout)] : [])]),
        0,
      );
    } catch (error) {
      if (isStatus(error, 412, 409)) throw new LostRaceError(rollout.id, { cause: error });
      // Somebody removed the mark of the track by hand; that must not keep the rollout from ending.
      if (ends && isStatus(error, 404)) return stored(rollout, await table.submitTransaction(actions), 0);
      throw error;
    }
  }

  /**
   * The rollout is written by now. If the index cannot be, the old row is still there and leads to the next look, so the
   * caller goes on: a halt that is written down must not fail for its row.
   */
  async function moveDue(old: Due | undefined, due: Due | undefined): Promise<void> {
    try {
      if (due) await index.add(due);
      if (old && !sameDue(old, due)) await index.remove(old);
    } catch (error) {
      if (!isOutage(error)) throw error;
    }
  }

  async function activeOn(rollout: Rollout): Promise<string> {
    const { partitionKey, rowKey } = activeKey(rollout);
    try {
      const mark = await table.getEntity<{ rolloutId?: string }>(partitionKey, rowKey);
      return mark.rolloutId ?? 'unknown';
    } catch (error) {
      // The mark is free, so what exists is this very rollout, ended long ago.
      if (isStatus(error, 404)) return rollout.id;
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

const journalActions = ({ rollout, entries }: Change): TransactionAction[] =>
  entries.map((entry) => ['create', toJournalRow(rollout.id, entry)]);

function unmark(rollout: Rollout): TransactionAction {
  const { partitionKey, rowKey } = activeKey(rollout);
  return ['delete', { partitionKey, rowKey }];
}

type TransactionResponse = { readonly subResponses: readonly { readonly etag?: string }[] };

function stored(rollout: Rollout, { subResponses }: TransactionResponse, position: number): Stored {
  return { rollout, etag: subResponses[position]?.etag ?? '' };
}
