import { odata } from '@azure/data-tables';
import { requestsOfLook } from '../budget/lookCost.ts';
import { type Rollout, rolloutId } from '../rollout/rollout.ts';
import { dropEntity } from './entities.ts';
import type { Key } from './rows.ts';
import type { Tables } from './tables.ts';

/** Who looks: at submissions on their way to publication, at rollouts, or at what is carried to its submission. */
export type Lane = 'submissions' | 'rollouts' | 'deliveries';

/** One row of the index: when which rollout or delivery is due, and since when, if its look was handed out before. */
export type Due = {
  readonly lane: Lane;
  readonly at: Date;
  readonly id: string;
  readonly since?: Date | undefined;
  /**
   * How long the journal of what it leads to was: who is late to remove a row must not remove one that was written since for
   * the same time. Unknown of rows that are older than this.
   */
  readonly version?: number | undefined;
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
 * What is due, ordered by time: the partition is the lane, the row key begins with the time, so that a query reads the
 * rows that are due and no other, however many rollouts there are. A row too many costs one idle look and is then
 * removed; a row too few would forget a rollout, so a row only goes when another one is known to be there.
 */
export interface DueIndex {
  add(due: Due): Promise<void>;
  remove(due: Due): Promise<void>;
  /** The rows due at `now`, the longest overdue first. */
  list(lane: Lane, now: Date, most: number): Promise<Due[]>;
  /** All rows due at `now`, the longest overdue first, page by page. */
  pages(lane: Lane, now: Date, pageSize: number): AsyncIterable<readonly Due[]>;
  /** The urgent ones of the rows due at `now`. */
  urgent(lane: Lane, now: Date): Promise<Due[]>;
  /** Every row of a lane, due or not. */
  all(lane: Lane): Promise<Due[]>;
}

const keyOf = ({ lane, at, id, version }: Due): Key => ({
  partitionKey: lane,
  rowKey: `${at.toISOString()}_${id}${version === undefined ? '' : `~${version}`}`,
});

/** Where and when a rollout is due; an ended one never is. */
export function dueOf(rollout: Rollout): Due | undefined {
  if (rollout.nextLookAt === undefined) return undefined;
  const lane = rollout.phase === 'awaitingPublication' ? 'submissions' : 'rollouts';
  return {
    ...{ lane, at: rollout.nextLookAt, id: rolloutId(rollout), version: rollout.journalLength },
    ...{ publisher: rollout.publisher, requests: requestsOfLook(rollout) },
    ...(rollout.intent?.kind === 'halt' && { urgent: true }),
  };
}

/** Whether two rows are the same row. */
export const sameDue = (a: Due | undefined, b: Due | undefined): boolean =>
  a?.lane === b?.lane && a?.at.getTime() === b?.at.getTime() && a?.id === b?.id && a?.version === b?.version;

export function createDueIndex({ due: table }: Tables): DueIndex {
  return {
    async add(due) {
      const since = due.since && { since: due.since.toISOString() };
      const snapshot = due.snapshot !== undefined && { snapshot: due.snapshot };
      // Who only makes sure that the row is there knows no snapshot, and must not take away the one that it has.
      const mode = snapshot ? 'Replace' : 'Merge';
      await table.upsertEntity({ ...keyOf(due), ...since, ...snapshot, ...budgetColumns(due) }, mode);
    },

    remove: (due) => dropEntity(table, keyOf(due)),

    async list(lane, now, most) {
      for await (const due of duePages(lane, now, most)) if (due.length > 0) return due;
      return [];
    },

    pages: duePages,

    async urgent(lane, now) {
      const rows: Due[] = [];
      for await (const page of pagesOf(`${dueAt(lane, now)} and urgent eq true`, mostPerPage))
        rows.push(...page.flatMap((row) => fromRow(lane, row)));
      return rows;
    },

    async all(lane) {
      const rows: Due[] = [];
      for await (const page of pagesOf(odata`PartitionKey eq ${lane}`, mostPerPage))
        rows.push(...page.flatMap((row) => fromRow(lane, row)));
      return rows;
    },
  };

  async function* duePages(lane: Lane, now: Date, pageSize: number): AsyncGenerator<Due[]> {
    for await (const page of pagesOf(dueAt(lane, now), Math.min(pageSize, mostPerPage)))
      yield page.flatMap((row) => fromRow(lane, row));
  }

  /** A row key of this very time ends with an id, so "before the next millisecond" includes it. */
  function dueAt(lane: Lane, now: Date): string {
    const before = new Date(now.getTime() + 1).toISOString();
    return odata`PartitionKey eq ${lane} and RowKey lt ${before}`;
  }

  function pagesOf(filter: string, maxPageSize: number) {
    const select = ['rowKey', 'since', 'snapshot', 'publisher', 'requests', 'urgent'];
    const queryOptions = { filter, select };
    return table.listEntities<DueRow>({ queryOptions }).byPage({ maxPageSize });
  }
}

/** What the service gives at most. */
const mostPerPage = 1_000;

type DueRow = {
  rowKey?: string;
  since?: string;
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
function fromRow(lane: Lane, { rowKey: key, since, snapshot, ...budget }: DueRow): Due[] {
  const [, time, id = '', version] = /^([^_]*)_(.*?)(?:~(\d{1,9}))?$/.exec(key ?? '') ?? [];
  if (!isTime(time)) return [];
  return [
    {
      lane,
      at: new Date(time),
      id,
      ...(version !== undefined && { version: Number(version) }),
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
