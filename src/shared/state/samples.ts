import { odata, type TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { instantSchema, type Sample, signaturesSchema } from '../rollout/evidence.ts';
import type { Tables } from './tables.ts';

/** A sample under the name that checks ask for. */
export type PushedSample = Sample & { readonly signal: string };

export interface SampleStore {
  /** Writes samples; one with the same signal, start and source takes the place of the earlier one. */
  put(rolloutId: string, samples: readonly PushedSample[]): Promise<void>;
  /** The samples of a signal that end after `from`. */
  list(rolloutId: string, signal: string, from: Date): Promise<Sample[]>;
}

/** No pushed interval is longer: it bounds how far before a time the samples have to be read that end after it. */
export const longestSampleMs = 25 * 3_600_000;

/** The tables allow this many changes in one request. */
const mostPerTransaction = 100;

// Names may hold characters that keys may not.
const inKey = (name: string): string => Buffer.from(name).toString('base64url');

const rowSchema = z.object({
  start: instantSchema,
  end: instantSchema,
  source: z.string(),
  failed: z.number().optional(),
  exposed: z.number().optional(),
  value: z.number().optional(),
  controlFailed: z.number().optional(),
  controlExposed: z.number().optional(),
  signatures: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(signaturesSchema)
    .optional(),
});

const toRow = (
  rolloutId: string,
  { signal, start, end, source, candidate, control, signatures }: PushedSample,
) => ({
  partitionKey: rolloutId,
  rowKey: `${inKey(signal)}.${start.toISOString()}.${inKey(source)}`,
  signal,
  start: start.toISOString(),
  end: end.toISOString(),
  source,
  ...candidate,
  ...(control && { controlFailed: control.failed, controlExposed: control.exposed }),
  ...(signatures && { signatures: JSON.stringify(signatures) }),
});

function fromRow(row: Record<string, unknown>): Sample {
  const { value, failed = 0, exposed = 0, controlFailed, controlExposed, ...rest } = rowSchema.parse(row);
  return {
    ...rest,
    candidate: value === undefined ? { failed, exposed } : { value },
    ...(controlExposed !== undefined && { control: { failed: controlFailed ?? 0, exposed: controlExposed } }),
  };
}

export function createSampleStore({ samples: table }: Tables): SampleStore {
  return {
    async put(rolloutId, samples) {
      const rows = new Map(samples.map((sample) => toRow(rolloutId, sample)).map((row) => [row.rowKey, row]));
      const actions = [...rows.values()].map((row): TransactionAction => ['upsert', row, 'Replace']);
      for (let first = 0; first < actions.length; first += mostPerTransaction)
        await table.submitTransaction(actions.slice(first, first + mostPerTransaction));
    },

    async list(rolloutId, signal, from) {
      const earliest = new Date(from.getTime() - longestSampleMs).toISOString();
      const key = inKey(signal);
      const filter = odata`PartitionKey eq ${rolloutId} and RowKey ge ${`${key}.${earliest}`} and RowKey lt ${`${key}/`}`;
      const rows: Sample[] = [];
      for await (const row of table.listEntities({ queryOptions: { filter } })) rows.push(fromRow(row));
      return rows.filter((sample) => sample.end > from);
    },
  };
}
