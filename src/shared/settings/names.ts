import { closestMatch } from 'leven';

/**
 * The names that are read from the environment. `Environment` has no others, so that a setting which is not listed here
 * cannot be read.
 */

/** Rampart's own. */
export const settingNames = [
  'RAMPART_PUBLISHERS',
  'RAMPART_STORAGE',
  'RAMPART_STORAGE__accountName',
  'RAMPART_STORAGE__tableServiceUri',
  'RAMPART_STORAGE__blobServiceUri',
  'RAMPART_STORAGE__clientId',
  'RAMPART_PACKAGES_CONTAINER',
  'RAMPART_POLL_SCHEDULE',
  'RAMPART_SUBMISSION_SCHEDULE',
  'RAMPART_STORE_REQUESTS_PER_MINUTE',
  'RAMPART_KEYS',
  'RAMPART_FUNCTION_KEY_ROLE',
  'RAMPART_ALERT_SENDERS',
  'RAMPART_CHANNELS',
  'RAMPART_LINKS_KEY',
  'RAMPART_PUBLIC_URL',
  'RAMPART_STORE_URL',
  'RAMPART_AUTHORITY',
] as const;
export type SettingName = (typeof settingNames)[number];

/** What the platform sets, or needs itself. */
type PlatformSettingName =
  | 'AzureWebJobsStorage'
  | `AzureWebJobsStorage__${'accountName' | 'tableServiceUri' | 'blobServiceUri' | 'queueServiceUri' | 'clientId'}`
  | 'WEBSITE_HOSTNAME'
  | 'WEBSITE_AUTH_ENABLED';

/** What the command line reads besides. It stands in the same environment on a developer's machine. */
export const commandLineNames = [
  'RAMPART_URL',
  'RAMPART_KEY',
  'RAMPART_NAMED_KEY',
  'RAMPART_PACKAGES_URL',
] as const;
export type CommandLineName = SettingName | (typeof commandLineNames)[number];

/** The environment as `config.ts` reads it. */
export type Environment = Readonly<Partial<Record<SettingName | PlatformSettingName, string | undefined>>>;

/** In edits. Any two names are further apart, so that no version takes the setting of another one for a slip. */
export const farthestSlip = 2;

/**
 * A misspelt name would be a setting that does nothing. Only what is near a known name is refused: after a rollback an
 * older version has to start with the settings of a newer one.
 */
export function refuseMisspeltNames(environment: Environment, problems: string[]): void {
  const known: readonly string[] = [...settingNames, ...commandLineNames];
  for (const [name, value] of Object.entries(environment)) {
    if (!value || !name.startsWith('RAMPART_') || known.includes(name)) continue;
    const nearest = nearestSetting(name);
    if (nearest !== undefined) problems.push(`${name} is no setting; did you mean ${nearest}?`);
  }
}

/** Capitals count in a name, but wrong ones are not many slips. */
function nearestSetting(name: string): SettingName | undefined {
  const inCapitals = settingNames.map((each) => each.toUpperCase());
  const nearest = closestMatch(name.toUpperCase(), inCapitals, { maxDistance: farthestSlip });
  return settingNames.find((each) => each.toUpperCase() === nearest);
}
