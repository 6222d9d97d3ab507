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
