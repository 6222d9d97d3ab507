import { z } from 'zod';
import type { AccessSettings } from './access/principal.ts';
import { accessIn } from './access/settings.ts';
import { type AlertSender, alertSendersSchema } from './alerts/senders.ts';
import { defaultStoreUrl } from './msstore/client.ts';
import { type PublisherSettings, publishersIn } from './msstore/settings.ts';
import type { Channel } from './notify/channel.ts';
import type { LinkSettings } from './notify/link.ts';
import { channelsIn, linksIn, refuseUnknownPublishers } from './notify/settings.ts';
import { listIn } from './settings/environment.ts';
import { type Environment, refuseMisspeltNames, type SettingName } from './settings/names.ts';
import { safeUrlSchema } from './settings/safeUrl.ts';
import { type QueueSettings, queuesIn, type StorageSettings, storageIn } from './settings/storage.ts';

/** The settings are wrong or missing. Remedy: what each line says; nothing runs before. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(problems: readonly string[]) {
    super(
      `Rampart cannot start, its settings are wrong:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
    );
  }
}

const baseUrl = safeUrlSchema.transform((url) => url.replace(/\/+$/, ''));

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
  refuseMisspeltNames(environment, problems);
  const config = {
    access: accessIn(environment, problems),
    // Without any, no alert is taken.
    alertSenders: listIn(environment, 'RAMPART_ALERT_SENDERS', alertSendersSchema, problems) ?? [],
    channels: channelsIn(environment, problems),
    links: linksIn(environment, problems),
    storage: storageIn(environment, problems),
    publishers: publishersIn(environment, problems),
    storeUrl: setting(environment, 'RAMPART_STORE_URL', baseUrl, defaultStoreUrl, problems),
    authority: setting(
      environment,
      'RAMPART_AUTHORITY',
      baseUrl,
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
    queues: queuesIn(environment, problems),
  };
  const { channels, storage, publishers, queues } = config;
  if (publishers)
    refuseUnknownPublishers(
      channels,
      publishers.map(({ name }) => name),
      problems,
    );
  if (problems.length > 0 || storage === undefined || publishers === undefined || queues === undefined)
    throw new ConfigurationError(problems);
  return { ...config, storage, publishers, queues };
}

function setting<Value>(
  environment: Environment,
  name: SettingName,
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
