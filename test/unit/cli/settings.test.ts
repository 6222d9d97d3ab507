import { describe, expect, test } from 'vitest';
import { readSettings, readUploadSettings } from '../../../src/cli/settings.ts';

const rampart = { RAMPART_URL: 'https://rampart.example', RAMPART_KEY: 'secret-key' };
const packages = 'https://contoso.blob.core.windows.net/packages';

describe('the settings', () => {
  test.each([
    ['https://rampart.example', 'https://rampart.example'],
    ['https://rampart.example/', 'https://rampart.example'],
    ['https://rampart.example/api/', 'https://rampart.example'],
    ['http://127.0.0.1:7071', 'http://127.0.0.1:7071'],
  ])('take %s for %s', (RAMPART_URL, url) => {
    expect(readSettings({ ...rampart, RAMPART_URL })).toEqual({ url, key: 'secret-key' });
  });

  test('take a named key, if there is one', () => {
    expect(readSettings({ ...rampart, RAMPART_NAMED_KEY: ' named-key ' }).namedKey).toBe('named-key');
    expect(readSettings({ ...rampart, RAMPART_NAMED_KEY: '' }).namedKey).toBeUndefined();
  });

  test.each([
    [
      'a signature',
      { RAMPART_PACKAGES_URL: `${packages}/?sv=1&sig=abc` },
      { kind: 'signature', url: `${packages}?sv=1&sig=abc` },
    ],
    ['an identity', { RAMPART_PACKAGES_URL: packages }, { kind: 'identity', url: packages }],
    [
      'a connection string',
      { RAMPART_STORAGE: 'AccountName=a;AccountKey=b' },
      { kind: 'connectionString', connectionString: 'AccountName=a;AccountKey=b', container: 'packages' },
    ],
  ])('take %s for the container', (_case, more, expected) => {
    expect(readUploadSettings({ ...rampart, ...more }).packages).toEqual(expected);
  });

  test.each([
    [
      'the key in the address',
      { RAMPART_URL: 'https://r.example/api?code=hidden' },
      'the key belongs in RAMPART_KEY',
    ],
    ['an address in the clear', { RAMPART_URL: 'http://hidden.example' }, 'must begin with https:'],
    ['an address of another kind', { RAMPART_URL: 'ftp://hidden.example' }, 'is not an address'],
    ['a password in the address', { RAMPART_URL: 'https://u:hidden@r.example' }, 'must not hold a user'],
    ['a named key of two words', { RAMPART_NAMED_KEY: 'hid den' }, 'RAMPART_NAMED_KEY has a character'],
    ['a key with a line break', { RAMPART_KEY: 'hid\nden' }, 'RAMPART_KEY has a character'],
    ['both storages', { RAMPART_PACKAGES_URL: packages, RAMPART_STORAGE: 'hidden' }, 'are both set'],
    [
      'an account without a container',
      { RAMPART_PACKAGES_URL: 'https://hidden.blob.core.windows.net/' },
      'the name of a container',
    ],
    ['a query that is no signature', { RAMPART_PACKAGES_URL: `${packages}?hidden=1` }, 'no signature'],
    ['half a connection string', { RAMPART_STORAGE: 'hidden' }, 'is not a connection string'],
    [
      'a container with capitals',
      { RAMPART_STORAGE: 'AccountName=a', RAMPART_PACKAGES_CONTAINER: 'Hidden' },
      'RAMPART_PACKAGES_CONTAINER',
    ],
  ])('refuse %s, and do not repeat it', (_case, more, message) => {
    const read = () => readUploadSettings({ ...rampart, ...more });
    expect(read).toThrow(message);
    expect(read).not.toThrow(/hidden/i);
  });
});
