import type { TestProject } from 'vitest/node';
import { startAzurite } from './azurite.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The storage emulator that the test files of one project share; each file uses names of its own in it. */
    azurite: { connectionString: string };
  }
}

/** Vitest's global setup: one storage emulator for a project's whole run. Read it with `inject('azurite')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const azurite = await startAzurite();
  project.provide('azurite', { connectionString: azurite.connectionString });
  return azurite.stop;
}
