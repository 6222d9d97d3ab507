import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { alertFormats } from '../../../src/shared/alerts/alert.ts';
import { alertSendersSchema } from '../../../src/shared/alerts/senders.ts';
import { alertsIn, fixture } from './senders.fixture.ts';

/** What docs/alerts.md gives to paste has to work. */

const page = readFileSync('docs/alerts.md', 'utf8');
const block = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'm').exec(page)?.[1] ?? '';

test('the payload for Datadog is what is read, once Datadog has filled it', () => {
  const variables = new Map([
    ['$ALERT_ID', '1234'],
    ['$ALERT_CYCLE_KEY', '7716548234011234567'],
    ['$ALERT_TRANSITION', 'Triggered'],
    ['$EVENT_TITLE', '[Triggered on {host:ip-012345}] Host is Down'],
    ['$ALERT_SCOPE', 'availability-zone:us-east-1a, role:computing-node'],
    ['$TAGS', 'monitor, name:myService, role:computing-node, role:database'],
    ['$ALERT_PRIORITY', 'P1'],
    ['$ALERT_TYPE', 'error'],
    ['$ALERT_METRIC', 'system.load.1'],
    ['$HOSTNAME', ''],
    ['$DATE', '1406662672000'],
    ['$LINK', 'https://app.datadoghq.com/event/jump_to?event_id=123456'],
  ]);
  const filled = block('json datadog').replace(
    /\$[A-Z_]+/g,
    (variable) => variables.get(variable) ?? variable,
  );
  expect(JSON.parse(filled)).toEqual(JSON.parse(fixture('datadog')));
  expect(alertsIn('datadog', filled)).toHaveLength(1);
});

test('the example of Rampart’s own format is read', () => {
  expect(alertsIn('generic', block('json generic'))).toMatchObject([
    { status: 'firing', fingerprint: 'checkout-errors' },
  ]);
});

test('each format has a sender to paste, once its secret is put in', () => {
  const secret = 'a-secret-that-is-long-enough-for-anyone';
  const shown = [...page.matchAll(/^\{ "name": .*\}$/gm)].map(([line]) =>
    JSON.parse(line.replace(/"THE_[A-Z_]+"/, JSON.stringify(secret))),
  );
  const list = block('json\\n\\[').replaceAll('whsec_…', `whsec_${btoa(secret)}`);
  const listed = z.array(z.unknown()).parse(JSON.parse(`[${list.replaceAll('"…"', JSON.stringify(secret))}`));
  expect(() => alertSendersSchema.parse(listed)).not.toThrow();
  const formats = [...listed, ...shown].map((one) => alertSendersSchema.parse([one])[0]?.format);
  expect(new Set(formats)).toEqual(new Set(alertFormats));
});
