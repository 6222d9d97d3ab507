import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { readDocument, UsageError } from '../../src/tools/input.ts';
import { type Disturbance, disturbanceSchema, type Planned } from './engine/disturbance.ts';

/** Of so many kinds, none is nearest to what is none of them: only that is said. */
const planned = z.unknown().transform((value, context): Disturbance => {
  const found = disturbanceSchema.safeParse(value);
  if (found.success) return found.data;
  context.addIssue('is no disturbance that there is');
  return z.NEVER;
});

/** A run as a file: the seed, from which the scene comes, and what is to disturb it. */
const replaySchema = z.object({
  seed: z.string(),
  schedule: z.array(z.object({ at: z.string(), do: planned })),
});
export type Replay = { readonly seed: string; readonly schedule: readonly Planned[] };

/** @throws UsageError if there is no such file, or it holds no schedule */
export async function readReplay(file: string): Promise<Replay> {
  try {
    return await readDocument(file, replaySchema);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message} --replay takes a file that an earlier run saved.`, {
      cause: error,
    });
  }
}

export async function saveReplay(file: string, { seed, schedule }: Replay): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ seed, schedule }, undefined, 2)}\n`);
}
