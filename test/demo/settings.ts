import { randomBytes } from 'node:crypto';
import type { SettingName } from '../../src/shared/settings/names.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Who may call and who is told: what the run takes from the environment. Its other settings are its own. */
const passedOn: readonly SettingName[] = [
  'RAMPART_KEYS',
  'RAMPART_FUNCTION_KEY_ROLE',
  'RAMPART_ALERT_SENDERS',
  'RAMPART_CHANNELS',
  'RAMPART_LINKS_KEY',
];

export type DemoSettings = {
  readonly settings: Readonly<Record<string, string>>;
  /** With it the run itself may do what it does, whatever the function key alone is worth. */
  readonly namedKey: string | undefined;
};

/** The settings of the environment for the host of this run. */
export function settingsOf(environment: Environment): DemoSettings {
  const settings = Object.fromEntries(
    passedOn.flatMap((name) => {
      const value = environment[name];
      return value ? [[name, value]] : [];
    }),
  );
  if (!settings.RAMPART_FUNCTION_KEY_ROLE) return { settings, namedKey: undefined };
  const key = `demo-${randomBytes(24).toString('hex')}`;
  const RAMPART_KEYS = withKey(settings.RAMPART_KEYS ?? '[]', { name: 'npm start', role: 'approver', key });
  return RAMPART_KEYS === undefined
    ? { settings, namedKey: undefined }
    : { settings: { ...settings, RAMPART_KEYS }, namedKey: key };
}

/** Undefined for what is no list: the host says what is wrong with it. */
function withKey(text: string, key: object): string | undefined {
  const keys = listIn(text);
  return keys && JSON.stringify([...keys, key]);
}

function listIn(text: string): unknown[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : undefined;
  } catch {
    return undefined;
  }
}
