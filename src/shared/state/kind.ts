import type { JournalEntry } from '../rollout/journal.ts';
import type { Due } from './due.ts';
import type { Key, Row } from './rows.ts';

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
  readonly outboxOf: (before: Of | undefined, change: ChangeOf<Of>) => readonly Row[];
  /** Hands such rows, once they are written, to whoever sends them. It never rejects: they are found all the same. */
  readonly announce: (outbox: readonly Row[]) => Promise<void>;
};

/** What is to be written: its next version, and the journal's entries about it. */
export type ChangeOf<Of> = { readonly of: Of; readonly entries: readonly JournalEntry[] };

/** As it was read or written, with the mark of that version. */
export type Kept<Of> = { readonly of: Of; readonly etag: string };
