import { expect, test } from 'vitest';
import { z } from 'zod';
import { settingsOf } from '../../demo/settings.ts';

const keysSchema = z.array(z.object({ name: z.string(), role: z.string(), key: z.string() }));
const mine = { name: 'mine', role: 'viewer', key: 'k'.repeat(32) };

test('who may call and who is told comes from the environment, and nothing else', () => {
  const settings = {
    RAMPART_KEYS: JSON.stringify([mine]),
    RAMPART_ALERT_SENDERS: '[]',
    RAMPART_CHANNELS: '[]',
    RAMPART_LINKS_KEY: 'l'.repeat(32),
  };
  const others = {
    RAMPART_PUBLISHERS: '[]',
    RAMPART_STORE_URL: 'https://manage.devcenter.microsoft.com',
    RAMPART_STORAGE: 'UseDevelopmentStorage=true',
    RAMPART_PUBLIC_URL: 'https://elsewhere.example',
    PATH: '/bin',
  };
  expect(settingsOf({ ...settings, ...others })).toEqual({ settings, namedKey: undefined });
});

test('nothing is set where nothing is said', () => {
  expect(settingsOf({ RAMPART_CHANNELS: '' })).toEqual({ settings: {}, namedKey: undefined });
});

test.each([
  [undefined, []],
  [JSON.stringify([mine]), [mine]],
])(
  'where the function key is worth something else, the run has a key of its own beside %s',
  (RAMPART_KEYS, others) => {
    const { settings, namedKey } = settingsOf({ RAMPART_FUNCTION_KEY_ROLE: 'none', RAMPART_KEYS });
    expect(settings.RAMPART_FUNCTION_KEY_ROLE).toBe('none');
    expect(keysSchema.parse(JSON.parse(settings.RAMPART_KEYS ?? ''))).toEqual([
      ...others,
      { name: 'npm start', role: 'approver', key: namedKey },
    ]);
  },
);

test.each(['{', '{}'])(
  'keys that are no list (%s) go on as they are: the host says what is wrong',
  (keys) => {
    const environment = { RAMPART_FUNCTION_KEY_ROLE: 'none', RAMPART_KEYS: keys };
    expect(settingsOf(environment)).toEqual({ settings: environment, namedKey: undefined });
  },
);
