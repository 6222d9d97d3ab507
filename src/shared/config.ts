import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { AccessSettings } from './access/principal.ts';
import { accessIn } from './access/settings.ts';
import { type AlertSender, alertSendersSchema } from './alerts/senders.ts';
import { defaultStoreUrl } from './msstore/client.ts';
import { publisherCredentialSchema } from './msstore/credential.ts';
import type { Channel } from './notify/channel.ts';
import type { LinkSettings } from './notify/link.ts';
import { channelsIn, linksIn } from './notify/settings.ts';
import { type Environment, listIn } from './settings.ts';

/** The settings are wrong or missing. Remedy: what each line says; nothing runs before. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(problems: readonly string[]) {
    super(
      `Rampart cannot start, its settings are wrong:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
    );
  }
}

const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'is not a GUID');

const publisherSchema = z.strictObject({
  name: z.string().regex(/^[\w-]{1,64}$/, 'may have letters, digits, _ and -, up to 64'),
  tenantId: guid,
  clientId: guid,
  credential: publisherCredentialSchema,
});
export type PublisherSettings = z.output<typeof publisherSchema>;

const publishersSchema = z
  .array(publisherSchema)
  .min(1, 'must name at least one publisher')
  .refine(
    (list) => new Set(list.map(({ name }) => name)).size === list.length,
    'has two publishers of one name',
  );

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** Tokens and secrets must not cross a network in the clear. */
const safeUrl = z
  .url({ protocol: /^https?$/, error: 'is not a URL' })
  .refine((url) => {
    const parsed = URL.parse(url);
    return parsed === null || parsed.protocol === 'https:' || loopback.test(parsed.hostname);
  }, 'must begin with https:')
  .transform((url) => url.replace(/\/+$/, ''));

const field = String.raw`(\*|\d+|[A-Za-z]{3})([-/,](\*|\d+|[A-Za-z]{3}))*`;
const schedule = z
  .string()
  .regex(
    new RegExp(String.raw`^${field}(\s+${field}){5}$`),
    'is not a schedule of six fields (second minute hour day month weekday)',
  );

const containerName = z
  .string()
  .regex(
    /^(?=.{3,63}$)[a-z0-9](-?[a-z0-9])*$/,
    'is not a name of a blob container (3 to 63 of a-z, 0-9 and single hyphens)',
  );

/** Below five there is no room for a halt, a change and a look; five thousand still fit into the row that counts them. */
const requestsPerMinute = z
  .string()
  .regex(/^\d{1,4}$/, 'is not a whole number')
  .transform(Number)
  .refine((count) => count >= 5 && count <= 5_000, 'must be from 5 to 5000');

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

export type Config = {
  readonly queues: QueueSettings;
  readonly storage: StorageSettings;
  readonly publishers: readonly PublisherSettings[];
  readonly storeUrl: string;
  readonly authority: string;
  readonly pollSchedule: string;
  readonly submissionSchedule: string;
  /** The container of the packages. */
  readonly packagesContainer: string;
  /** What the Store allows each publisher, for all instances together. */
  readonly storeRequestsPerMinute: number;
  /** Who may call the HTTP API. */
  readonly access: AccessSettings;
  /** Where people are told of rollouts. */
  readonly channels: readonly Channel[];
  /** What makes the links in messages; without it they have none. */
  readonly links: LinkSettings | undefined;
  /** Who may send alerts, and how each proves it. */
  readonly alertSenders: readonly AlertSender[];
};

/**
 * Reads the settings, once, and reports every problem in one message. No value is repeated in it: some are secrets.
 *
 * @throws ConfigurationError
 */
