import { z } from 'zod';
import type { Call, StoreRequest } from './call.ts';
import { StoreContractError } from './errors.ts';
import { applicationPath } from './ids.ts';
import type { DailyDevices, DailyRange, DailySignature, StoreAnalytics } from './port.ts';
import type { Requester } from './requester.ts';

/** The most rows that one answer may hold. */
const pageSize = 10_000;
const mostPages = 20;

/** The analytics write `Value` with a capital where the submission API does not; both are taken. */
const pageOf = <Row extends z.ZodType>(row: Row) =>
  z
    .object({
      Value: z.array(row).optional(),
      value: z.array(row).optional(),
      '@nextLink': z.string().nullish(),
    })
    .transform(({ Value, value, '@nextLink': next }) => ({
      rows: Value ?? value ?? [],
      more: Boolean(next),
    }));

const date = z.string().transform((text) => text.slice(0, 10));

/** Counts are estimates from samples, so they can be fractions. */
const count = z
  .number()
  .nullish()
  .transform((devices) => devices ?? 0);
const failureRow = z
  .object({ date, packageVersion: z.string(), deviceCount: count })
  .transform(({ deviceCount, ...row }): DailyDevices => ({ ...row, devices: deviceCount }));
const usageRow = z
  .object({ date, packageVersion: z.string(), dailyActiveDevices: count })
  .transform(({ dailyActiveDevices, ...row }): DailyDevices => ({ ...row, devices: dailyActiveDevices }));

/** Without a filter by version, rows come for which the Store knows no version, or no failure's name. */
const name = z
  .string()
  .nullish()
  .transform((text) => text ?? '');
const signatureRow = z
  .object({ date, packageVersion: name, failureHash: name, deviceCount: count })
  .transform(({ deviceCount, ...row }): DailySignature => ({ ...row, devices: deviceCount }));

/** Devices with failures, and active devices, from `failurehits` and `usagedaily`. Rejects with a `StoreError`. */
export function createStoreAnalytics(requester: Requester): StoreAnalytics {
  return {
    failedDevices: async (query, options) =>
      readAll(requester, requester.begin(options), 'failurehits', failureRow, {
        ...rangeOf(query),
        filter: `${anyOf('packageVersion', query.packageVersions)} and ${anyOf('eventType', query.events)}`,
        aggregationLevel: 'day',
        groupby: 'packageVersion,eventType',
      }),

    failedDevicesBySignature: async (query, options) => {
      const rows = await readAll(requester, requester.begin(options), 'failurehits', signatureRow, {
        ...rangeOf(query),
        filter: anyOf('eventType', query.events),
        aggregationLevel: 'day',
        groupby: 'failureHash,packageVersion,eventType',
      });
      return rows.filter(({ packageVersion }) => packageVersion !== '');
    },

    activeDevices: async (query, options) =>
      readAll(requester, requester.begin(options), 'usagedaily', usageRow, {
        ...rangeOf(query),
        ...(query.packageVersions && { filter: anyOf('packageVersion', query.packageVersions) }),
        groupby: 'packageVersion',
      }),
  };
}

function rangeOf({ applicationId, firstDay, lastDay }: DailyRange): Record<string, string> {
  applicationPath(applicationId, 'getAnalytics');
  return { applicationId, startDate: monthFirst(firstDay), endDate: monthFirst(lastDay) };
}

/** `2026-11-21` → `11/21/2026`, as these endpoints document it. */
function monthFirst(day: string): string {
  const [year, month, date] = day.split('-');
  return `${month}/${date}/${year}`;
}

const anyOf = (field: string, values: readonly string[]): string =>
  `(${values.map((value) => `${field} eq '${value.replaceAll("'", "''")}'`).join(' or ')})`;

/** The link to the next page comes unencoded and with dates in another order, so pages are counted instead. */
async function readAll<Row>(
  requester: Requester,
  call: Call,
  endpoint: string,
  row: z.ZodType<Row>,
  query: Record<string, string>,
): Promise<Row[]> {
  const rows: Row[] = [];
  const schema = pageOf(row);
  for (let page = 0; page < mostPages; page++) {
    const request: StoreRequest = {
      operation: 'getAnalytics',
      method: 'GET',
      path: `analytics/${endpoint}`,
      query: { ...query, top: String(pageSize), skip: String(page * pageSize) },
    };
    const answer = await requester.read(call, request, schema);
    rows.push(...answer.rows);
    if (!answer.more) return rows;
  }
  throw new StoreContractError(
    { operation: 'getAnalytics' },
    { issues: [`more than ${mostPages} pages`], transient: false },
  );
}
