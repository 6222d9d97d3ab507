import { describe, expect, test } from 'vitest';
import { ConfigurationError, readConfig } from '../../src/shared/config.ts';

const id = '00000000-0000-0000-0000-000000000001';
const publisher = {
  name: 'contoso',
  tenantId: id,
  clientId: id,
  credential: { kind: 'secret', clientSecret: 'hunter2' },
};
const environment = (change: Record<string, string | undefined> = {}) => ({
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  RAMPART_PUBLISHERS: JSON.stringify([publisher]),
  ...change,
});

function problems(change: Record<string, string | undefined>): string {
  try {
    readConfig(environment(change));
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return 'none';
}

test('what is left out has its default', () => {
  expect(readConfig(environment())).toMatchObject({
    storeUrl: 'https://manage.devcenter.microsoft.com',
    authority: 'https://login.microsoftonline.com',
    pollSchedule: '0 * * * * *',
    storage: { kind: 'connectionString' },
  });
});

describe('a channel’s publishers', () => {
  const channel = { name: 'team', kind: 'slack', url: 'https://hooks.slack.example/x' };
  const channels = (publishers: readonly string[]) => ({
    RAMPART_CHANNELS: JSON.stringify([channel, { ...channel, name: 'oncall', publishers }]),
  });

  test('are those of RAMPART_PUBLISHERS', () => {
    expect(readConfig(environment(channels(['contoso']))).channels[1]).toMatchObject({
      publishers: ['contoso'],
    });
  });

  test('are known, or the channel would never be told', () => {
    const fabrikam = { ...publisher, name: 'fabrikam' };
    const message = problems({
      ...channels(['contoso', 'nobody', 'fabrikam']),
      RAMPART_PUBLISHERS: JSON.stringify([publisher, fabrikam]),
    });
    expect(message.split('\n').slice(1)).toEqual([
      '  - RAMPART_CHANNELS: publishers[1] of the channel oncall is none of RAMPART_PUBLISHERS: contoso, fabrikam',
    ]);
  });

  test('are not compared with publishers that are wrong themselves', () => {
    const message = problems({ ...channels(['contoso']), RAMPART_PUBLISHERS: '[]' });
    expect(message).not.toContain('RAMPART_CHANNELS');
  });
});

describe('storage', () => {
  const identity = { AzureWebJobsStorage: undefined };
  test.each<[string, Record<string, string | undefined>, object]>([
    [
      'its endpoint',
      { ...identity, AzureWebJobsStorage__tableServiceUri: 'https://a.table.core.windows.net' },
      { kind: 'identity', tableServiceUri: 'https://a.table.core.windows.net' },
    ],
    [
      'the account’s name',
      { ...identity, AzureWebJobsStorage__accountName: 'a' },
      { kind: 'identity', tableServiceUri: 'https://a.table.core.windows.net' },
    ],
    [
      'a user-assigned identity',
      { ...identity, AzureWebJobsStorage__accountName: 'a', AzureWebJobsStorage__clientId: id },
      { kind: 'identity', clientId: id },
    ],
    [
      'an account of its own, before the platform’s',
      { RAMPART_STORAGE__tableServiceUri: 'https://own.table.core.windows.net' },
      { kind: 'identity', tableServiceUri: 'https://own.table.core.windows.net' },
    ],
  ])('is reached by %s', (_, change, storage) => {
    expect(readConfig(environment(change)).storage).toMatchObject(storage);
  });
});

describe('the packages', () => {
  const noStorage = { AzureWebJobsStorage: undefined };
  const tables = 'AzureWebJobsStorage__tableServiceUri';
  const blobs = 'AzureWebJobsStorage__blobServiceUri';
  const queues = 'AzureWebJobsStorage__queueServiceUri';
  test.each<[string, Record<string, string | undefined>, string]>([
    [
      'where the tables say',
      { [tables]: 'https://a.table.core.windows.net' },
      'https://a.blob.core.windows.net',
    ],
    [
      'in a cloud of its own',
      { [tables]: 'https://a.table.core.usgovcloudapi.net' },
      'https://a.blob.core.usgovcloudapi.net',
    ],
    [
      'where they are said to be',
      { [tables]: 'https://a.table.core.windows.net', [blobs]: 'https://b.example' },
      'https://b.example',
    ],
    [
      'where the tables say, if nothing is said',
      { [tables]: 'https://a.table.core.windows.net', [blobs]: '' },
      'https://a.blob.core.windows.net',
    ],
    ['in the account', { AzureWebJobsStorage__accountName: 'a' }, 'https://a.blob.core.windows.net'],
  ])('lie %s', (_, change, blobServiceUri) => {
    expect(readConfig(environment({ ...noStorage, ...change })).storage).toMatchObject({ blobServiceUri });
  });

  test('need a place of their own where the tables’ does not tell it', () => {
    const change = { ...noStorage, [tables]: 'https://tables.example', [queues]: 'https://queues.example' };
    expect(problems(change)).toContain(
      'AzureWebJobsStorage__blobServiceUri is missing, and AzureWebJobsStorage__tableServiceUri does not tell it',
    );
    expect(problems(change).match(/^ {2}- /gm), 'one mistake, one line').toHaveLength(1);
    expect(problems({ ...change, [blobs]: 'https://blobs.example' })).toBe('none');
  });

  test('and the queues likewise', () => {
    const change = { ...noStorage, [tables]: 'https://tables.example', [blobs]: 'https://blobs.example' };
    expect(problems(change)).toMatch(/AzureWebJobsStorage names no queues: .*__queueServiceUri/);
    expect(problems({ ...change, [queues]: 'https://queues.example' })).toBe('none');
  });

  test('do not cross a network in the clear', () => {
    const change = {
      ...noStorage,
      [tables]: 'https://a.table.core.windows.net',
      [blobs]: 'http://b.example',
    };
    expect(problems(change)).toContain(`${blobs} is not a URL that begins with https:`);
  });

  test.each(['http://a.example', 'no address'])('queues are not asked at %s', (address) => {
    const change = { ...noStorage, [tables]: 'https://a.table.core.windows.net', [queues]: address };
    expect(problems(change)).toContain(`${queues} is not a URL that begins with https:`);
  });

  test('are in the container "packages", if nothing else is said', () => {
    expect(readConfig(environment()).packagesContainer).toBe('packages');
  });

  test.each(['abc', 'a-b', 'nightly-builds', '0packages', `a${'b'.repeat(62)}`])('may be in "%s"', (name) => {
    expect(readConfig(environment({ RAMPART_PACKAGES_CONTAINER: name })).packagesContainer).toBe(name);
  });

  test.each([
    'ab',
    'Packages',
    'a--b',
    '-abc',
    'abc-',
    'a b c',
    'a/b/c',
    '$web',
    `a${'b'.repeat(63)}`,
    `a${'-b'.repeat(32)}`,
  ])('cannot be in "%s"', (name) => {
    expect(problems({ RAMPART_PACKAGES_CONTAINER: name })).toContain(
      'RAMPART_PACKAGES_CONTAINER is not a name of a blob container',
    );
  });
});

describe('publishers', () => {
  test.each([
    ['a certificate', { kind: 'certificate', path: import.meta.filename }],
    ['a managed identity', { kind: 'federated' }],
  ])('may use %s', (_, credential) => {
    const config = readConfig(
      environment({ RAMPART_PUBLISHERS: JSON.stringify([{ ...publisher, credential }]) }),
    );
    expect(config.publishers[0]?.credential).toMatchObject(credential);
  });

  test.each<[string, unknown, string]>([
    ['no list', {}, 'RAMPART_PUBLISHERS expected array, received object'],
    ['an empty list', [], 'RAMPART_PUBLISHERS must name at least one publisher'],
    ['two of one name', [publisher, publisher], 'RAMPART_PUBLISHERS has two publishers of one name'],
    [
      'a credential of no known kind',
      [{ ...publisher, credential: { kind: 'password' } }],
      'RAMPART_PUBLISHERS [0].credential',
    ],
  ])('are refused for %s', (_, publishers, says) => {
    expect(problems({ RAMPART_PUBLISHERS: JSON.stringify(publishers) })).toContain(says);
  });

  test('that are no JSON are not repeated', () => {
    const message = problems({ RAMPART_PUBLISHERS: '[{"clientSecret":"hunter2"' });
    expect(message).toContain('RAMPART_PUBLISHERS is not JSON');
    expect(message).not.toContain('hunter2');
  });
});

describe('senders of alerts', () => {
  const secret = 'a-secret-that-is-long-enough-for-anyone';
  const sender = { name: 'ops', format: 'sentry', auth: { kind: 'hmac', secrets: [secret] } };
  const settings = (list: unknown) => ({ RAMPART_ALERT_SENDERS: JSON.stringify(list) });

  test('are none, if none are named', () => {
    expect(readConfig(environment()).alertSenders).toEqual([]);
    expect(readConfig(environment({ RAMPART_ALERT_SENDERS: '' })).alertSenders).toEqual([]);
  });

  test('are those that are named', () => {
    expect(readConfig(environment(settings([sender]))).alertSenders).toMatchObject([
      { name: 'ops', format: 'sentry', auth: { kind: 'hmac' } },
    ]);
  });

  test.each<[string, string, string]>([
    ['no JSON', `[{"secrets":"${secret}"`, 'RAMPART_ALERT_SENDERS is not JSON'],
    ['no list', '{}', 'RAMPART_ALERT_SENDERS expected array, received object'],
    [
      'what the sender cannot do',
      JSON.stringify([{ ...sender, format: 'azureMonitor' }]),
      'RAMPART_ALERT_SENDERS [0].auth.kind is not what azureMonitor can do: key',
    ],
    [
      'one name twice',
      JSON.stringify([sender, sender]),
      'RAMPART_ALERT_SENDERS [1].name stands in the list twice',
    ],
  ])('are refused for %s, and no secret is repeated', (_, text, says) => {
    const message = problems({ RAMPART_ALERT_SENDERS: text });
    expect(message).toContain(says);
    expect(message).not.toContain(secret);
  });
});

test.each<[string, Record<string, string | undefined>, string]>([
  [
    'a misspelt name',
    { RAMPART_CHANELS: '[]' },
    'RAMPART_CHANELS is no setting; did you mean RAMPART_CHANNELS?',
  ],
  [
    'a storage that is no connection string',
    { AzureWebJobsStorage: 'nonsense' },
    'AzureWebJobsStorage is not a connection string',
  ],
  [
    'a storage with half of one',
    { AzureWebJobsStorage: 'AccountName=x' },
    'AzureWebJobsStorage is not a connection string',
  ],
  [
    'tables over plain http',
    { AzureWebJobsStorage: undefined, AzureWebJobsStorage__tableServiceUri: 'http://a.example' },
    'AzureWebJobsStorage__tableServiceUri is not a URL that begins with https:',
  ],
  [
    'a Store over plain http',
    { RAMPART_STORE_URL: 'http://store.example' },
    'RAMPART_STORE_URL must begin with https:',
  ],
  [
    'an authority over plain http',
    { RAMPART_AUTHORITY: 'http://login.example' },
    'RAMPART_AUTHORITY must begin with https:',
  ],
  [
    'a schedule of letters',
    { RAMPART_POLL_SCHEDULE: 'a b c d e f' },
    'RAMPART_POLL_SCHEDULE is not a schedule',
  ],
  [
    'a certificate that is not there',
    {
      RAMPART_PUBLISHERS: JSON.stringify([
        { ...publisher, credential: { kind: 'certificate', path: '/nope.pem' } },
      ]),
    },
    'RAMPART_PUBLISHERS: the certificate of contoso is not at its path',
  ],
])('%s is found at start', (_, change, says) => {
  expect(problems(change)).toContain(says);
});

describe('who may call', () => {
  const key = 'a-key-that-has-32-characters-000';
  const accessOf = (change: Record<string, string | undefined>) => readConfig(environment(change)).access;

  test('is whoever has the function key, if nothing else is said', () => {
    expect(accessOf({})).toEqual({ keys: [], functionKeyRole: 'approver', authentication: 'off' });
  });

  test('is whoever has a named key', () => {
    const keys = JSON.stringify([{ name: 'CI', role: 'operator', key }]);
    expect(accessOf({ RAMPART_KEYS: keys }).keys).toMatchObject([{ name: 'CI', role: 'operator' }]);
  });

  test.each(['viewer', 'operator', 'approver', 'none'])('the function key alone can be worth %s', (role) => {
    expect(accessOf({ RAMPART_FUNCTION_KEY_ROLE: role }).functionKeyRole).toBe(role);
  });

  test.each([
    ['True', 'appService'],
    ['true', 'appService'],
    ['False', 'off'],
    ['1', 'off'],
    ['yes', 'off'],
    ['', 'off'],
    [undefined, 'off'],
  ])('where the platform says %j of signing in, it is %s', (WEBSITE_AUTH_ENABLED, authentication) => {
    expect(accessOf({ WEBSITE_AUTH_ENABLED })).toMatchObject({ authentication });
  });

  test.each([
    ['no JSON', { RAMPART_KEYS: `[{"key":"${key}"` }, 'RAMPART_KEYS is not JSON'],
    [
      'a short key',
      { RAMPART_KEYS: `[{"name":"CI","role":"viewer","key":"${key.slice(1)}"}]` },
      'RAMPART_KEYS [0].key must have at least 32 characters',
    ],
    ['no list', { RAMPART_KEYS: `{"CI":"${key}"}` }, 'RAMPART_KEYS expected array'],
    [
      'a role that is none',
      { RAMPART_FUNCTION_KEY_ROLE: 'admin' },
      'RAMPART_FUNCTION_KEY_ROLE must be one of viewer, operator, approver, none',
    ],
  ])('%s is refused, without the key', (_, change, says) => {
    expect(problems(change)).toContain(says);
    expect(problems(change)).not.toContain(key.slice(2));
  });
});

test.each(['0 */5 * * * *', '*/10 * * * * *', '0 30 9 * Jan Mon-Fri', '0 0,30 8-18 1 1/2 *'])(
  '%s is a schedule',
  (schedule) => {
    expect(readConfig(environment({ RAMPART_POLL_SCHEDULE: schedule })).pollSchedule).toBe(schedule);
  },
);

describe('the requests a minute that the Store allows', () => {
  const name = 'RAMPART_STORE_REQUESTS_PER_MINUTE';

  test.each<[string | undefined, number]>([
    [undefined, 20],
    ['', 20],
    ['5', 5],
    ['5000', 5_000],
  ])('are read: %s', (text, count) => {
    expect(readConfig(environment({ [name]: text })).storeRequestsPerMinute).toBe(count);
  });

  test.each<[string, string]>([
    ['4', 'must be from 5 to 5000'],
    ['5001', 'must be from 5 to 5000'],
    ['0', 'must be from 5 to 5000'],
    ['20.5', 'is not a whole number'],
    ['-20', 'is not a whole number'],
    ['1e2', 'is not a whole number'],
    ['many', 'is not a whole number'],
  ])('cannot be %s', (text, says) => {
    expect(problems({ [name]: text })).toContain(`${name} ${says}`);
  });
});

test('every problem is in one message', () => {
  const message = problems({
    AzureWebJobsStorage: undefined,
    RAMPART_PUBLISHERS: undefined,
    RAMPART_AUTHORITY: 'x',
    RAMPART_SUBMISSION_SCHEDULE: 'x',
  });
  for (const name of [
    'AzureWebJobsStorage',
    'RAMPART_PUBLISHERS',
    'RAMPART_AUTHORITY',
    'RAMPART_SUBMISSION_SCHEDULE',
  ])
    expect(message).toContain(`- ${name} `);
});
