import { InvalidInputError } from '../text/mistakes.ts';
import type { Alert, AlertFormat } from './alert.ts';
import { readAlertmanager } from './formats/alertmanager.ts';
import { readAzureMonitor } from './formats/azureMonitor.ts';
import { readDatadog } from './formats/datadog.ts';
import { readGeneric } from './formats/generic.ts';
import { readGrafana } from './formats/grafana.ts';
import { readPagerduty } from './formats/pagerduty.ts';
import { readSentry } from './formats/sentry.ts';
import { type AlertReader, alertOf, type Headers } from './payload.ts';

const readers: Record<AlertFormat, AlertReader> = {
  azureMonitor: readAzureMonitor,
  alertmanager: readAlertmanager,
  grafana: readGrafana,
  datadog: readDatadog,
  pagerduty: readPagerduty,
  sentry: readSentry,
  generic: readGeneric,
};

/**
 * The alerts that a request holds: none where the sender speaks of something else, such as a note on an incident.
 *
 * @param sender whom `authenticate` found
 * @param now milliseconds since the epoch; stands in for a time that the sender does not give
 * @throws InvalidInputError naming each mistake by its place
 */
export function parseAlerts(
  { sender, format }: Pick<Alert, 'sender' | 'format'>,
  request: { readonly headers: Headers; readonly body: string },
  now: number,
): readonly Alert[] {
  const found = readers[format](jsonIn(request.body), request.headers);
  return found.map((alert) => ({ sender, format, ...alertOf(alert, new Date(now)) }));
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The parser's own message quotes the body, which need not be fit to be seen.
    throw new InvalidInputError('The body is not JSON.', []);
  }
}
