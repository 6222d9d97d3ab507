import type { HttpRequest } from '@azure/functions';
import { z } from 'zod';
import { type Alert, type AlertFormat, alertFormatOf, alertFormats } from '../../alerts/alert.ts';
import { authenticate } from '../../alerts/authenticate.ts';
import { parseAlerts } from '../../alerts/parse.ts';
import type { Addressed } from '../../alerts/plan.ts';
import { type AlertSender, alertKeyParameter } from '../../alerts/senders.ts';
import { InvalidInputError, parseInput } from '../../text/mistakes.ts';
import { bodyLimits, readText } from './body.ts';
import { rolloutIdSchema } from './ids.ts';
import { listSchema } from './lists.ts';

/** How alerts come in over HTTP. */

export type AlertsIn = { readonly alerts: readonly Alert[]; readonly addressed: Addressed | undefined };

/** The alerts of a request whose sender has proven itself. @throws UnauthorizedError, InvalidInputError, BodyTooLargeError */
export async function provenAlertsIn(
  request: HttpRequest,
  senders: readonly AlertSender[],
  now: number,
): Promise<AlertsIn> {
  const format = formatIn(request);
  const body = await readText(request, bodyLimits.alerts);
  const { headers, query } = request;
  const sender = authenticate(senders, format, { headers, query, body }, now);
  const addressed = addressedBy(parseInput(alertQuerySchema, namesIn(query), 'The query'));
  return { alerts: parseAlerts({ sender, format }, { headers, body }, now), addressed };
}

/**
 * The alerts of a request that only asks what they would do if its sender sent them: what an alert did before is known by
 * its sender. @throws InvalidInputError, BodyTooLargeError
 */
export async function triedAlertsIn(
  request: HttpRequest,
  senders: readonly AlertSender[],
  now: number,
): Promise<AlertsIn> {
  const format = formatIn(request);
  const { headers, query } = request;
  const { sender: given, ...address } = parseInput(triedQuerySchema, namesIn(query), 'The query');
  const sender = triedSender(given, senders, format);
  const body = await readText(request, bodyLimits.alerts);
  return { alerts: parseAlerts({ sender, format }, { headers, body }, now), addressed: addressedBy(address) };
}

/** `?sender=`, or the only one of the format; where nobody can tell which one is meant, one that never sent anything. */
function triedSender(
  given: string | undefined,
  senders: readonly AlertSender[],
  format: AlertFormat,
): string {
  const names = senders.filter((sender) => sender.format === format).map(({ name }) => name);
  const [only, ...others] = given === undefined ? names : [given];
  if (only === undefined || others.length > 0) return 'test';
  if (names.includes(only)) return only;
  throw new InvalidInputError(`There is no sender of the format ${format} by that name.`, [
    { path: 'sender', message: 'is none of RAMPART_ALERT_SENDERS with this format' },
  ]);
}

function formatIn(request: HttpRequest): AlertFormat {
  const format = alertFormatOf(request.params.format ?? '');
  if (format) return format;
  throw new InvalidInputError(`The format is not known: it is one of ${alertFormats.join(', ')}.`, [
    { path: 'format', message: `must be one of ${alertFormats.join(', ')}` },
  ]);
}

/** Read by the platform, and by the authentication. */
const key = z.string().optional();
const alertQueryShape = {
  rollout: rolloutIdSchema.optional(),
  do: z.enum(['halt', 'hold']).optional(),
  ...{ code: key, clientId: key, [alertKeyParameter]: key },
};
type Address = { readonly rollout?: string | undefined; readonly do?: Addressed['do'] | undefined };

/** Without its rollout, a word that was meant for one would do nothing, and the alert what its labels say. */
const hasItsRollout = ({ rollout, do: what }: Address): boolean =>
  what === undefined || rollout !== undefined;
const rolloutMissing = { path: ['do'], message: 'needs rollout beside it, the id of the one that it is for' };

/** A misspelt name would be passed over in silence, and the alert do something else than its URL says. */
const alertQuerySchema = z.strictObject(alertQueryShape).refine(hasItsRollout, rolloutMissing);
const triedQuerySchema = z
  .strictObject({ ...alertQueryShape, sender: z.string().optional() })
  .refine(hasItsRollout, rolloutMissing);

/** Each name with all that it is given: what stands there twice is not one of the values that it may have. */
const namesIn = (query: HttpRequest['query']): Record<string, string> =>
  Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(' ')]));

const addressedBy = ({ rollout, do: what = 'halt' }: Address): Addressed | undefined =>
  rollout === undefined ? undefined : { rolloutId: rollout, do: what };

export const alertListSchema = listSchema.pick({ pageSize: true, continuationToken: true }).extend({
  matched: z.stringbool().optional(),
});
