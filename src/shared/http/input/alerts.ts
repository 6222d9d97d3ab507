import type { HttpRequest } from '@azure/functions';
import { z } from 'zod';
import { type Alert, type AlertFormat, alertFormatOf, alertFormats } from '../../alerts/alert.ts';
import { authenticate } from '../../alerts/authenticate.ts';
import { parseAlerts } from '../../alerts/parse.ts';
import type { Addressed } from '../../alerts/plan.ts';
import type { AlertSender } from '../../alerts/senders.ts';
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
  return alertsIn(request, { sender, format }, body, now);
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
  const sender = triedSender(request, senders, format);
  return alertsIn(request, { sender, format }, await readText(request, bodyLimits.alerts), now);
}

/** `?sender=`, or the only one of the format; where nobody can tell which one is meant, one that never sent anything. */
function triedSender({ query }: HttpRequest, senders: readonly AlertSender[], format: AlertFormat): string {
  const names = senders.filter((sender) => sender.format === format).map(({ name }) => name);
  const [only, ...others] = query.has('sender') ? query.getAll('sender') : names;
  if (only === undefined || others.length > 0) return 'test';
  if (names.includes(only)) return only;
  throw new InvalidInputError(`There is no sender of the format ${format} by that name.`, [
    { path: 'sender', message: 'is none of RAMPART_ALERT_SENDERS with this format' },
  ]);
}

const alertsIn = (
  request: HttpRequest,
  from: { readonly sender: string; readonly format: AlertFormat },
  body: string,
  now: number,
): AlertsIn => ({
  alerts: parseAlerts(from, { headers: request.headers, body }, now),
  addressed: addressedIn(request),
});

function formatIn(request: HttpRequest): AlertFormat {
  const format = alertFormatOf(request.params.format ?? '');
  if (format) return format;
  throw new InvalidInputError(`The format is not known: it is one of ${alertFormats.join(', ')}.`, [
    { path: 'format', message: `must be one of ${alertFormats.join(', ')}` },
  ]);
}

const addressSchema = z.strictObject({
  rollout: rolloutIdSchema.optional(),
  do: z.enum(['halt', 'hold']).default('halt'),
});

/** `?rollout=…&do=…`; what else stands in the query are keys. */
function addressedIn({ query }: HttpRequest): Addressed | undefined {
  const given = Object.fromEntries(
    ['rollout', 'do'].flatMap((name) => (query.has(name) ? [[name, query.getAll(name).join(' ')]] : [])),
  );
  const { rollout, do: what } = parseInput(addressSchema, given, 'The query');
  return rollout === undefined ? undefined : { rolloutId: rollout, do: what };
}

export const alertListSchema = listSchema.pick({ pageSize: true, continuationToken: true }).extend({
  matched: z.stringbool().optional(),
});
