import type { Change, JournalEntry } from '../rollout/journal.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { hasEnded, type Phase } from '../rollout/vocabulary.ts';
import { type Due, type DueIndex, dueOf } from './due.ts';
import { createJournaledStore, type Kept, type Kind, type Page, type PageRequest } from './journaled.ts';
import {
  activeKey,
  fromRolloutRow,
  journalPrefix,
  rolloutKeyOfId,
  toJournalRow,
  toRolloutRow,
} from './rows.ts';
import type { Tables } from './tables.ts';

/** A rollout as it was read, with the mark of that version. */
export type Stored = { readonly rollout: Rollout; readonly etag: string };

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

const rollouts: Kind<Rollout> = {
  prefix: 'rollout',
  keyOfId: rolloutKeyOfId,
  idOf: ({ id }) => id,
  markOf: activeKey,
  toRow: toRolloutRow,
  fromRow: fromRolloutRow,
  journalPrefix,
  toJournalRow,
  dueOf,
  hasEnded: ({ phase }) => hasEnded(phase),
};

const stored = ({ of, etag }: Kept<Rollout>): Stored => ({ rollout: of, etag });

export function createRolloutStore({ rollouts: table }: Tables, index: DueIndex): RolloutStore {
  const store = createJournaledStore(table, index, rollouts);
  return {
    async get(id) {
      const found = await store.get(id);
      return found && stored(found);
    },
    create: async ({ rollout, entries }) => stored(await store.create({ of: rollout, entries })),
    save: async ({ rollout: of, etag }, { rollout, entries }, carried) =>
      stored(await store.save({ of, etag }, { of: rollout, entries }, carried)),
    list: store.list,
    journal: store.journal,
  };
}
