import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UnauthorizedError } from '../../../src/shared/access/errors.ts';
import { type Alert, type AlertFormat, alertFormats } from '../../../src/shared/alerts/alert.ts';
import { authenticate } from '../../../src/shared/alerts/authenticate.ts';
import { matches, nearMiss } from '../../../src/shared/alerts/match.ts';
import { InvalidInputError } from '../../../src/shared/text/mistakes.ts';
import { alertsIn, fixture, now, request, senders } from './senders.fixture.ts';

/** What must hold whatever somebody sends. */

const format = fc.constantFrom(...alertFormats);
const resource = fc.constantFrom('event_alert', 'metric_alert', 'issue', 'comment', '', '__proto__');

/** Names that programs keep for themselves, among others. */
const name = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'valueOf',
    'hasOwnProperty',
    'alertname',
  ),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const value = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
);
/** As JSON text: there `__proto__` is a key like others, and one key may stand twice. */
const dictionary = fc
  .array(fc.tuple(name, value), { maxLength: 8 })
  .map(
    (pairs) => `{${pairs.map(([key, one]) => `${JSON.stringify(key)}:${JSON.stringify(one)}`).join(',')}}`,
  );

const examples: [AlertFormat, string][] = [
  ['azureMonitor', 'azureMonitor.metric'],
  ['azureMonitor', 'azureMonitor.log'],
  ['alertmanager', 'alertmanager'],
  ['grafana', 'grafana'],
  ['datadog', 'datadog'],
  ['pagerduty', 'pagerduty.incident'],
  ['sentry', 'sentry.eventAlert'],
  ['sentry', 'sentry.metricAlert'],
  ['sentry', 'sentry.issue'],
  ['generic', 'generic'],
];

/** Every place in a document, as the text that stands there. */
function places(document: unknown): string[] {
  if (typeof document !== 'object' || document === null) return [JSON.stringify(document)];
  return [JSON.stringify(document), ...Object.values(document).flatMap(places)];
}

/** An example of the documentation with one of its values replaced by something else. */
const damaged = fc
  .tuple(
    fc.constantFrom(...examples),
    fc.nat(),
    fc.oneof(
      dictionary,
      value.map((one) => JSON.stringify(one)),
      fc.array(dictionary, { maxLength: 2 }).map((list) => `[${list.join(',')}]`),
    ),
  )
  .map(([[of, file], at, replacement]): [AlertFormat, string] => {
    const text = JSON.stringify(JSON.parse(fixture(file)));
    const all = places(JSON.parse(text));
    return [of, text.replace(all[at % all.length] ?? '', () => replacement)];
  });

const anything = fc.tuple(
  format,
  fc.oneof(
    fc.json({ maxDepth: 5 }),
    dictionary,
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.nat({ max: 20_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  ),
);

/** The alerts, or none where the body is refused as it may be. */
function read(of: AlertFormat, body: string, hook: string): readonly Alert[] {
  try {
    return alertsIn(of, body, { 'sentry-hook-resource': hook });
  } catch (error) {
    if (error instanceof InvalidInputError) return [];
    throw error;
  }
}

function expectSound(alert: Alert): void {
  expect(alert.sender).toBe('ops');
  expect(alert.fingerprint.length).toBeGreaterThan(0);
  expect(alert.fingerprint.length).toBeLessThanOrEqual(500);
  expect(['firing', 'resolved']).toContain(alert.status);
  expect(alert.title).toMatch(/\S/);
  expect(Array.from(alert.title).length).toBeLessThanOrEqual(200);
  expect(alert.title.isWellFormed()).toBe(true);
  expect(alert.startsAt.getTime()).not.toBeNaN();
  if (alert.url !== undefined) expect(alert.url).toMatch(/^https?:/);
  expect(Object.getPrototypeOf(alert.labels)).toBe(Object.prototype);
  expect(JSON.stringify(alert.labels).length).toBeLessThanOrEqual(28_000);
  for (const [key, text] of Object.entries(alert.labels)) {
    expect(key).not.toBe('__proto__');
    expect(typeof text).toBe('string');
    expect(key.length * text.length).toBeGreaterThan(0);
    expect(key.length).toBeLessThanOrEqual(128);
    expect(text.length).toBeLessThanOrEqual(1_024);
    expect((key + text).isWellFormed()).toBe(true);
  }
}

test('whatever is sent is read or refused in words, and nothing else happens', () => {
  const before = String(Reflect.ownKeys(Object.prototype).map(String));
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(damaged, anything), resource, ([of, body], hook) => {
      const alerts = read(of, body, hook);
      accepted += alerts.length;
      alerts.forEach(expectSound);
    }),
    { numRuns: 3_000 },
  );
  expect(String(Reflect.ownKeys(Object.prototype).map(String)), 'no key reached what all objects share').toBe(
    before,
  );
  expect(accepted, 'some of it is read').toBeGreaterThan(300);
});

