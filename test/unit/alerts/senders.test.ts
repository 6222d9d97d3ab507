import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type AlertFormat, alertFormats } from '../../../src/shared/alerts/alert.ts';
import { type AuthKind, alertSendersSchema } from '../../../src/shared/alerts/senders.ts';
import { mistakesOf } from '../../../src/shared/text/mistakes.ts';

const secret = 'a-secret-that-is-long-enough-for-anyone';
const webhookSecret = `whsec_${Buffer.from(secret).toString('base64')}`;

const auths: Record<AuthKind, object> = {
  standardWebhooks: { kind: 'standardWebhooks', secrets: [webhookSecret] },
  hmac: { kind: 'hmac', secrets: [secret] },
  bearer: { kind: 'bearer', token: secret },
  basic: { kind: 'basic', user: 'rampart', password: secret },
  key: { kind: 'key', key: secret },
};
const sender = (format: string, auth: object, name = 'ops') => ({ name, format, auth });

const mistakes = (list: unknown): string[] => {
  const { error } = alertSendersSchema.safeParse(list);
  return error ? mistakesOf(error, alertSendersSchema).map(({ path, message }) => `${path} ${message}`) : [];
};

describe('a sender proves itself by what it can do, and nothing less', () => {
  const can: Record<AlertFormat, AuthKind[]> = {
    azureMonitor: ['key'],
    alertmanager: ['bearer', 'basic'],
    grafana: ['hmac', 'bearer', 'basic'],
    datadog: ['bearer', 'basic', 'key'],
    pagerduty: ['hmac'],
    sentry: ['hmac'],
    generic: ['standardWebhooks'],
  };
  const pairs = alertFormats.flatMap((format) =>
    Object.entries(auths).map(([kind, auth]): [AlertFormat, string, object, boolean] => [
      format,
      kind,
      auth,
      can[format].some((one) => one === kind),
    ]),
  );

  test.each(pairs)('%s by %s', (format, _, auth, able) => {
    const says = able ? [] : [expect.stringMatching(`^\\[0\\].auth.kind is not what ${format} can do: `)];
    expect(mistakes([sender(format, auth)])).toEqual(says);
  });
});

describe('refused are', () => {
  test.each<[string, unknown, string]>([
    [
      'a token that is too short',
      [sender('datadog', { kind: 'bearer', token: 'x'.repeat(31) })],
      '[0].auth.token must have at least 32 characters',
    ],
    [
      'a token that no header can hold',
      [sender('datadog', { kind: 'bearer', token: `${secret} ${secret}` })],
      '[0].auth.token has a character that cannot stand in a header',
    ],
    [
      'three tokens',
      [sender('datadog', { kind: 'bearer', token: ['1', '2', '3'].map((one) => one + secret) })],
      '[0].auth.token has more than two',
    ],
    [
      'a secret that is too short',
      [sender('sentry', { kind: 'hmac', secrets: ['short'] })],
      '[0].auth.secrets[0] must have at least 32 characters',
    ],
    [
      'no secret',
      [sender('sentry', { kind: 'hmac', secrets: [] })],
      '[0].auth.secrets needs at least one secret',
    ],
    [
      'six secrets',
      [sender('sentry', { kind: 'hmac', secrets: [...'123456'].map((one) => one + secret) })],
      '[0].auth.secrets has more than 5 secrets',
    ],
    [
      'a secret that is not base64',
      [sender('generic', { kind: 'standardWebhooks', secrets: [secret] })],
      '[0].auth.secrets[0] is not whsec_ and base64',
    ],
    [
      'a secret of 23 bytes',
      [
        sender('generic', {
          kind: 'standardWebhooks',
          secrets: [`whsec_${Buffer.alloc(23).toString('base64')}`],
        }),
      ],
      '[0].auth.secrets[0] is not of 24 to 64 bytes',
    ],
    [
      'a secret of 65 bytes',
      [
        sender('generic', {
          kind: 'standardWebhooks',
          secrets: [`whsec_${Buffer.alloc(65).toString('base64')}`],
        }),
      ],
      '[0].auth.secrets[0] is not of 24 to 64 bytes',
    ],
    [
      'a user with a colon',
      [sender('datadog', { kind: 'basic', user: 'a:b', password: secret })],
      '[0].auth.user is 1 to 128 characters without a colon',
    ],
    ['an unknown format', [sender('opsgenie', auths.bearer)], '[0].format expected one of'],
    ['an unknown kind', [sender('datadog', { kind: 'oauth' })], '[0].auth.kind must be one of'],
    [
      'a name with a slash',
      [sender('datadog', auths.bearer, 'a/b')],
      '[0].name may have letters, digits, _ and -',
    ],
    [
      'one name twice',
      [sender('datadog', auths.bearer), sender('sentry', auths.hmac)],
      '[1].name stands in the list twice',
    ],
    [
      'a token that two of a format share',
      [
        sender('datadog', auths.bearer),
        sender('datadog', { kind: 'bearer', token: [`1${secret}`, secret] }, 'dev'),
      ],
      '[1].auth has a secret that another sender of this format has',
    ],
    [
      'a secret that two of a format share',
      [sender('sentry', auths.hmac), sender('sentry', auths.hmac, 'dev')],
      '[1].auth has a secret that another sender of this format has',
    ],
    [
      'a misspelt key',
      [sender('datadog', { kind: 'bearer', tokn: secret })],
      '[0].auth.tokn is not a known key; did you mean "token"?',
    ],
  ])('%s', (_, list, says) => {
    const found = mistakes(list);
    expect(found).toContainEqual(expect.stringContaining(says));
    expect(found.join(), 'and no secret is repeated').not.toContain(secret);
  });
});

test('a secret may be shared by two formats: it proves each in another way', () => {
  expect(mistakes([sender('datadog', auths.bearer), sender('sentry', auths.hmac, 'dev')])).toEqual([]);
});

test('what is kept shows no secret', () => {
  const list = Object.entries(auths).map(([kind, auth], index) => {
    const formats = { standardWebhooks: 'generic', hmac: 'sentry', bearer: 'alertmanager', basic: 'grafana' };
    return sender(new Map(Object.entries(formats)).get(kind) ?? 'azureMonitor', auth, `s${index}`);
  });
  const kept = alertSendersSchema.parse(list);
  expect(kept).toHaveLength(5);
  const basic = Buffer.from(`rampart:${secret}`).toString('base64');
  for (const shown of [JSON.stringify(kept), inspect(kept, { depth: 9, showHidden: true })])
    for (const hidden of [secret, webhookSecret, Buffer.from(secret).toString('base64'), basic])
      expect(shown).not.toContain(hidden);
});
