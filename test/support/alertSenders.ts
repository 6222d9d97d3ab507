import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { AlertFormat, AlertStatus } from '../../src/shared/alerts/alert.ts';

/** The publisher's monitoring: one sender of each format, with the payloads that it documents and its own way to sign. */

const secret = 'a-secret-that-is-long-enough-for-anyone';
const webhookSecret = Buffer.from(secret);

/** RAMPART_ALERT_SENDERS with all of them; each is named for its format. */
export const alertSenders: string = JSON.stringify([
  { name: 'azureMonitor', format: 'azureMonitor', auth: { kind: 'key', key: secret } },
  { name: 'alertmanager', format: 'alertmanager', auth: { kind: 'bearer', token: secret } },
  { name: 'grafana', format: 'grafana', auth: { kind: 'hmac', secrets: [secret] } },
  { name: 'datadog', format: 'datadog', auth: { kind: 'basic', user: 'rampart', password: secret } },
  { name: 'pagerduty', format: 'pagerduty', auth: { kind: 'hmac', secrets: [secret] } },
  { name: 'sentry', format: 'sentry', auth: { kind: 'hmac', secrets: [secret] } },
  {
    name: 'generic',
    format: 'generic',
    auth: { kind: 'standardWebhooks', secrets: [`whsec_${webhookSecret.toString('base64')}`] },
  },
]);

export type Saying = {
  readonly status: AlertStatus;
  /** Tells alerts apart, and is the value of the label that `labelOf` names. */
  readonly key: string;
  /** When the request is made, in milliseconds since the epoch. */
  readonly at: number;
};

/** The label in which each format says a test's key. */
export const labelOf: Readonly<Record<AlertFormat, string>> = {
  azureMonitor: 'application',
  alertmanager: 'instance',
  grafana: 'zone',
  datadog: 'application',
  pagerduty: 'application',
  sentry: 'rule',
  generic: 'application',
};

const jsonSchema = z.looseObject({});
/** What the sender's documentation shows: test/fixtures/alerts/README.md says where. */
const fixture = (name: string) =>
  jsonSchema.parse(JSON.parse(readFileSync(`test/fixtures/alerts/${name}.json`, 'utf8')));

const word = (status: AlertStatus, firing: string, resolved: string): string =>
  status === 'firing' ? firing : resolved;

/** What each sender sends, as JSON: its documented example with the test's own key and status. */
const bodies: Readonly<Record<AlertFormat, (saying: Saying) => string>> = {
  azureMonitor: ({ key, status }) =>
    changed('azureMonitor.log', {
      'data.essentials.alertId': `/subscriptions/1/alerts/${key}`,
      'data.essentials.monitorCondition': word(status, 'Fired', 'Resolved'),
      'data.customProperties.application': key,
    }),
  alertmanager: (saying) => labelledBody('alertmanager', [saying]),
  grafana: (saying) => labelledBody('grafana', [saying]),
  datadog: ({ key, status }) =>
    changed('datadog', {
      monitorId: key,
      transition: word(status, 'Triggered', 'Recovered'),
      tags: `monitor, application:${key}`,
    }),
  pagerduty: ({ key, status, at }) =>
    changed('pagerduty.incident', {
      'event.event_type': word(status, 'incident.triggered', 'incident.resolved'),
      'event.occurred_at': new Date(at).toISOString(),
      'event.data.id': key,
      'event.data.status': word(status, 'triggered', 'resolved'),
      'event.data.custom_fields': [{ name: 'application', value: key }],
    }),
  sentry: ({ key, status }) =>
    changed('sentry.metricAlert', {
      action: word(status, 'critical', 'resolved'),
      'data.metric_alert.id': key,
      'data.metric_alert.alert_rule.name': key,
    }),
  generic: ({ key, status }) =>
    changed('generic', {
      type: word(status, 'alert.firing', 'alert.resolved'),
      'data.id': key,
      'data.labels.application': key,
    }),
};

/** A payload of the two senders that put several alerts into one. */
export function labelledBody(format: 'alertmanager' | 'grafana', sayings: readonly Saying[]): string {
  const payload = fixture(format);
  const [example] = z.array(jsonSchema).parse(payload.alerts);
  const alerts = sayings.map(({ key, status }) => ({
    ...example,
    status,
    fingerprint: key,
    labels: { ...jsonSchema.parse(example?.labels), [labelOf[format]]: key },
  }));
  return JSON.stringify({ ...payload, alerts });
}

/** The fixture with something else at some places, such as `data.essentials.alertId`. */
function changed(name: string, changes: Readonly<Record<string, unknown>>): string {
  const root = fixture(name);
  for (const [place, value] of Object.entries(changes)) {
    const path = place.split('.');
    let at: unknown = root;
    for (const part of path.slice(0, -1)) at = jsonSchema.parse(at)[part];
    if (typeof at !== 'object' || at === null) throw new Error(`${name} has no ${place}.`);
    Reflect.set(at, path.at(-1) ?? '', value);
  }
  return JSON.stringify(root);
}

export type AlertRequest = {
  /** Below `/api/`, with its query. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
};

/** A sender's request, as it proves itself; `using` is another secret than the right one. */
export function alertRequest(format: AlertFormat, saying: Saying, using = secret): AlertRequest {
  return signed(format, bodies[format](saying), saying.at, using);
}

export function signed(format: AlertFormat, body: string, at: number, using = secret): AlertRequest {
  const { headers = {}, query = '' } = proofs[format]({ body, at, using });
  return { path: `alerts/${format}${query}`, headers, body };
}

type Proof = { readonly headers?: Record<string, string>; readonly query?: string };
const hmac = (using: string | Buffer, content: string) => createHmac('sha256', using).update(content);
const seconds = (at: number): string => String(Math.floor(at / 1_000));

const proofs: Readonly<Record<AlertFormat, (from: { body: string; at: number; using: string }) => Proof>> = {
  azureMonitor: ({ using }) => ({ query: `?alertKey=${using}` }),
  alertmanager: ({ using }) => ({ headers: { authorization: `Bearer ${using}` } }),
  grafana: ({ body, at, using }) => ({
    headers: {
      'x-grafana-alerting-timestamp': seconds(at),
      'x-grafana-alerting-signature': hmac(using, `${seconds(at)}:${body}`).digest('hex'),
    },
  }),
  datadog: ({ using }) => ({
    headers: { authorization: `Basic ${Buffer.from(`rampart:${using}`).toString('base64')}` },
  }),
  pagerduty: ({ body, using }) => ({
    headers: { 'x-pagerduty-signature': `v1=${hmac(using, body).digest('hex')}` },
  }),
  sentry: ({ body, at, using }) => ({
    headers: {
      'sentry-hook-resource': 'metric_alert',
      'sentry-hook-timestamp': seconds(at),
      'sentry-hook-signature': hmac(using, body).digest('hex'),
    },
  }),
  generic: ({ body, at, using }) => ({
    headers: {
      'webhook-id': 'msg_1',
      'webhook-timestamp': seconds(at),
      'webhook-signature': `v1,${hmac(Buffer.from(using), `msg_1.${seconds(at)}.${body}`).digest('base64')}`,
    },
  }),
};
