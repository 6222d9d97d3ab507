import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { UnauthorizedError } from '../../../src/shared/access/errors.ts';
import type { AlertFormat } from '../../../src/shared/alerts/alert.ts';
import { type AlertRequest, authenticate } from '../../../src/shared/alerts/authenticate.ts';
import { changed, fixture, now, request, senders } from './senders.fixture.ts';

/** Signatures are computed here from what the senders document, without the code under test. */

const secret = 'the-secret-of-this-sender-and-no-other';
const successor = 'the-secret-that-will-come-after-the-first';
const stranger = 'the-secret-of-somebody-else-altogether';
const minute = 60_000;
const seconds = (ms: number) => String(Math.floor(ms / 1_000));

const hex = (key: string, content: string) => createHmac('sha256', key).update(content).digest('hex');
const base64 = (key: string, content: string) => createHmac('sha256', key).update(content).digest('base64');
const whsec = (key: string) => `whsec_${Buffer.from(key).toString('base64')}`;
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

const known = senders([
  {
    name: 'generic',
    format: 'generic',
    auth: { kind: 'standardWebhooks', secrets: [whsec(secret), whsec(successor)] },
  },
  { name: 'grafana', format: 'grafana', auth: { kind: 'hmac', secrets: [secret, successor] } },
  { name: 'pagerduty', format: 'pagerduty', auth: { kind: 'hmac', secrets: [secret, successor] } },
  { name: 'sentry', format: 'sentry', auth: { kind: 'hmac', secrets: [secret, successor] } },
  { name: 'alertmanager', format: 'alertmanager', auth: { kind: 'bearer', token: [secret, successor] } },
  {
    name: 'alertmanagerBasic',
    format: 'alertmanager',
    auth: { kind: 'basic', user: 'rämpart', password: secret },
  },
  { name: 'datadog', format: 'datadog', auth: { kind: 'key', key: [secret, successor] } },
  { name: 'azure', format: 'azureMonitor', auth: { kind: 'key', key: secret } },
]);

/** Who the request is from, or what the log says. */
function verdict(format: AlertFormat, sent: AlertRequest, at = now, list = known): string {
  try {
    return authenticate(list, format, sent, at);
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    for (const hidden of [secret, successor, stranger, whsec(secret)])
      expect(error.message).not.toContain(hidden);
    return error.message;
  }
}

type Signed = { key?: string; at?: number; body?: string };

const body = fixture('generic');
const generic = (
  { key = secret, at = now, body: content = body }: Signed = {},
  change: Record<string, string> = {},
) =>
  request(content, {
    'webhook-id': 'msg_1',
    'webhook-timestamp': seconds(at),
    'webhook-signature': `v1,${base64(key, `msg_1.${seconds(at)}.${content}`)}`,
    ...change,
  });

const grafana = ({ key = secret, at = now }: Signed = {}, change: Record<string, string> = {}) =>
  request(fixture('grafana'), {
    'x-grafana-alerting-timestamp': seconds(at),
    'x-grafana-alerting-signature': hex(key, `${seconds(at)}:${fixture('grafana')}`),
    ...change,
  });

const incident = (at: number) =>
  changed(fixture('pagerduty.incident'), 'event.occurred_at', new Date(at).toISOString());
const pagerduty = (
  { key = secret, at = now, body: content = incident(at) }: Signed = {},
  change: Record<string, string> = {},
) => request(content, { 'x-pagerduty-signature': `v1=${hex(key, content)}`, ...change });

const sentry = ({ key = secret, at = now }: Signed = {}, change: Record<string, string> = {}) =>
  request(fixture('sentry.issue'), {
    'sentry-hook-resource': 'issue',
    'sentry-hook-timestamp': seconds(at),
    'sentry-hook-signature': hex(key, fixture('sentry.issue')),
    ...change,
  });

const bearer = (token: string, scheme = 'Bearer') => request('{}', { authorization: `${scheme} ${token}` });

type Sign = (signed?: Signed, change?: Record<string, string>) => AlertRequest;
const signing: [AlertFormat, Sign][] = [
  ['generic', generic],
  ['grafana', grafana],
  ['pagerduty', pagerduty],
  ['sentry', sentry],
];

