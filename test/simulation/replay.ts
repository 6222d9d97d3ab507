import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

import { disturbanceSchema, type Planned } from './engine/disturbance.ts';

/** A run as a file: the seed, from which the scene comes, and what is to disturb it. */
const replaySchema = z.object({
  seed: z.string(),
  schedule: z.array(z.object({ at: z.string(), do: disturbanceSchema })),
});
export type Replay = { readonly seed: string; readonly schedule: readonly Planned[] };

export async function readReplay(file: string): Promise<Replay> {
  return replaySchema.parse(JSON.parse(await readFile(file, 'utf8')));
}

export async function saveReplay(file: string, { seed, schedule }: Replay): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ seed, schedule }, undefined, 2)}\n`);
}
