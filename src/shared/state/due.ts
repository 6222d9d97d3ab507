import { odata } from '@azure/data-tables';
import { requestsOfLook } from '../budget/lookCost.ts';
import { type Rollout, rolloutId } from '../rollout/rollout.ts';
import { findEntity } from './entities.ts';
import { isStatus } from './errors.ts';
import type { Key } from './rows.ts';
import type { Tables } from './tables.ts';

/** Whose timer finds it: that of submissions on their way to publication, of rollouts, or of what is carried to its submission. */
export type Round = 'submissions' | 'rollouts' | 'deliveries';

/** One row of the index: when which rollout or delivery is due, and since when, if its look was handed out before. */
export type Due = {
  readonly round: Round;
  readonly at: Date;
  readonly id: string;
  readonly since?: Date | undefined;
  /** How long the journal of what it leads to was when the row was written; unknown of rows that are older than this. */
  readonly version?: number | undefined;
  /** The mark of the row as it was read or written. */
  readonly etag?: string | undefined;
  /** What it leads to, as it was when the row was written: see `writeSnapshot`. */
  readonly snapshot?: string | undefined;
  /** Whose requests the look takes; unknown of rows that are older than this column. */
  readonly publisher?: string | undefined;
  /** About how many of them. */
  readonly requests?: number | undefined;
  /** There is a halt to be carried out, which no poll may keep waiting. */
  readonly urgent?: boolean | undefined;
};

/**
 * What is due, ordered by time: the partition is the round, the row key begins with the time, so that a query reads the
 * rows that are due and no other, however many rollouts there are. A row too many costs one idle look and is then
 * removed; a row too few would forget a rollout, so a row only goes when another one is known to be there.
 */
export interface DueIndex {
  /** The row as it is now, with its mark. */
  add(due: Due): Promise<Due>;
  /**
   * Removes the row, but never one that was written since for the same time: by a change that leads back to it, such as to
   * the end of a bake. Who is late would otherwise take away the last trace of the rollout.
   */
  remove(due: Due): Promise<void>;
  /** The rows due at `now`, the longest overdue first. */
  list(round: Round, now: Date, most: number): Promise<Due[]>;
  /** All rows due at `now`, the longest overdue first, page by page. */
  pages(round: Round, now: Date, pageSize: number): AsyncIterable<readonly Due[]>;
  /** The urgent ones of the rows due at `now`. */
  urgent(round: Round, now: Date): Promise<Due[]>;
  /** Every row of a round, due or not. */
  all(round: Round): Promise<Due[]>;
}

const keyOf = ({ round, at, id }: Due): Key => ({
  partitionKey: round,
  rowKey: `${at.toISOString()}_${id}`,
});

/** Where and when a rollout is due; an ended one never is. */
export function dueOf(rollout: Rollout): Due | undefined {
  if (rollout.nextLookAt === undefined) return undefined;
  const round = rollout.phase === 'awaitingPublication' ? 'submissions' : 'rollouts';
  return {
    round,
    at: rollout.nextLookAt,
    id: rolloutId(rollout),
    version: rollout.journalLength,
    publisher: rollout.publisher,
    requests: requestsOfLook(rollout),
    ...(rollout.intent?.kind === 'halt' && { urgent: true }),
  };
}

/** Whether two rows are the same row. */
export const sameDue = (a: Due | undefined, b: Due | undefined): boolean =>
  a?.round === b?.round && a?.at.getTime() === b?.at.getTime() && a?.id === b?.id;