describe.each(signing)('%s signs', (format, signed) => {
  test('and is known by either of its secrets while they change', () => {
    expect(verdict(format, signed())).toBe(format);
    expect(verdict(format, signed({ key: successor }))).toBe(format);
  });

  test('and is not by another secret', () => {
    expect(verdict(format, signed({ key: stranger }))).toContain('another secret or of another body');
  });

  test('the body as it is, to the last space', () => {
    const sent = signed();
    expect(verdict(format, { ...sent, body: `${sent.body} ` })).toContain('another body');
    expect(verdict(format, { ...sent, body: sent.body.slice(0, -1) })).toContain('another body');
  });

  test.each([-5 * minute, -minute, 0, minute, 5 * minute])('for a clock that is %i ms off', (off) => {
    expect(verdict(format, signed({ at: now + off }))).toBe(format);
  });

  test('not for a time that has not come', () => {
    expect(verdict(format, signed({ at: now + 5 * minute + 1_000 }))).toContain('too far from now');
  });
});

describe('what was sent before is refused when it is sent again', () => {
  test.each<[AlertFormat, Sign, number]>([
    ['generic', generic, 5 * minute],
    ['grafana', grafana, 5 * minute],
    ['sentry', sentry, 5 * minute],
    // Its own retries and what waits behind them come for an hour, with the time at which it happened.
    ['pagerduty', pagerduty, 65 * minute],
  ])('%s', (format, signed, window) => {
    const sent = signed({ at: now });
    expect(verdict(format, sent, now + window)).toBe(format);
    expect(verdict(format, sent, now + window + 1_000)).toContain('too far from now');
  });

  test('a new time does not help where the time is signed', () => {
    const later = now + 60 * minute;
    expect(verdict('generic', generic({}, { 'webhook-timestamp': seconds(later) }), later)).toContain(
      'another secret',
    );
    expect(
      verdict('grafana', grafana({}, { 'x-grafana-alerting-timestamp': seconds(later) }), later),
    ).toContain('another secret');
    const sent = pagerduty();
    const renewed = changed(sent.body, 'event.occurred_at', new Date(later).toISOString());
    expect(verdict('pagerduty', { ...sent, body: renewed }, later)).toContain('another secret');
  });

  test('Sentry does not sign its time: a new one is believed', () => {
    const later = now + 60 * minute;
    expect(verdict('sentry', sentry({}, { 'sentry-hook-timestamp': seconds(later) }), later)).toBe('sentry');
  });
});

