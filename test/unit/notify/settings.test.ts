import { describe, expect, test } from 'vitest';
import { wants } from '../../../src/shared/notify/channel.ts';
import { channelsIn, linksIn } from '../../../src/shared/notify/settings.ts';
import { notice, slack, teams, webhook } from './notices.fixture.ts';

function channels(list: unknown): { channels: unknown; problems: string[] } {
  const problems: string[] = [];
  const text = typeof list === 'string' ? list : JSON.stringify(list);
  return { channels: channelsIn({ RAMPART_CHANNELS: text }, problems), problems };
}

describe('RAMPART_CHANNELS', () => {
  test('may be absent, and then nobody is told', () => {
    const problems: string[] = [];
    expect(channelsIn({}, problems)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test('lists channels of three kinds', () => {
    const list = [teams, slack, { ...webhook, events: ['halted'], publishers: ['contoso'] }];
    expect(channels(list)).toEqual({ channels: list, problems: [] });
  });

  test('have a webhook’s old secret beside its new one while they change', () => {
    const list = [{ ...webhook, secret: [webhook.secret, `whsec_${'A'.repeat(43)}=`] }];
    expect(channels(list)).toEqual({ channels: list, problems: [] });
  });

  test('may be on this machine without https', () => {
    expect(channels([{ ...slack, url: 'http://127.0.0.1:9/hush' }]).problems).toEqual([]);
  });

  test.each([
    ['no JSON', '[{"url":"https://hush.example"', 'RAMPART_CHANNELS is not JSON'],
    ['another kind', [{ ...slack, kind: 'fax' }], /RAMPART_CHANNELS \[0\]\.kind/],
    [
      'plain http',
      [{ ...slack, url: 'http://hush.example/x' }],
      /RAMPART_CHANNELS \[0\]\.url must begin with https:/,
    ],
    [
      'a user in the URL',
      [{ ...slack, url: 'https://me:hush@slack.example/' }],
      /\[0\]\.url must not have a user name/,
    ],
    ['no URL', [{ ...slack, url: 'hush' }], /\[0\]\.url is not a URL/],
    ['a webhook without a secret', [{ ...webhook, secret: undefined }], /\[0\]\.secret/],
    [
      'a secret that is too short',
      [{ ...webhook, secret: 'whsec_aHVzaA==' }],
      /\[0\]\.secret must be whsec_/,
    ],
    ['no secret in its list', [{ ...webhook, secret: [] }], /\[0\]\.secret/],
    [
      'three secrets',
      [{ ...webhook, secret: Array.from({ length: 3 }, () => webhook.secret) }],
      /\[0\]\.secret must be one, or two in a list/,
    ],
    [
      'a second secret that is too short',
      [{ ...webhook, secret: [webhook.secret, 'whsec_aHVzaA=='] }],
      /\[0\]\.secret\[1\] must be whsec_/,
    ],
    ['a secret for Slack', [{ ...slack, secret: webhook.secret }], /\[0\]\.secret/],
    ['an unknown event', [{ ...slack, events: ['exploded'] }], /\[0\]\.events\[0\]/],
    ['two of one name', [slack, slack], /has two channels of one name/],
    ['a name that is no key', [{ ...slack, name: 'a/b' }], /\[0\]\.name may have letters/],
    ['a misspelt key', [{ ...slack, event: ['halted'] }], /did you mean "events"/],
    ['too many', Array.from({ length: 17 }, (_, index) => ({ ...slack, name: `s${index}` })), /16/],
  ])('with %s is refused, and no credential is repeated', (_what, list, problem) => {
    const { channels: read, problems } = channels(list);
    expect(read).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems.join()).not.toMatch(/hush|aHVzaA|MDEyMzQ1/);
  });
});

describe('a channel is told', () => {
  test.each([
    ['all', {}, true],
    ['the events that it names', { events: ['held', 'halted'] }, true],
    ['no other events', { events: ['halted'] }, false],
    ['of its publishers', { publishers: ['contoso'] }, true],
    ['of no other publishers', { publishers: ['fabrikam'] }, false],
    ['of its applications', { applications: ['9NBLGGH4R315'] }, true],
    ['of no other applications', { applications: ['9WZDNCRFJ3Q2'] }, false],
  ] as const)('%s', (_what, change, told) => {
    const [channel] = channelsIn({ RAMPART_CHANNELS: JSON.stringify([{ ...slack, ...change }]) }, []);
    expect(channel && wants(channel, notice())).toBe(told);
  });
});

describe('the links', () => {
  const RAMPART_LINKS_KEY = 'k'.repeat(32);

  test.each([
    ['without a key there are none', {}, undefined, []],
    [
      'the platform names the host',
      { RAMPART_LINKS_KEY, WEBSITE_HOSTNAME: 'a.azurewebsites.net' },
      'https://a.azurewebsites.net',
      [],
    ],
    [
      'Core Tools name a port of this machine',
      { RAMPART_LINKS_KEY, WEBSITE_HOSTNAME: 'localhost:7071' },
      'http://localhost:7071',
      [],
    ],
    [
      'the setting comes first',
      { RAMPART_LINKS_KEY, WEBSITE_HOSTNAME: 'a.net', RAMPART_PUBLIC_URL: 'https://b.net/' },
      'https://b.net',
      [],
    ],
    ['nobody knows where the app is', { RAMPART_LINKS_KEY }, undefined, [/needs RAMPART_PUBLIC_URL/]],
    [
      'the address is not safe',
      { RAMPART_LINKS_KEY, RAMPART_PUBLIC_URL: 'http://b.net' },
      undefined,
      [/RAMPART_PUBLIC_URL must be https/],
    ],
    [
      'the address is no URL',
      { RAMPART_LINKS_KEY, RAMPART_PUBLIC_URL: 'b.net' },
      undefined,
      [/RAMPART_PUBLIC_URL must be https/],
    ],
    [
      'the address is a page',
      { RAMPART_LINKS_KEY, RAMPART_PUBLIC_URL: 'https://b.net/x' },
      undefined,
      [/RAMPART_PUBLIC_URL must be https/],
    ],
    [
      'the key is short',
      { RAMPART_LINKS_KEY: 'hush', WEBSITE_HOSTNAME: 'a.net' },
      'https://a.net',
      [/RAMPART_LINKS_KEY must have at least 32/],
    ],
    [
      'the key is a reference that the platform could not resolve, and so no secret',
      {
        RAMPART_LINKS_KEY: '@Microsoft.KeyVault(SecretUri=https://hush.vault.azure.net/secrets/links)',
        WEBSITE_HOSTNAME: 'a.net',
      },
      'https://a.net',
      [/RAMPART_LINKS_KEY is a Key Vault reference that could not be resolved/],
    ],
  ])('%s', (_what, environment, publicUrl, expected) => {
    const problems: string[] = [];
    expect(linksIn(environment, problems)?.publicUrl).toBe(publicUrl);
    expect(problems).toEqual(expected.map((problem) => expect.stringMatching(problem)));
    expect(problems.join()).not.toContain('hush');
  });
});
