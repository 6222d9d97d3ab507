import { z } from 'zod';
import { type JournalEntry, journalEntrySchema } from '../rollout/journal.ts';
import { type Rollout, rolloutSchema, trackName } from '../rollout/rollout.ts';

/**
 * How values become rows that people can read and mend with a table browser: plain columns for what is plain, JSON text
 * for what is nested. Reading goes through the schema again, so that a mended row is checked like any other input.
 */

export type Key = { readonly partitionKey: string; readonly rowKey: string };
type Row = Key & Record<string, string | number | boolean>;

const keyOf = (rollout: Pick<Rollout, 'applicationId' | 'flightId' | 'submissionId'>): string =>
  `${trackName(rollout)}.${rollout.submissionId}`;

export const rolloutKey = (rollout: Pick<Rollout, 'applicationId' | 'flightId' | 'submissionId'>): Key => ({
  partitionKey: rollout.applicationId,
  rowKey: `rollout.${keyOf(rollout)}`,
});

/** A rollout's id is `{applicationId}.{track}.{submissionId}`, and none of the three has a dot. */
export function rolloutKeyOfId(id: string): Key {
  const [partitionKey = '', ...rest] = id.split('.');
  return { partitionKey, rowKey: `rollout.${rest.join('.')}` };
}

export const activeKey = (rollout: Pick<Rollout, 'applicationId' | 'flightId'>): Key => ({
  partitionKey: rollout.applicationId,
  rowKey: `active.${trackName(rollout)}`,
});

/** The first row key behind all those that begin with `prefix.`: `/` follows `.` in the order of the tables. */
export const behind = (prefix: string): string => `${prefix}/`;

const highestSequence = 9_999_999_999;

/** Rows come in the order of their keys; counting down puts the newest entry first. */
function journalKey(rolloutId: string, sequence: number): Key {
  const { partitionKey, rowKey } = rolloutKeyOfId(rolloutId);
  const countdown = String(highestSequence - sequence).padStart(10, '0');
  return { partitionKey, rowKey: `${rowKey.replace(/^rollout/, 'journal')}.${countdown}` };
}

export function journalPrefix(rolloutId: string): Key {
  const { partitionKey, rowKey } = rolloutKeyOfId(rolloutId);
  return { partitionKey, rowKey: rowKey.replace(/^rollout/, 'journal') };
}

const columns = (value: Record<string, unknown>): Record<string, string | number | boolean> =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, cell]) => cell !== undefined)
      .map(([name, cell]) => [name, isPlain(cell) ? cell : JSON.stringify(cell)]),
  );

const isPlain = (cell: unknown): cell is string | number | boolean =>
  typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean';

/** Parses the JSON columns that a row has; all others stay as they are. */
const uncolumns = (row: Record<string, unknown>, nested: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [
      name,
      nested.includes(name) && typeof cell === 'string' ? (JSON.parse(cell) as unknown) : cell,
    ]),
  );

const nestedInRollout = [
  'policy',
  'candidateVersions',
  'controlVersions',
  'approval',
  'pause',
  'cap',
  'intent',
  'evidence',
  'unmeasured',
  'shown',
  'storeUnreadable',
  'failedRaises',
  'decision',
] as const satisfies readonly (keyof Rollout)[];

export const toRolloutRow = (rollout: Rollout): Row => ({
  ...columns(z.encode(rolloutSchema, { ...rollout })),
  ...rolloutKey(rollout),
});

export const fromRolloutRow = (row: Record<string, unknown>): Rollout =>
  rolloutSchema.parse(uncolumns(row, nestedInRollout));

export const toJournalRow = (rolloutId: string, entry: JournalEntry): Row => ({
  ...columns(z.encode(journalEntrySchema, entry)),
  ...journalKey(rolloutId, entry.sequence),
});

export const fromJournalRow = (row: Record<string, unknown>): JournalEntry =>
  journalEntrySchema.parse(uncolumns(row, ['evidence']));
