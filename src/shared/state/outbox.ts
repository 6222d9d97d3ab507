import { odata } from '@azure/data-tables';
import { z } from 'zod';
import type { Channel } from '../notify/channel.ts';
import { type Notice, noticeSchema } from '../notify/notice.ts';
import { instantSchema } from '../rollout/evidence.ts';
import { findEntity } from './entities.ts';
import { isStatus, LostRaceError } from './errors.ts';
import { behind, type Key, type Row, rolloutKeyOfId } from './rows.ts';
import type { Tables } from './tables.ts';

/**
 * What people are to be told, one row for a notice and a channel, in the partition of the application: it is written with
 * the rollout and its journal, or not at all. A row names its channel and holds nothing of its URL, its secret or a link.
 */
const messageSchema = z.object({
  notice: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(noticeSchema),
  /** The channel's name in the settings. */
  channel: z.string(),
  state: z.enum([
    /** It waits for its next attempt. */
    'pending',
    /** Somebody is at it. */
    'sending',
  ]),
  /** How many attempts were begun. */
  attempts: z.number().int(),
  /** When it was written; like all times here, real time. */
  firstAt: instantSchema,
  /** From when on somebody may take it: the next attempt, or the end of the lease of whoever is at it. */
  nextAttemptAt: instantSchema,
  /** Whether an earlier attempt may have come through. */
  mayRepeat: z.boolean(),
  /** What became of the last attempt, in a few words. */
  lastOutcome: z.string().optional(),
});
export type OutboxMessage = Readonly<z.output<typeof messageSchema>> & { readonly key: Key };
export type StoredMessage = { readonly message: OutboxMessage; readonly etag: string };

/** How a message ended. */
export type MessageEnd = {
  readonly state: 'sent' | 'dead';
  readonly at: Date;
  readonly outcome: string;
};

/** A row of the outbox as a look at all of them shows it. */
export type Waiting = Key & { readonly nextAttemptAt: Date };

/** An application whose rows of the outbox are looked for, and since when it is known that there may be some. */
export type Watch = { readonly applicationId: string; readonly since: Date; readonly etag: string };

export interface Outbox {
  get(key: Key): Promise<StoredMessage | undefined>;
  /** @throws LostRaceError */
  save(stored: StoredMessage, message: OutboxMessage): Promise<StoredMessage>;
  /** Nothing of the message is left to do: it leaves the outbox, and a row that says how it ended stays. */
  close(message: OutboxMessage, end: MessageEnd): Promise<void>;
  watched(): Promise<Watch[]>;
  /** All that waits in an application. */
  waiting(applicationId: string): Promise<Waiting[]>;
  /** Ends a watch if its application has nothing to tell any more; otherwise it is known anew that there may be. */
  review(watch: Watch, now: Date): Promise<void>;
}

const open = 'outbox';
const ended = 'told';
/** The partition of the due table that says where messages may wait. */
const watches = 'notifications';

/** `outbox.{track}.{submission}.{sequence}.{channel}`: the same notice has the same row. */
function keyOf({ rolloutId, sequence }: Notice, channel: string): Key {
  const { partitionKey, rowKey } = rolloutKeyOfId(rolloutId);
  const rest = rowKey.replace(/^rollout\./, '');
  return { partitionKey, rowKey: `${open}.${rest}.${String(sequence).padStart(10, '0')}.${channel}` };
}

/** The row of a notice that nobody has tried to send yet. */
export const newMessageRow = (notice: Notice, channel: Channel, now: Date): Row =>
  toRow({
    key: keyOf(notice, channel.name),
    notice,
    channel: channel.name,
    state: 'pending',
    attempts: 0,
    firstAt: now,
    nextAttemptAt: now,
    mayRepeat: false,
  });

const toRow = ({ key, notice, firstAt, nextAttemptAt, lastOutcome, ...plain }: OutboxMessage): Row => ({
  ...plain,
  ...key,
  notice: JSON.stringify(z.encode(noticeSchema, notice)),
  firstAt: firstAt.toISOString(),
  nextAttemptAt: nextAttemptAt.toISOString(),
  ...(lastOutcome !== undefined && { lastOutcome }),
});

/** The row that says where to look. It comes before the first message, so that none can wait unseen. */
export const watchRow = (applicationId: string, now: Date): Row => ({
  partitionKey: watches,
  rowKey: applicationId,
  since: now.toISOString(),
});

const waitingSchema = z.object({
  partitionKey: z.string(),
  rowKey: z.string(),
  nextAttemptAt: instantSchema,
});
const watchSchema = z.object({ rowKey: z.string(), since: instantSchema, etag: z.string() });

export function createOutbox({ rollouts: table, due }: Tables): Outbox {
  return {
    async get(key) {
      const row = await findEntity(table, key);
      return row && { message: { ...messageSchema.parse(row), key }, etag: row.etag };
    },

    async save({ etag }, message) {
      try {
        const answer = await table.updateEntity(toRow(message), 'Replace', { etag });
        return { message, etag: answer.etag ?? '' };
      } catch (error) {
        // Not found: somebody has sent it, and closed it.
        if (isStatus(error, 412, 404)) throw new LostRaceError(message.notice.id, { cause: error });
        throw error;
      }
    },

    async close(message, { state, at, outcome }) {
      const { partitionKey, rowKey } = message.key;
      const { nextAttemptAt: _, lastOutcome: __, ...rest } = toRow(message);
      const told = { ...rest, rowKey: rowKey.replace(open, ended), state, at: at.toISOString(), outcome };
      try {
        await table.submitTransaction([
          ['delete', { partitionKey, rowKey }],
          ['create', told],
        ]);
      } catch (error) {
        // Somebody has closed it already, or this very call did, and its answer got lost.
        if (!isStatus(error, 404, 409)) throw error;
      }
    },

    async watched() {
      const filter = odata`PartitionKey eq ${watches}`;
      const found: Watch[] = [];
      for await (const row of due.listEntities({ queryOptions: { filter } })) {
        const { data } = watchSchema.safeParse(row);
        if (data) found.push({ applicationId: data.rowKey, since: data.since, etag: data.etag });
      }
      return found;
    },

    waiting,

    async review({ applicationId, etag }, now) {
      try {
        // In this order: the last message of a rollout is written with its end.
        if ((await hasActive(applicationId)) || (await waiting(applicationId)).length > 0)
          await due.updateEntity(watchRow(applicationId, now), 'Replace', { etag });
        else await due.deleteEntity(watches, applicationId, { etag });
      } catch (error) {
        // A rollout was started in the meantime, or another instance was faster.
        if (!isStatus(error, 412, 404)) throw error;
      }
    },
  };

  /** A row that somebody mended badly must not keep the others from being read. */
  async function waiting(applicationId: string): Promise<Waiting[]> {
    const queryOptions = {
      filter: prefixed(applicationId, open),
      select: ['partitionKey', 'rowKey', 'nextAttemptAt'],
    };
    const found: Waiting[] = [];
    for await (const row of table.listEntities({ queryOptions })) {
      const { data } = waitingSchema.safeParse(row);
      if (data) found.push(data);
    }
    return found;
  }

  async function hasActive(applicationId: string): Promise<boolean> {
    const queryOptions = { filter: prefixed(applicationId, 'active'), select: ['rowKey'] };
    for await (const _ of table.listEntities({ queryOptions })) return true;
    return false;
  }
}

const prefixed = (partitionKey: string, prefix: string): string =>
  odata`PartitionKey eq ${partitionKey} and RowKey ge ${`${prefix}.`} and RowKey lt ${behind(prefix)}`;