test('no label touches what all objects share', () => {
  fc.assert(
    fc.property(dictionary, (labels) => {
      const body = fixture('generic').replace(/"labels": \{[^}]*\}/, () => `"labels": ${labels}`);
      for (const alert of read('generic', body, '')) expectSound(alert);
      const plain: Record<string, unknown> = {};
      expect(plain.alertname).toBeUndefined();
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('a match meets an alert exactly where nothing is missing', () => {
  const pairs = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'constructor'), fc.constantFrom('x', 'y', 'X'), {
    maxKeys: 4,
  });
  fc.assert(
    fc.property(pairs, pairs, (match, labels) => {
      const missing = nearMiss(match, labels);
      expect(matches(match, labels)).toBe(missing.length === 0);
      expect(matches(match, { ...labels, ...match })).toBe(true);
      for (const { label, expected } of missing) expect(match[label]).toBe(expected);
    }),
  );
});

test('nobody is known by headers that are made up', () => {
  const secret = 'a-secret-that-is-long-enough-for-anyone';
  const known = senders([
    {
      name: 'generic',
      format: 'generic',
      auth: { kind: 'standardWebhooks', secrets: [`whsec_${btoa(secret)}`] },
    },
    { name: 'grafana', format: 'grafana', auth: { kind: 'hmac', secrets: [secret] } },
    { name: 'pagerduty', format: 'pagerduty', auth: { kind: 'hmac', secrets: [secret] } },
    { name: 'sentry', format: 'sentry', auth: { kind: 'hmac', secrets: [secret] } },
    { name: 'alertmanager', format: 'alertmanager', auth: { kind: 'basic', user: 'u', password: secret } },
    { name: 'datadog', format: 'datadog', auth: { kind: 'bearer', token: secret } },
    { name: 'azure', format: 'azureMonitor', auth: { kind: 'key', key: secret } },
  ]);
  const header = fc.constantFrom(
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
    'x-grafana-alerting-timestamp',
    'x-grafana-alerting-signature',
    'x-pagerduty-signature',
    'sentry-hook-timestamp',
    'sentry-hook-signature',
    'authorization',
    'x-rampart-alert-key',
  );
  const text = fc.oneof(
    fc.constantFrom('v1,', 'v1=', `v1,${'A'.repeat(43)}=`, `v1=${'0'.repeat(64)}`, '0'.repeat(64)),
    fc.constantFrom('Bearer ', 'Basic ', `Bearer ${secret.slice(1)}`, 'Basic dTo=', String(now / 1_000)),
    fc.string({ maxLength: 20 }),
  );
  fc.assert(
    fc.property(format, fc.dictionary(header, text), fc.string(), text, (of, headers, body, alertKey) => {
      const attempt = () => authenticate(known, of, request(body, headers, { alertKey }), now);
      expect(attempt).toThrow(UnauthorizedError);
      expect(attempt).not.toThrow(secret);
    }),
    { numRuns: 1_000 },
  );
});
