import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../support/azurite.ts';
import { startHostProcess } from '../support/hostProcess.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(async () => {
  await azurite.stop();
});

const failure = async (env: Record<string, string>): Promise<string> => {
  const error = await startHostProcess({ env }).catch((thrown: unknown) => thrown);
  return error instanceof Error ? error.message : 'it started';
};

test('missing settings are all named in one message, and nothing runs', async () => {
  const message = await failure({});
  expect(message).toContain('Rampart cannot start, its settings are wrong:');
  expect(message).toContain('- AzureWebJobsStorage is missing');
  expect(message).toContain('- RAMPART_PUBLISHERS is missing');
});

test('wrong settings are named with what is wrong in each, and no value is repeated', async () => {
  const publishers = [
    {
      name: 'contoso',
      tenantId: 'x',
      clientId: '00000000-0000-0000-0000-000000000001',
      credential: { kind: 'secret', clientSecrt: 'hunter2' },
    },
  ];
  const message = await failure({
    AzureWebJobsStorage: azurite.connectionString,
    RAMPART_PUBLISHERS: JSON.stringify(publishers),
    RAMPART_STORE_URL: 'nowhere',
    RAMPART_POLL_SCHEDULE: '* * * * *',
  });
  expect(message).toContain('- RAMPART_PUBLISHERS [0].tenantId is not a GUID');
  expect(message).toContain(
    '- RAMPART_PUBLISHERS [0].credential.clientSecrt is not a known key; did you mean "clientSecret"?',
  );
  expect(message).toContain('- RAMPART_STORE_URL is not a URL');
  expect(message).toContain(
    '- RAMPART_POLL_SCHEDULE is not a schedule of six fields (second minute hour day month weekday)',
  );
  expect(message).not.toContain('hunter2');
});
