import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** The app settings: what an app reads from its environment and its bindings from `%NAME%`. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** A setting that something refers to is missing or unusable: an operator sets it. */
export class SettingError extends Error {
  override name = 'SettingError';
}

const localSettingsSchema = z.object({
  Values: z.record(z.string(), z.coerce.string()).default({}),
});

/** The `Values` of `local.settings.json`, if there is one, under the process environment, which wins. */
export async function loadSettings(appRoot: string, environment: Settings): Promise<Settings> {
  const text = await readIfPresent(path.join(appRoot, 'local.settings.json'));
  if (text === undefined) return { ...environment };
  return { ...localSettingsSchema.parse(JSON.parse(text)).Values, ...environment };
}

/** Replaces each `%NAME%` by the setting of that name. */
export function expandSettings(text: string, settings: Settings): string {
  return text.replaceAll(/%([^%]+)%/g, (_match, name: string) => {
    const value = settings[name];
    if (value === undefined) throw new SettingError(`"%${name}%" does not resolve to an app setting`);
    return value;
  });
}

/** Whether `AzureWebJobs.<name>.Disabled` (or with `__`, where a dot cannot be set) switches a function off. */
export function isDisabled(functionName: string, settings: Settings): boolean {
  const value =
    settings[`AzureWebJobs.${functionName}.Disabled`] ?? settings[`AzureWebJobs__${functionName}__Disabled`];
  return value === '1' || value?.toLowerCase() === 'true';
}

/** The connection string that a binding names; an empty name means the app's own storage. */
export function connectionString(name: string, settings: Settings): string {
  const value = settings[`AzureWebJobs${name || 'Storage'}`] ?? settings[name];
  if (value) return value;
  throw new SettingError(
    `No connection string in the setting "${name || 'AzureWebJobsStorage'}"; this host knows no managed identity`,
  );
}

/** Reads a text file; a missing one is undefined. */
export async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
