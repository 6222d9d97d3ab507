import { z } from 'zod';
import type { Change, JournalEntry } from '../rollout/journal.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { hasEnded, type Phase } from '../rollout/vocabulary.ts';
import { type Due, type DueIndex, dueOf } from './due.ts';
import { createJournaledStore, type FollowUp } from './journaled.ts';
import type { Kept, Kind, Telling } from './kind.ts';
import type { Page, PageRequest } from './pages.ts';
import {
  activeKey,
  fromRolloutRow,
  journalPrefix,
  rolloutKeyOfId,
  toJournalRow,
  toRolloutRow,
} from './rows.ts';
import { readSnapshot } from './snapshot.ts';
import type { Tables } from './tables.ts';

/** A rollout as it was read or written, with the mark of that version. */
export type Stored = { readonly rollout: Rollout; readonly etag: string };

export type RolloutFilter = {
  readonly phase?: Phase | undefined;
  readonly applicationId?: string | undefined;
};

export type WrittenRollout = { readonly stored: Stored; readonly followUp: FollowUp };

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
  /** The first half of `save`: from here on it is written. The second half is the caller's to begin. @throws LostRaceError */
  write(stored: Stored, change: Change): Promise<WrittenRollout>;
  /**
   * Every rollout that has not ended, in one query as a rule. What it says may be a moment old; writing with its mark
   * fails if it is.
   */
  active(): Promise<Stored[]>;
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
  inIndex: true,
};

const stored = ({ of: rollout, etag }: Kept<Rollout>): Stored => ({ rollout, etag });

const kept = ({ rollout: of, etag }: Stored): Kept<Rollout> => ({ of, etag });

export function createRolloutStore(
  { rollouts: table }: Tables,
  index: DueIndex,
  telling?: Telling<Rollout>,
): RolloutStore {
  const store = createJournaledStore(table, index, { ...rollouts, telling });
  const get = async (id: string) => {
    const found = await store.get(id);
    return found && stored(found);
  };
  return {
    get,
    active: async () => activeIn(await Promise.all(activeLanes.map(index.all)), get),
    write: async (before, { rollout, entries }) => {
      const written = await store.write(kept(before), { of: rollout, entries });
      return { stored: stored(written.kept), followUp: written.followUp };
    },
    create: async ({ rollout, entries }) => stored(await store.create({ of: rollout, entries })),
    save: async (before, { rollout, entries }, carried) =>
      stored(await store.save(kept(before), { of: rollout, entries }, carried)),
    list: store.list,
    journal: store.journal,
  };
}

const activeLanes = ['submissions', 'rollouts'] as const;

/** A rollout has a row or a few: the newest of what they say counts, and is read where none says anything. */
async function activeIn(
  rounds: readonly (readonly Due[])[],
  get: (id: string) => Promise<Stored | undefined>,
): Promise<Stored[]> {
  const newest = new Map<string, Stored | undefined>();
  for (const { id, snapshot } of rounds.flat()) newest.set(id, newer(newest.get(id), snapshot));
  const found = await Promise.all([...newest].map(async ([id, known]) => known ?? (await readable(get, id))));
  return found.filter((each) => each !== undefined).filter(({ rollout }) => !hasEnded(rollout.phase));
}

/** For whoever reads many: a row that somebody mended badly must not hide the others; its own looks fail, and say so. */
export async function readable(get: RolloutStore['get'], id: string): Promise<Stored | undefined> {
  try {
    return await get(id);
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function newer(known: Stored | undefined, snapshot: string | undefined): Stored | undefined {
  const read = readSnapshot(snapshot);
  const rollout = read && rolloutIn(read.row);
  if (!rollout || (known && known.rollout.journalLength > rollout.journalLength)) return known;
  return { rollout, etag: read.etag };
}

/** A snapshot of another version of this program counts as none. */
function rolloutIn(row: Record<string, unknown>): Rollout | undefined {
  try {
    return fromRolloutRow(row);
  } catch {
    return undefined;
  }
}
