import { odata } from '@azure/data-tables';
import { z } from 'zod';
import { alertFormats, alertStatuses } from '../alerts/alert.ts';
import { instantSchema } from '../rollout/evidence.ts';
import { isStatus } from './errors.ts';
import { type Page, type PageRequest, readPage } from './pages.ts';
import { columns, uncolumns } from './rows.ts';
import type { Tables } from './tables.ts';

/** An alert that came in, and what it did, the last time it came. */
export const alertRecordSchema = z.object({
  id: z.string(),
  sender: z.string(),
  format: z.enum(alertFormats),
  title: z.string(),
  status: z.enum(alertStatuses),
  labels: z.record(z.string(), z.string()),
  startsAt: instantSchema,
  url: z.string().optional(),
  firstAt: instantSchema,
  lastAt: instantSchema,
  /** When it came for the first time of the firing that it is in, or was in last. */
  firingAt: instantSchema.optional(),
  /** How often it came; of two at the same moment one may be missed. */
  count: z.number().int(),
  /** Whether it ever concerned a rollout: one that never did may have a mistake in its labels, or a policy in its rules. */
  matched: z.boolean(),
  /** What it did to which rollout. */
  effects: z.array(z.object({ rolloutId: z.string(), outcome: z.string(), sentence: z.string() })),
  /** Why it did nothing, as far as it can be told. */
  remarks: z.array(z.string()),
});
export type AlertRecord = Readonly<z.output<typeof alertRecordSchema>>;

/** The alerts that came in, a row each, however often they come. */
export interface AlertStore {
  get(id: string): Promise<AlertRecord | undefined>;
  put(record: AlertRecord): Promise<void>;
  list(filter: { readonly matched?: boolean | undefined }, page: PageRequest): Promise<Page<AlertRecord>>;
}

const partitionKey = 'alerts';

const toRow = (record: AlertRecord) => ({
  ...columns(z.encode(alertRecordSchema, { ...record })),
  partitionKey,
  rowKey: record.id,
});

const fromRow = (row: Record<string, unknown>): AlertRecord =>
  alertRecordSchema.parse(uncolumns(row, ['labels', 'effects', 'remarks']));

export function createAlertStore({ alerts: table }: Tables): AlertStore {
  return {
    async get(id) {
      try {
        return fromRow(await table.getEntity(partitionKey, id));
      } catch (error) {
        if (isStatus(error, 404)) return undefined;
        throw error;
      }
    },

    async put(record) {
      await table.upsertEntity(toRow(record), 'Replace');
    },

    async list({ matched }, page) {
      const which = matched === undefined ? '' : odata` and matched eq ${matched}`;
      return readPage(table, `${odata`PartitionKey eq ${partitionKey}`}${which}`, page, fromRow);
    },
  };
}
