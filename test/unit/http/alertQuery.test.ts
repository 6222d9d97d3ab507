import { HttpRequest } from '@azure/functions';
import { describe, expect, test } from 'vitest';
import type { AlertSender } from '../../../src/shared/alerts/senders.ts';
import { provenAlertsIn, triedAlertsIn } from '../../../src/shared/http/input/alerts.ts';
import { digestOf } from '../../../src/shared/secrets/sharedSecret.ts';
import { InvalidInputError } from '../../../src/shared/text/mistakes.ts';
import { alertRequest } from '../../support/alertSenders.ts';
import { applicationId, submissionId } from '../../support/builders.ts';

/** What the URL of alerts may say, and how what it should not say is told. */

const rollout = `${applicationId}.production.${submissionId}`;
const key = 'the-key-that-azure-monitor-has-in-its-url';
const now = Date.UTC(2026, 10, 2);
const sender = (name: string): AlertSender => ({
  name,
  format: 'azureMonitor',
  auth: { kind: 'key', digests: [digestOf(key)] },
});
const senders = [sender('azure')];

const requestWith = (query: string) =>
  new HttpRequest({
    method: 'POST',
    url: `https://rampart.example/api/alerts/azureMonitor?${query}`,
    params: { format: 'azureMonitor' },
    body: { string: alertRequest('azureMonitor', { status: 'firing', key: 'k', at: now }).body },
  });
const proven = (query: string) => provenAlertsIn(requestWith(`${query}&alertKey=${key}`), senders, now);
const tried = (query: string, of = senders) => triedAlertsIn(requestWith(query), of, now);

async function mistakesOf(read: Promise<unknown>): Promise<string[]> {
  const error = await read.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof InvalidInputError)) throw new Error('it was taken', { cause: error });
  return error.mistakes.map(({ path, message }) => `${path} ${message}`);
}

describe.each([
  ['of an alert', proven],
  ['of an alert that is only tried', tried],
])('the URL %s', (_, read) => {
  test.each([
    ['', undefined],
    ['code=abc&clientId=default', undefined],
    [`rollout=${rollout}`, { rolloutId: rollout, do: 'halt' }],
    [`rollout=${rollout}&do=halt`, { rolloutId: rollout, do: 'halt' }],
    [`code=abc&rollout=${rollout}&do=hold`, { rolloutId: rollout, do: 'hold' }],
  ])('“%s” is understood', async (query, addressed) => {
    expect((await read(query)).addressed).toEqual(addressed);
  });

  test.each([
    ['do=hold', ['do needs rollout beside it, the id of the one that it is for']],
    [`rolout=${rollout}`, ['rolout is not a known key; did you mean "rollout"?']],
    [`rollout=${rollout}&Do=hold`, ['Do is not a known key; did you mean "do"?']],
    [`rollout=${rollout}&rollout=${rollout}`, [expect.stringMatching(/^rollout is not \{applicationId\}/)]],
    [`rollout=${rollout}&do=hold&do=halt`, [expect.stringMatching(/^do .*"halt"/)]],
    ['__proto__=1', [expect.stringMatching(/^__proto__ is not a known key/)]],
    ['rollout=', [expect.stringMatching(/^rollout is not \{applicationId\}/)]],
  ])('“%s” is refused', async (query, says) => {
    expect(await mistakesOf(read(query))).toEqual(says);
  });
});

test('an alert names no sender in its URL: it proves who it is', async () => {
  expect(await mistakesOf(proven('sender=azure'))).toEqual([
    expect.stringMatching(/^sender is not a known key/),
  ]);
});

test('whoever is not known is not told what is wrong with the URL', async () => {
  await expect(provenAlertsIn(requestWith('do=hold&rolout=x'), senders, now)).rejects.toThrow(
    'comes from no known sender',
  );
});

describe('an alert that is only tried is that of', () => {
  const senderOf = async (query: string, of = senders) => (await tried(query, of)).alerts[0]?.sender;
  const two = [...senders, sender('other')];

  test('the only sender, or the one that is named', async () => {
    expect(await senderOf('')).toBe('azure');
    expect(await senderOf('sender=other', two)).toBe('other');
  });

  test('nobody, where none of several is named', async () => {
    expect(await senderOf('', two)).toBe('test');
  });

  test.each(['sender=nobody', 'sender=', 'sender=azure&sender=other'])(
    '“%s”: it is refused',
    async (query) => {
      expect(await mistakesOf(tried(query, two))).toEqual([
        'sender is none of RAMPART_ALERT_SENDERS with this format',
      ]);
    },
  );
});
