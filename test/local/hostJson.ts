import { availableParallelism } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { readIfPresent, type Settings } from './settings.ts';
import { parseTimeSpan } from './timeSpan.ts';

const duration = z.string().transform((text, context) => {
  try {
    return parseTimeSpan(text);
  } catch (error) {
    context.addIssue(String(error));
    return z.NEVER;
  }
});

/** The platform's largest batch of messages. */
const maxBatchSize = 32;

/** What this host reads of host.json, with the platform's defaults; numbers may be text, because settings are. */
const hostJsonSchema = z.object({
  /** Milliseconds; `-1` is without bound. */
  functionTimeout: z
    .union([z.literal('-1').transform(() => Number.POSITIVE_INFINITY), duration])
    .prefault('00:30:00'),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().default('api') }).prefault({}),
      queues: z
        .object({
          batchSize: z.coerce.number().int().min(1).max(maxBatchSize).default(16),
          newBatchThreshold: z.coerce.number().int().min(0).optional(),
          maxDequeueCount: z.coerce.number().int().min(1).default(5),
          visibilityTimeout: duration.prefault('00:00:00'),
          /** The platform's default is a minute; two seconds is what it uses in development. */
          maxPollingInterval: duration.prefault('00:00:02'),
          messageEncoding: z.enum(['base64', 'none']).default('base64'),
        })
        .prefault({}),
      blobs: z
        .object({
          maxDegreeOfParallelism: z.coerce
            .number()
            .int()
            .min(1)
            .default(() => 8 * availableParallelism()),
          poisonBlobThreshold: z.coerce.number().int().min(1).default(5),
        })
        .prefault({}),
    })
    .prefault({}),
});

export type HostJson = z.infer<typeof hostJsonSchema>;
export type QueueOptions = HostJson['extensions']['queues'];

/** How the queue of blobs is worked on: by the options of blobs alone, split as the platform splits them. */
export function blobQueueOptions({ blobs, queues }: HostJson['extensions']): QueueOptions {
  const batchSize = Math.min(maxBatchSize, Math.floor(blobs.maxDegreeOfParallelism / 2) + 1);
  return {
    batchSize,
    newBatchThreshold: blobs.maxDegreeOfParallelism - batchSize,
    maxDequeueCount: blobs.poisonBlobThreshold,
    visibilityTimeout: 0,
    maxPollingInterval: queues.maxPollingInterval,
    messageEncoding: 'base64',
  };
}

/** Reads host.json of an app, under the settings that override it. */
export async function loadHostJson(appRoot: string, settings: Settings): Promise<HostJson> {
  const text = await readIfPresent(path.join(appRoot, 'host.json'));
  return parseHostJson(text === undefined ? {} : JSON.parse(text), settings);
}

/**
 * Applies the settings `AzureFunctionsJobHost__a__b` (each overrides member `a.b` of host.json, as on the platform)
 * and checks the result. Throws a ZodError.
 */
export function parseHostJson(json: unknown, settings: Settings): HostJson {
  const result = z.record(z.string(), z.unknown()).parse(structuredClone(json));
  for (const [name, value] of Object.entries(settings)) {
    const [prefix, ...members] = name.split('__');
    if (prefix === 'AzureFunctionsJobHost' && members.length > 0) setMember(result, members, value);
  }
  return hostJsonSchema.parse(result);
}

function setMember(target: Record<string, unknown>, members: readonly string[], value: unknown): void {
  const [first, ...rest] = members;
  if (first === undefined) return;
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const child = z.record(z.string(), z.unknown()).safeParse(target[first]).data ?? {};
  target[first] = child;
  setMember(child, rest, value);
}
