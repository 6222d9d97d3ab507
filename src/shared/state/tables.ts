import { TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import { storageTiming } from '../platform/storageTiming.ts';
import { isStatus } from './errors.ts';
import type { Table } from './table.ts';

/** How to reach the storage account: by a connection string, or by its table endpoint and an identity. */
export type StorageAccess =
  | { readonly kind: 'connectionString'; readonly connectionString: string }
  | { readonly kind: 'identity'; readonly tableServiceUri: string; readonly credential: TokenCredential };

/** The tables of Rampart. */
export type Tables = {
  /** Per application: its rollouts, their journals, and the mark of each track's active rollout. */
  readonly rollouts: Table;
  /** What is to be looked at, ordered by time. */
  readonly due: Table;
  /** Samples that publishers pushed. */
  readonly samples: Table;
  /** The requests that each publisher has made to the Store within the last minute. */
  readonly budget: Table;
  /** Alerts that came in. */
  readonly alerts: Table;
};

const { tries, tryMs, firstDelayMs, mostDelayMs } = storageTiming;
const timing: TableServiceClientOptions = {
  retryOptions: {
    maxRetries: tries - 1,
    retryDelayInMs: firstDelayMs,
    maxRetryDelayInMs: mostDelayMs,
  },
  additionalPolicies: [
    {
      position: 'perRetry',
      policy: {
        name: 'rampartTimeout',
        sendRequest: (request, next) => next(Object.assign(request, { timeout: tryMs })),
      },
    },
  ],
};

const isLoopback = (url: string): boolean => new URL(url).hostname === '127.0.0.1';

function open(access: StorageAccess, table: string): TableClient {
  if (access.kind === 'connectionString')
    return TableClient.fromConnectionString(access.connectionString, table, {
      ...timing,
      // Local emulators speak plain http; the SDK refuses that unless told.
      allowInsecureConnection: /http:\/\/127\.0\.0\.1|UseDevelopmentStorage=true/i.test(
        access.connectionString,
      ),
    });
  return new TableClient(access.tableServiceUri, table, access.credential, {
    ...timing,
    allowInsecureConnection: isLoopback(access.tableServiceUri),
  });
}

/** Clients for the tables, named with the prefix; no request is made yet. */
export function openTables(access: StorageAccess, prefix = 'rampart'): Tables {
  return {
    rollouts: open(access, `${prefix}Rollouts`),
    due: open(access, `${prefix}Due`),
    samples: open(access, `${prefix}Samples`),
    budget: open(access, `${prefix}Budget`),
    alerts: open(access, `${prefix}Alerts`),
  };
}

/** Creates what is missing. Safe to call again, and from several instances at once. */
export async function createTables(tables: Tables): Promise<void> {
  await Promise.all(Object.values(tables).map(createTable));
}

async function createTable(table: Table): Promise<void> {
  try {
    await table.createTable();
  } catch (error) {
    if (!isStatus(error, 409)) throw error;
  }
}