export function readConfig(environment: Environment = process.env): Config {
  const problems: string[] = [];
  const config = {
    access: accessIn(environment, problems),
    // Without any, no alert is taken.
    alertSenders: listIn(environment, 'RAMPART_ALERT_SENDERS', alertSendersSchema, problems) ?? [],
    channels: channelsIn(environment, problems),
    links: linksIn(environment, problems),
    storage: storageOf(environment, problems),
    queues: queuesOf(environment),
    publishers: publishersOf(environment, problems),
    storeUrl: setting(environment, 'RAMPART_STORE_URL', safeUrl, defaultStoreUrl, problems),
    authority: setting(
      environment,
      'RAMPART_AUTHORITY',
      safeUrl,
      'https://login.microsoftonline.com',
      problems,
    ),
    pollSchedule: setting(environment, 'RAMPART_POLL_SCHEDULE', schedule, '0 * * * * *', problems),
    submissionSchedule: setting(
      environment,
      'RAMPART_SUBMISSION_SCHEDULE',
      schedule,
      '30 * * * * *',
      problems,
    ),
    packagesContainer: setting(
      environment,
      'RAMPART_PACKAGES_CONTAINER',
      containerName,
      'packages',
      problems,
    ),
    storeRequestsPerMinute: setting(
      environment,
      'RAMPART_STORE_REQUESTS_PER_MINUTE',
      requestsPerMinute,
      20,
      problems,
    ),
  };
  const { storage, publishers, queues } = config;
  if (queues === undefined) problems.push(queuesMissing);
  if (problems.length > 0 || storage === undefined || publishers === undefined || queues === undefined)
    throw new ConfigurationError(problems);
  return { ...config, storage, publishers, queues };
}

function setting<Value>(
  environment: Environment,
  name: string,
  schema: z.ZodType<Value>,
  fallback: Value,
  problems: string[],
): Value {
  const value = environment[name];
  if (value === undefined || value === '') return fallback;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  problems.push(`${name} ${result.error.issues[0]?.message ?? 'is wrong'}`);
  return fallback;
}

/** The state lives beside the platform's own data unless a storage account of its own is named. */
function storageOf(environment: Environment, problems: string[]): StorageSettings | undefined {
  for (const name of ['RAMPART_STORAGE', 'AzureWebJobsStorage']) {
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
    if (blobServiceUri && !safeUrl.safeParse(blobServiceUri).success)
      problems.push(`${name}__blobServiceUri is not a URL that begins with https:`);
    if (tableServiceUri && !blobServiceUri)
      problems.push(`${name}__blobServiceUri is missing, and ${name}__tableServiceUri does not tell it`);
    if (tableServiceUri && !safeUrl.safeParse(tableServiceUri).success)
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

const queuesMissing =
  'AzureWebJobsStorage names no queues: a connection string, or AzureWebJobsStorage__queueServiceUri with a managed identity';

/** The platform's triggers read the queues of AzureWebJobsStorage, wherever the state lives. */
function queuesOf(environment: Environment): QueueSettings | undefined {
  const connectionString = environment.AzureWebJobsStorage;
  if (connectionString) return { kind: 'connectionString', connectionString };
  const tables = environment.AzureWebJobsStorage__tableServiceUri;
  const queueServiceUri =
    environment.AzureWebJobsStorage__queueServiceUri ||
    accountUri(environment.AzureWebJobsStorage__accountName, 'queue') ||
    (tables?.includes('.table.') ? tables.replace('.table.', '.queue.') : undefined);
  const clientId = environment.AzureWebJobsStorage__clientId;
  return queueServiceUri ? { kind: 'identity', queueServiceUri, clientId } : undefined;
}

const isConnectionString = (text: string): boolean =>
  /UseDevelopmentStorage=true/i.test(text) ||
  (/AccountName=[^;]+/i.test(text) && /AccountKey=[^;]+/i.test(text)) ||
  /SharedAccessSignature=[^;]+/i.test(text);

const accountUri = (account: string | undefined, service: 'table' | 'blob' | 'queue'): string | undefined =>
  account ? `https://${account}.${service}.core.windows.net` : undefined;

function publishersOf(environment: Environment, problems: string[]): PublisherSettings[] | undefined {
  if (!environment.RAMPART_PUBLISHERS) {
    problems.push(
      'RAMPART_PUBLISHERS is missing: a JSON list such as [{"name":"contoso","tenantId":"…","clientId":"…","credential":{"kind":"secret","clientSecret":"…"}}]',
    );
    return undefined;
  }
  const publishers = listIn(environment, 'RAMPART_PUBLISHERS', publishersSchema, problems);
  return publishers && checkFiles(publishers, problems);
}

/** A certificate that is not there would only show when the first token is needed. */
function checkFiles(publishers: PublisherSettings[], problems: string[]): PublisherSettings[] {
  for (const { name, credential } of publishers)
    if (credential.kind === 'certificate' && 'path' in credential && !existsSync(credential.path))
      problems.push(`RAMPART_PUBLISHERS: the certificate of ${name} is not at its path`);
  return publishers;
}
