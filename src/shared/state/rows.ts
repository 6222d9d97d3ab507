import { z } from 'zod';
import { type Delivery, deliverySchema } from '../delivery/delivery.ts';
import { type JournalEntry, journalEntrySchema } from '../rollout/journal.ts';
import { type Rollout, rolloutSchema, trackName } from '../rollout/rollout.ts';

/**
 * How values become rows that people can read and mend with a table browser: plain columns for what is plain, JSON text
 * for what is nested. Reading goes through the schema again, so that a mended row is checked like any other input.
 */

export type Key = { readonly partitionKey: string; readonly rowKey: string };
export type Row = Key & Record<string, string | number | boolean>;

const keyOf = (rollout: Pick<Rollout, 'applicationId' | 'flightId' | 'submissionId'>): string =>
  `${trackName(rollout)}.${rollout.submissionId}`;

const rolloutKey = (rollout: Pick<Rollout, 'applicationId' | 'flightId' | 'submissionId'>): Key => ({
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
const countdown = (sequence: number): string => String(highestSequence - sequence).padStart(10, '0');

export function journalPrefix(rolloutId: string): Key {
  const { partitionKey, rowKey } = rolloutKeyOfId(rolloutId);
  return { partitionKey, rowKey: rowKey.replace(/^rollout/, 'journal') };
}

export const columns = (value: Record<string, unknown>): Record<string, string | number | boolean> =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, cell]) => cell !== undefined)
      .map(([name, cell]) => [name, isPlain(cell) ? cell : jsonOf(cell)]),
  );

/** As JSON, with the two separators written out that the storage emulator takes for the end of a line in a transaction. */
const jsonOf = (cell: unknown): string =>
  JSON.stringify(cell).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

const isPlain = (cell: unknown): cell is string | number | boolean =>
  typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean';

/** Parses the JSON columns that a row has; all others stay as they are. */
export const uncolumns = (row: Record<string, unknown>, nested: readonly string[]): Record<string, unknown> =>
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
  'approvals',
  'alertHolds',
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

export const toJournalRow = (rolloutId: string, entry: JournalEntry): Row =>
  journalRow(journalPrefix(rolloutId), entry);

const journalRow = ({ partitionKey, rowKey }: Key, entry: JournalEntry): Row => ({
  ...columns(z.encode(journalEntrySchema, entry)),
  partitionKey,
  rowKey: `${rowKey}.${countdown(entry.sequence)}`,
});

export const fromJournalRow = (row: Record<string, unknown>): JournalEntry =>
  journalEntrySchema.parse(uncolumns(row, ['evidence']));

/** A delivery's id is `{applicationId}.{track}.{requestId}`, and none of the three has a dot. */
const deliveryKeyUnder =
  (prefix: string) =>
  (id: string): Key => {
    const [partitionKey = '', ...rest] = id.split('.');
    return { partitionKey, rowKey: `${prefix}.${rest.join('.')}` };
  };

export const deliveryKeyOfId = deliveryKeyUnder('delivery');
export const deliveryJournalPrefix = deliveryKeyUnder('deliveryJournal');

export const deliveringKey = (delivery: Pick<Delivery, 'applicationId' | 'flightId'>): Key => ({
  partitionKey: delivery.applicationId,
  rowKey: `delivering.${trackName(delivery)}`,
});

const nestedInDelivery = [
  'policy',
  'ask',
  'versions',
  'content',
  'clearing',
  'expected',
  'upload',
  'store',
  'trouble',
  'problem',
  'cancel',
] as const satisfies readonly (keyof Delivery)[];

export const toDeliveryRow = (delivery: Delivery): Row => ({
  ...columns(z.encode(deliverySchema, { ...delivery })),
  ...deliveryKeyOfId(delivery.id),
});

export const fromDeliveryRow = (row: Record<string, unknown>): Delivery =>
  deliverySchema.parse(uncolumns(row, nestedInDelivery));

export const toDeliveryJournalRow = (id: string, entry: JournalEntry): Row =>
  journalRow(deliveryJournalPrefix(id), entry);
