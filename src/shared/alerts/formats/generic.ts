import { z } from 'zod';
import type { AlertStatus } from '../alert.ts';
import { labelsOf } from '../labels.ts';
import { type AlertReader, isKept, readPayload } from '../payload.ts';

const instantSchema = z.iso
  .datetime({ offset: true, error: 'is not an instant such as 2026-02-03T10:00:00Z' })
  .transform((text) => new Date(text))
  .refine(isKept, 'is not within the years 1 to 9999');

/**
 * Rampart's own shape, after the payload structure of Standard Webhooks. It is strict, because whoever sends it wrote
 * it for Rampart: a misspelt key is an error that names the nearest known one.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#payload-structure
 */
const schema = z.strictObject({
  type: z.enum(['alert.firing', 'alert.resolved']),
  /** When that happened. */
  timestamp: instantSchema,
  data: z.strictObject({
    /** The same for repeats, and for the resolved alert. */
    id: z.string().min(1, 'must not be empty').max(500, 'must not be longer than 500'),
    title: z.string().min(1, 'must not be empty'),
    labels: z.record(z.string(), z.string()),
    startsAt: instantSchema.optional(),
    url: z.url({ protocol: /^https?$/, error: 'is not a URL of http or https' }).optional(),
  }),
});

const statuses: Record<z.output<typeof schema>['type'], AlertStatus> = {
  'alert.firing': 'firing',
  'alert.resolved': 'resolved',
};

export const readGeneric: AlertReader = (body) => {
  const { type, timestamp, data } = readPayload(schema, body);
  return [
    {
      identity: [data.id],
      status: statuses[type],
      titles: [data.title],
      labels: labelsOf('data.labels', Object.entries(data.labels)),
      startsAt: data.startsAt,
      saidAt: timestamp,
      url: data.url,
    },
  ];
};
