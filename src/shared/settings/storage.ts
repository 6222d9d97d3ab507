import type { Environment } from './names.ts';
import { safeUrlSchema } from './safeUrl.ts';

/** Where the state and the packages live: a connection string, or the endpoints for an identity. */
export type StorageSettings =
  | { readonly kind: 'connectionString'; readonly name: string; readonly connectionString: string }
  | {
      readonly kind: 'identity';
      /** The setting that names it, which triggers use as well. */
      readonly name: string;
      readonly tableServiceUri: string;
      readonly blobServiceUri: string;
      readonly clientId: string | undefined;
    };

/** The account whose queues the platform's triggers read. */
export type QueueSettings =
  | { readonly kind: 'connectionString'; readonly connectionString: string }
  | { readonly kind: 'identity'; readonly queueServiceUri: string; readonly clientId: string | undefined };

/** The state lives beside the platform's own data unless a storage account of its own is named. */
export function storageIn(environment: Environment, problems: string[]): StorageSettings | undefined {
  for (const name of ['RAMPART_STORAGE', 'AzureWebJobsStorage'] as const) {
    const connectionString = environment[name];
    if (connectionString) {
      if (!isConnectionString(connectionString))
        problems.push(`${name} is not a connection string of a storage account`);
      return { kind: 'connectionString', name, connectionString };
    }
    const account = environment[`${name}__accountName`];
    const tableServiceUri = environment[`${name}__tableServiceUri`] ?? accountUri(account, 'table');
    // An account's endpoints differ in one word, so one that is named gives the other.
    const blobServiceUri =
      environment[`${name}__blobServiceUri`] ||
      accountUri(account, 'blob') ||
      (tableServiceUri?.includes('.table.') ? tableServiceUri.replace('.table.', '.blob.') : undefined);
    if (blobServiceUri && !safeUrlSchema.safeParse(blobServiceUri).success)
      problems.push(`${name}__blobServiceUri is not a URL that begins with https:`);
    if (tableServiceUri && !blobServiceUri)
      problems.push(`${name}__blobServiceUri is missing, and ${name}__tableServiceUri does not tell it`);
    if (tableServiceUri && !safeUrlSchema.safeParse(tableServiceUri).success)
      problems.push(`${name}__tableServiceUri is not a URL that begins with https:`);
    if (tableServiceUri && !blobServiceUri) return undefined;
    if (tableServiceUri && blobServiceUri)
      return {
        kind: 'identity',
        name,
        tableServiceUri,
        blobServiceUri,
        clientId: environment[`${name}__clientId`],
      };
  }
  problems.push(
    'AzureWebJobsStorage is missing: a connection string, or AzureWebJobsStorage__tableServiceUri with a managed identity (RAMPART_STORAGE likewise, for an account of its own)',
  );
  return undefined;
}

/** The platform's triggers read the queues of AzureWebJobsStorage, wherever the state lives. */
export function queuesIn(environment: Environment, problems: string[]): QueueSettings | undefined {
  const connectionString = environment.AzureWebJobsStorage;
  if (connectionString) return { kind: 'connectionString', connectionString };
  const tables = environment.AzureWebJobsStorage__tableServiceUri;
  const queueServiceUri =
    environment.AzureWebJobsStorage__queueServiceUri ||
    accountUri(environment.AzureWebJobsStorage__accountName, 'queue') ||
    (tables?.includes('.table.') ? tables.replace('.table.', '.queue.') : undefined);
  const clientId = environment.AzureWebJobsStorage__clientId;
  if (queueServiceUri && !safeUrlSchema.safeParse(queueServiceUri).success)
    problems.push('AzureWebJobsStorage__queueServiceUri is not a URL that begins with https:');
  if (queueServiceUri) return { kind: 'identity', queueServiceUri, clientId };
  problems.push(
    'AzureWebJobsStorage names no queues: a connection string, or AzureWebJobsStorage__queueServiceUri with a managed identity',
  );
  return undefined;
}

const isConnectionString = (text: string): boolean =>
  /UseDevelopmentStorage=true/i.test(text) ||
  (/AccountName=[^;]+/i.test(text) && /AccountKey=[^;]+/i.test(text)) ||
  /SharedAccessSignature=[^;]+/i.test(text);

const accountUri = (account: string | undefined, service: 'table' | 'blob' | 'queue'): string | undefined =>
  account ? `https://${account}.${service}.core.windows.net` : undefined;
