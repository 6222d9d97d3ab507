import { glob } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { readIfPresent } from './settings.ts';

const packageSchema = z.object({ main: z.string() });

/** The app cannot be loaded; `cause` is what its own code threw. */
export class EntryError extends Error {
  override name = 'EntryError';
}

/** Imports what `main` of the app's package.json names, one file or a pattern, as the worker does. */
export async function importEntry(appRoot: string): Promise<void> {
  const main = await readMain(appRoot);
  const files = (await Array.fromAsync(glob(main, { cwd: appRoot }))).sort();
  if (files.length === 0) throw new EntryError(`No file matches "main": "${main}" of package.json`);
  for (const file of files) {
    try {
      await import(pathToFileURL(path.join(appRoot, file)).href);
    } catch (cause) {
      throw new EntryError(`The host was unable to load the entry point "${file}"`, { cause });
    }
  }
}

async function readMain(appRoot: string): Promise<string> {
  const text = await readIfPresent(path.join(appRoot, 'package.json'));
  const parsed = packageSchema.safeParse(text && JSON.parse(text));
  if (!parsed.success) throw new EntryError('The app has no package.json with a "main"');
  return parsed.data.main;
}
