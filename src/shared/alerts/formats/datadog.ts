import { z } from 'zod';
import type { AlertStatus } from '../alert.ts';
import { type LabelEntry, labelsOf, listed } from '../labels.ts';
import { type AlertReader, isKept, readPayload } from '../payload.ts';

/** What Datadog had nothing to say on is empty, or its variable stands there still. */
const isFilled = (text: string): boolean => text !== '' && !/^\$[A-Z][A-Z_]*$/.test(text);

const filledSchema = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine(isFilled, 'was not filled in by Datadog');

const optionalSchema = z
  .union([z.string(), z.number()])
  .transform(String)
  .optional()
  .catch(undefined)
  .transform((text) => (text !== undefined && isFilled(text) ? text : undefined));

const statuses = {
  Triggered: 'firing',
  'Re-Triggered': 'firing',
  Warn: 'firing',
  'Re-Warn': 'firing',
  'No Data': 'firing',
  'Re-No Data': 'firing',
  Renotify: 'firing',
  Recovered: 'resolved',
} as const satisfies Record<string, AlertStatus>;
type Transition = keyof typeof statuses;
const isTransition = (word: string): word is Transition => Object.hasOwn(statuses, word);

/** The payload that docs/alerts.md gives to paste; the variables are those of https://docs.datadoghq.com/integrations/webhooks/ */
const schema = z.object({
  monitorId: filledSchema,
  cycleKey: optionalSchema,
  transition: z.string().refine(isTransition, `is none of Datadog’s: ${Object.keys(statuses).join(', ')}`),
  title: optionalSchema,
  scope: optionalSchema,
  tags: optionalSchema,
  priority: optionalSchema,
  alertType: optionalSchema,
  metric: optionalSchema,
  hostname: optionalSchema,
  date: optionalSchema,
  link: optionalSchema,
});
type Payload = z.output<typeof schema>;

/**
 * One alert. Its identity is the monitor, the cycle, "from the time an alert triggers until it resolves", and the
 * scope: should two groups of a monitor ever share a cycle, the recovery of one must not speak for the other.
 */
export const readDatadog: AlertReader = (body) => {
  const payload = readPayload(schema, body);
  const scope = tagsIn(payload.scope);
  return [
    {
      identity: [payload.monitorId, payload.cycleKey ?? '', [...scope].sort().join(',')],
      status: statuses[payload.transition],
      titles: [payload.title, `Datadog monitor ${payload.monitorId}`],
      labels: labelsOf('tags', factsIn(payload), labelsIn([...tagsIn(payload.tags), ...scope])),
      // `$DATE` is that of the event: another one in each renotification.
      startsAt: undefined,
      saidAt: instantIn(payload.date),
      url: payload.link,
    },
  ];
};

const factsIn = (payload: Payload): LabelEntry[] =>
  (['monitorId', 'transition', 'priority', 'alertType', 'metric', 'hostname'] as const).map((name) => [
    name,
    payload[name],
  ]);

const tagsIn = (list = ''): string[] =>
  list
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

/** `env:production` → `env` = `production`. A tag without a value is `true`; one key may have several values. */
function labelsIn(tags: readonly string[]): LabelEntry[] {
  const pairs = tags.map((tag) => {
    const colon = tag.indexOf(':');
    return colon < 0
      ? { name: tag, value: 'true' }
      : { name: tag.slice(0, colon), value: tag.slice(colon + 1) };
  });
  const byName = Map.groupBy(pairs, ({ name }) => name);
  return [...byName].flatMap(([name, values]) =>
    listed(
      name,
      values.map(({ value }) => value),
    ),
  );
}

/** `$DATE` is in milliseconds since the epoch. */
function instantIn(date: string | undefined): Date | undefined {
  const instant = new Date(Number(date));
  // No row keeps a time beyond these years; one that is none is not kept either.
  return date !== undefined && isKept(instant) ? instant : undefined;
}
