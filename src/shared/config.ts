import { z } from 'zod';
import { mistakesOf } from './mistakes.ts';
import { publisherCredentialSchema } from './msstore/credential.ts';

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

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'is not a URL' })
  .transform((url) => url.replace(/\/+$/, ''));
const schedule = z
  .string()
  .regex(/^(\S+\s+){5}\S+$/, 'is not a schedule of six fields (second minute hour day month weekday)');

/** Where the state lives: a connection string, or the table endpoint for an identity. */
export type StorageSettings =
  | { readonly kind: 'connectionString'; readonly connectionString: string }
  | { readonly kind: 'identity'; readonly tableServiceUri: string; readonly clientId: string | undefined };

export type Config = {
  readonly storage: StorageSettings;
  readonly publishers: readonly PublisherSettings[];
  readonly storeUrl: string;
  readonly authority: string;
  readonly pollSchedule: string;
  readonly submissionSchedule: string;
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings, once, and reports every problem in one message. No value is repeated in it: some are secrets.
 *
 * @throws ConfigurationError
 */
export function readConfig(environment: Environment = process.env): Config {
  const problems: string[] = [];
  const config = {
    storage: storageOf(environment, problems),
    publishers: publishersOf(environment, problems),
    storeUrl: setting(
      environment,
      'RAMPART_STORE_URL',
      httpUrl,
      'https://manage.devcenter.microsoft.com',
      problems,
    ),
    authority: setting(
      environment,
      'RAMPART_AUTHORITY',
      httpUrl,
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
  };
  const { storage, publishers } = config;
  if (problems.length > 0 || storage === undefined || publishers === undefined)
    throw new ConfigurationError(problems);
  return { ...config, storage, publishers };
}

function setting(
  environment: Environment,
  name: string,
  schema: z.ZodType<string>,
  fallback: string,
  problems: string[],
): string {
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
    if (connectionString) return { kind: 'connectionString', connectionString };
    const tableServiceUri =
      environment[`${name}__tableServiceUri`] ?? accountUri(environment[`${name}__accountName`]);
    if (tableServiceUri && URL.canParse(tableServiceUri))
      return { kind: 'identity', tableServiceUri, clientId: environment[`${name}__clientId`] };
    if (tableServiceUri) problems.push(`${name}__tableServiceUri is not a URL`);
  }
  problems.push(
    'AzureWebJobsStorage is missing: a connection string, or AzureWebJobsStorage__tableServiceUri with a managed identity (RAMPART_STORAGE likewise, for an account of its own)',
  );
  return undefined;
}

const accountUri = (account: string | undefined): string | undefined =>
  account ? `https://${account}.table.core.windows.net` : undefined;

function publishersOf(environment: Environment, problems: string[]): PublisherSettings[] | undefined {
  const text = environment.RAMPART_PUBLISHERS;
  if (!text) {
    problems.push(
      'RAMPART_PUBLISHERS is missing: a JSON list such as [{"name":"contoso","tenantId":"…","clientId":"…","credential":{"kind":"secret","clientSecret":"…"}}]',
    );
    return undefined;
  }
  const result = publishersSchema.safeParse(jsonOrUndefined(text));
  if (result.success) return result.data;
  problems.push(
    ...mistakesOf(result.error, publishersSchema).map(
      ({ path, message }) => `RAMPART_PUBLISHERS${path && ` ${path}`} ${message}`,
    ),
  );
  return undefined;
}

/** What is no JSON fails the schema, and the parser's own message would quote a secret. */
function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return 'no JSON';
  }
}
