import { odata } from '@azure/data-tables';
import { type Rollout, rolloutId } from '../rollout/rollout.ts';
import { isStatus } from './errors.ts';
import type { Tables } from './tables.ts';

/** Who looks: at submissions on their way to publication, at rollouts, or at what is carried to its submission. */
export type Lane = 'submissions' | 'rollouts' | 'deliveries';

/** One row of the index: when which rollout or delivery is due, and since when, if its look was handed out before. */
export type Due = {
  readonly lane: Lane;
  readonly at: Date;
  readonly id: string;
  readonly since?: Date | undefined;
};

/**
 * What is due, ordered by time: the partition is the lane, the row key begins with the time, so that a query reads the
 * rows that are due and no other, however many rollouts there are. A row too many costs one idle look and is then
 * removed; a row too few would forget a rollout, so a row only goes when another one is known to be there.
 */
export interface DueIndex {
  add(due: Due): Promise<void>;
  remove(due: Due): Promise<void>;
  /** The rows due at `now`, the longest overdue first. */
  list(lane: Lane, now: Date, most: number): Promise<Due[]>;
}

const rowKey = ({ at, id }: Due): string => `${at.toISOString()}_${id}`;

/** Where and when a rollout is due; an ended one never is. */
export function dueOf(rollout: Rollout): Due | undefined {
  if (rollout.nextLookAt === undefined) return undefined;
  const lane = rollout.phase === 'awaitingPublication' ? 'submissions' : 'rollouts';
  return { lane, at: rollout.nextLookAt, id: rolloutId(rollout) };
}

/** Whether two rows are the same row. */
export const sameDue = (a: Due | undefined, b: Due | undefined): boolean =>
  a?.lane === b?.lane && a?.at.getTime() === b?.at.getTime() && a?.id === b?.id;

export function createDueIndex({ due: table }: Tables): DueIndex {
  return {
    async add(due) {
      const since = due.since && { since: due.since.toISOString() };
      await table.upsertEntity({ partitionKey: due.lane, rowKey: rowKey(due), ...since }, 'Replace');
    },

    async remove(due) {
      try {
        await table.deleteEntity(due.lane, rowKey(due));
      } catch (error) {
        if (!isStatus(error, 404)) throw error;
      }
    },

    async list(lane, now, most) {
      // A row key of this very time ends with an id, so "before the next millisecond" includes it.
      const before = new Date(now.getTime() + 1).toISOString();
      const pages = table
        .listEntities<{ since?: string }>({
          queryOptions: {
            filter: odata`PartitionKey eq ${lane} and RowKey lt ${before}`,
            select: ['rowKey', 'since'],
          },
        })
        .byPage({ maxPageSize: Math.min(most, 1_000) });
      for await (const page of pages) {
        const due = page.flatMap((row) => fromRow(lane, row.rowKey, row.since));
        if (due.length > 0) return due;
      }
      return [];
    },
  };
}

/** A row that somebody wrote by hand, with a time that is none, must not keep the others from being read. */
function fromRow(lane: Lane, key: string | undefined, since: string | undefined): Due[] {
  const [time = '', ...id] = (key ?? '').split('_');
  if (!isTime(time)) return [];
  return [{ lane, at: new Date(time), id: id.join('_'), ...(isTime(since) && { since: new Date(since) }) }];
}

const isTime = (text: string | undefined): text is string => {
  const time = Date.parse(text ?? '');
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
};
