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
    const change = { ...noStorage, [tables]: 'https://tables.example' };
    expect(problems(change)).toContain(
      'AzureWebJobsStorage__blobServiceUri is missing, and AzureWebJobsStorage__tableServiceUri does not tell it',
    );
    expect(problems(change).match(/^ {2}- /gm), 'one mistake, one line').toHaveLength(1);
    expect(problems({ ...change, [blobs]: 'https://blobs.example' })).toBe('none');
  });

  test('do not cross a network in the clear', () => {
    const change = {
      ...noStorage,
      [tables]: 'https://a.table.core.windows.net',
      [blobs]: 'http://b.example',
    };
    expect(problems(change)).toContain(`${blobs} is not a URL that begins with https:`);
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

test.each<[string, Record<string, string | undefined>, string]>([
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

test.each(['0 */5 * * * *', '*/10 * * * * *', '0 30 9 * Jan Mon-Fri', '0 0,30 8-18 1 1/2 *'])(
  '%s is a schedule',
  (schedule) => {
    expect(readConfig(environment({ RAMPART_POLL_SCHEDULE: schedule })).pollSchedule).toBe(schedule);
  },
);

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