describe('headers that are missing, cut off or there twice are refused', () => {
  test.each<[string, AlertFormat, AlertRequest]>([
    ['no header at all', 'generic', request(body)],
    ['no header at all', 'grafana', request(body)],
    ['no header at all', 'pagerduty', request(body)],
    ['no header at all', 'sentry', request(body)],
    ['an empty signature', 'generic', generic({}, { 'webhook-signature': '' })],
    ['an empty signature', 'grafana', grafana({}, { 'x-grafana-alerting-signature': '' })],
    ['an empty signature', 'pagerduty', pagerduty({}, { 'x-pagerduty-signature': '' })],
    ['an empty signature', 'pagerduty', pagerduty({}, { 'x-pagerduty-signature': 'v1=' })],
    ['an empty signature', 'sentry', sentry({}, { 'sentry-hook-signature': '' })],
    ['half a signature', 'generic', generic({}, { 'webhook-signature': 'v1,g0hM9SsE' })],
    ['half a signature', 'pagerduty', pagerduty({}, { 'x-pagerduty-signature': 'v1=f03de6f6' })],
    [
      'another version',
      'generic',
      generic(
        {},
        { 'webhook-signature': generic().headers.get('webhook-signature')?.replace('v1,', 'v1a,') ?? '' },
      ),
    ],
    [
      'another version',
      'pagerduty',
      pagerduty(
        {},
        {
          'x-pagerduty-signature':
            pagerduty().headers.get('x-pagerduty-signature')?.replace('v1=', 'v2=') ?? '',
        },
      ),
    ],
    ['no time', 'generic', generic({}, { 'webhook-timestamp': '' })],
    ['no time', 'sentry', sentry({}, { 'sentry-hook-timestamp': '' })],
    ['two times', 'sentry', sentry({}, { 'sentry-hook-timestamp': `${seconds(now)}, ${seconds(now)}` })],
    [
      'a time as only programs write it',
      'sentry',
      sentry({}, { 'sentry-hook-timestamp': `${seconds(now)}e0` }),
    ],
    ['a time in milliseconds', 'sentry', sentry({}, { 'sentry-hook-timestamp': String(now) })],
    ['a time in words', 'sentry', sentry({}, { 'sentry-hook-timestamp': new Date(now).toISOString() })],
    ['a time below zero', 'sentry', sentry({}, { 'sentry-hook-timestamp': '-1' })],
    ['no id', 'generic', generic({}, { 'webhook-id': '' })],
    ['two ids', 'generic', generic({}, { 'webhook-id': 'msg_1, msg_2' })],
    [
      'two signatures of one header',
      'grafana',
      grafana({}, { 'x-grafana-alerting-signature': `${hex(secret, 'x')}, ${hex(secret, 'y')}` }),
    ],
  ])('%s: %s', (_, format, sent) => {
    expect(verdict(format, sent)).toContain(
      `An alert of the format ${format} comes from no known sender (${format}: `,
    );
  });

  test('an id with a dot, which could move itself into the time', () => {
    const id = 'msg.1';
    const signature = base64(secret, `${id}.${seconds(now)}.${body}`);
    const sent = generic({}, { 'webhook-id': id, 'webhook-signature': `v1,${signature}` });
    expect(verdict('generic', sent)).toContain('missing or malformed');
  });

  test('a body of PagerDuty that is signed and has no time', () => {
    for (const content of [
      '{}',
      '[]',
      'null',
      '{"event":{"occurred_at":7}}',
      '{"event":{"occurred_at":"soon"}}',
      'no JSON',
    ])
      expect(verdict('pagerduty', pagerduty({ body: content }))).toContain(
        'the time of the signature is missing',
      );
  });

  test('Grafana without the timestamp header, which then signs the body alone', () => {
    const sent = request(fixture('grafana'), {
      'x-grafana-alerting-signature': hex(secret, fixture('grafana')),
    });
    expect(verdict('grafana', sent)).toContain('missing or malformed');
  });
});

describe('of several signatures one is enough', () => {
  const content = incident(now);
  test('for PagerDuty, which signs with the old secret and the new one', () => {
    const signatures = [stranger, secret].map((key) => `v1=${hex(key, content)}`).join(',');
    expect(verdict('pagerduty', pagerduty({}, { 'x-pagerduty-signature': signatures }))).toBe('pagerduty');
    expect(
      verdict('pagerduty', pagerduty({}, { 'x-pagerduty-signature': signatures.replace(',', ', ') })),
    ).toBe('pagerduty');
  });

  test('for Standard Webhooks, beside those of other versions', () => {
    const right = generic().headers.get('webhook-signature') ?? '';
    const wrong = generic({ key: stranger }).headers.get('webhook-signature') ?? '';
    expect(verdict('generic', generic({}, { 'webhook-signature': `v1a,AAAA ${wrong} ${right}` }))).toBe(
      'generic',
    );
  });

  test('but not after a flood of them', () => {
    const right = generic().headers.get('webhook-signature') ?? '';
    const flood = `${'v1,AAAA '.repeat(100)}${right}`;
    expect(verdict('generic', generic({}, { 'webhook-signature': flood }))).toContain('another secret');
  });

  test('and capitals in hex are the same', () => {
    const signature = hex(secret, fixture('sentry.issue')).toUpperCase();
    expect(verdict('sentry', sentry({}, { 'sentry-hook-signature': signature }))).toBe('sentry');
  });
});