export function createDueIndex({ due: table }: Tables): DueIndex {
  return {
    async add(due) {
      const since = due.since && { since: due.since.toISOString() };
      const snapshot = due.snapshot !== undefined && { snapshot: due.snapshot };
      const version = due.version !== undefined && { version: due.version };
      // Who only makes sure that the row is there knows no snapshot, and must not take away the one that it has.
      const mode = snapshot ? 'Replace' : 'Merge';
      const row = { ...keyOf(due), ...since, ...version, ...snapshot, ...budgetColumns(due) };
      const { etag } = await table.upsertEntity(row, mode);
      return { ...due, etag };
    },

    async remove(due) {
      const etag = due.etag ?? (await markOf(due));
      if (etag !== undefined) await drop(keyOf(due), etag);
    },

    async list(round, now, most) {
      for await (const due of duePages(round, now, most)) if (due.length > 0) return due;
      return [];
    },

    pages: duePages,

    async urgent(round, now) {
      const rows: Due[] = [];
      for await (const page of pagesOf(`${dueAt(round, now)} and urgent eq true`, mostPerPage))
        rows.push(...page.flatMap((row) => fromRow(round, row)));
      return rows;
    },

    async all(round) {
      const rows: Due[] = [];
      for await (const page of pagesOf(odata`PartitionKey eq ${round}`, mostPerPage))
        rows.push(...page.flatMap((row) => fromRow(round, row)));
      return rows;
    },
  };

  /** The mark of the row as it is, unless it is of a later version: whoever changed something did not read its row. */
  async function markOf({ version, ...due }: Due): Promise<string | undefined> {
    const row = await findEntity<DueRow>(table, keyOf(due));
    const isLater = row?.version !== undefined && version !== undefined && row.version > version;
    return isLater ? undefined : row?.etag;
  }

  async function drop({ partitionKey, rowKey }: Key, etag: string): Promise<void> {
    try {
      await table.deleteEntity(partitionKey, rowKey, { etag });
    } catch (error) {
      // Somebody else removed it, or wrote it anew.
      if (!isStatus(error, 404, 412)) throw error;
    }
  }

  async function* duePages(round: Round, now: Date, pageSize: number): AsyncGenerator<Due[]> {
    for await (const page of pagesOf(dueAt(round, now), Math.min(pageSize, mostPerPage)))
      yield page.flatMap((row) => fromRow(round, row));
  }

  /** A row key of this very time ends with an id, so "before the next millisecond" includes it. */
  function dueAt(round: Round, now: Date): string {
    const before = new Date(now.getTime() + 1).toISOString();
    return odata`PartitionKey eq ${round} and RowKey lt ${before}`;
  }

  function pagesOf(filter: string, maxPageSize: number) {
    const select = ['rowKey', 'since', 'version', 'snapshot', 'publisher', 'requests', 'urgent'];
    const queryOptions = { filter, select };
    return table.listEntities<DueRow>({ queryOptions }).byPage({ maxPageSize });
  }
}

/** What the service gives at most. */
const mostPerPage = 1_000;

type DueRow = {
  rowKey?: string;
  since?: string;
  version?: number;
  snapshot?: string;
  publisher?: string;
  requests?: number;
  urgent?: boolean;
};

const budgetColumns = ({ publisher, requests, urgent }: Pick<Due, 'publisher' | 'requests' | 'urgent'>) => ({
  ...(publisher !== undefined && { publisher }),
  ...(requests !== undefined && { requests }),
  ...(urgent === true && { urgent }),
});

/** A row that somebody wrote by hand, with a time that is none, must not keep the others from being read. */
function fromRow(
  round: Round,
  { rowKey: key, since, version, snapshot, etag, ...budget }: DueRow & { readonly etag?: string },
): Due[] {
  const [time = '', ...id] = (key ?? '').split('_');
  if (!isTime(time)) return [];
  return [
    {
      round,
      at: new Date(time),
      id: id.join('_'),
      ...(version !== undefined && { version }),
      ...(etag !== undefined && { etag }),
      ...(isTime(since) && { since: new Date(since) }),
      ...(snapshot !== undefined && { snapshot }),
      ...budgetColumns(budget),
    },
  ];
}

const isTime = (text: string | undefined): text is string => {
  const time = Date.parse(text ?? '');
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
};