test('the vector that the libraries of Standard Webhooks are tested with', () => {
  const list = senders([
    {
      name: 'vector',
      format: 'generic',
      auth: { kind: 'standardWebhooks', secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] },
    },
  ]);
  const sent = request('{"test": 2432232314}', {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
  expect(verdict('generic', sent, 1_614_265_330_000, list)).toBe('vector');
});

describe('where a sender cannot sign, it has a secret', () => {
  test.each<[string, AlertFormat, AlertRequest, string]>([
    ['a token', 'alertmanager', bearer(secret), 'alertmanager'],
    ['the token that follows', 'alertmanager', bearer(successor), 'alertmanager'],
    ['a scheme in small letters', 'alertmanager', bearer(secret, 'bearer'), 'alertmanager'],
    [
      'a user and a password',
      'alertmanager',
      request('{}', { authorization: basic('rämpart', secret) }),
      'alertmanagerBasic',
    ],
    ['a key in a header', 'datadog', request('{}', { 'X-Rampart-Alert-Key': secret }), 'datadog'],
    ['the key that follows', 'datadog', request('{}', { 'x-rampart-alert-key': successor }), 'datadog'],
    ['a key in the URL', 'azureMonitor', request('{}', {}, { alertKey: secret }), 'azure'],
    ['a key in a header', 'azureMonitor', request('{}', { 'x-rampart-alert-key': secret }), 'azure'],
  ])('%s: %s', (_, format, sent, name) => {
    expect(verdict(format, sent)).toBe(name);
  });

  const twice = (): AlertRequest => ({
    ...request('{}'),
    query: new URLSearchParams([
      ['alertKey', secret],
      ['alertKey', secret],
    ]),
  });

  test.each<[string, AlertFormat, AlertRequest, string]>([
    ['nothing', 'alertmanager', request('{}'), 'the bearer token is missing'],
    ['another token', 'alertmanager', bearer(stranger), 'the bearer token is wrong'],
    ['half the token', 'alertmanager', bearer(secret.slice(0, -1)), 'the bearer token is wrong'],
    ['the token in capitals', 'alertmanager', bearer(secret.toUpperCase()), 'the bearer token is wrong'],
    ['two tokens', 'alertmanager', bearer(`${secret}, Bearer ${secret}`), 'the bearer token is missing'],
    [
      'the token under another scheme',
      'alertmanager',
      bearer(secret, 'Basic'),
      'the user or the password is wrong',
    ],
    [
      'another user',
      'alertmanager',
      request('{}', { authorization: basic('root', secret) }),
      'the user or the password is wrong',
    ],
    [
      'another password',
      'alertmanager',
      request('{}', { authorization: basic('rämpart', stranger) }),
      'the user or the password is wrong',
    ],
    ['another key', 'datadog', request('{}', { 'x-rampart-alert-key': stranger }), 'the key is wrong'],
    ['an empty key', 'datadog', request('{}', { 'x-rampart-alert-key': '' }), 'the key is wrong'],
    [
      'a key in the URL, which can send headers',
      'datadog',
      request('{}', {}, { alertKey: secret }),
      'the key is missing',
    ],
    ['another key', 'azureMonitor', request('{}', {}, { alertKey: stranger }), 'the key is wrong'],
    ['a key that stands there twice', 'azureMonitor', twice(), 'the key is missing'],
    [
      'a wrong header beside the right URL',
      'azureMonitor',
      request('{}', { 'x-rampart-alert-key': stranger }, { alertKey: secret }),
      'the key is wrong',
    ],
  ])('%s: %s', (_, format, sent, says) => {
    expect(verdict(format, sent)).toContain(says);
  });
});

describe('who it is', () => {
  const two = senders([
    { name: 'first', format: 'grafana', auth: { kind: 'hmac', secrets: [secret] } },
    { name: 'second', format: 'grafana', auth: { kind: 'hmac', secrets: [successor] } },
    { name: 'third', format: 'grafana', auth: { kind: 'bearer', token: stranger } },
  ]);

  test('is the one whose secret it has', () => {
    expect(verdict('grafana', grafana(), now, two)).toBe('first');
    expect(verdict('grafana', grafana({ key: successor }), now, two)).toBe('second');
    expect(verdict('grafana', bearer(stranger), now, two)).toBe('third');
  });

  test('is told from none by a sentence for the log that names each', () => {
    expect(verdict('grafana', grafana({ key: stranger }), now, two)).toBe(
      'An alert of the format grafana comes from no known sender (first: the signature is of another secret or of another body; second: the signature is of another secret or of another body; third: the bearer token is missing).',
    );
  });

  test('is nobody where the settings name none of the format', () => {
    expect(verdict('sentry', sentry(), now, two)).toContain('RAMPART_ALERT_SENDERS names none of it');
    expect(verdict('sentry', sentry(), now, [])).toContain('RAMPART_ALERT_SENDERS names none of it');
  });

  test('is nobody of another format, whose secret may be the same', () => {
    const sent = { ...sentry(), headers: new Headers({ authorization: `Bearer ${stranger}` }) };
    expect(verdict('sentry', sent, now, two)).toContain('comes from no known sender');
  });
});
