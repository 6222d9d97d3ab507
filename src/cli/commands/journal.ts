import { entryIn } from '../api/views.ts';
import { type ExitCode, exitCodes } from '../exitCodes.ts';
import { readSettings } from '../settings.ts';
import { journalLines } from '../show/list.ts';
import { paintFor } from '../show/paint.ts';
import { widthOf } from '../show/text.ts';
import type { World } from '../world.ts';
import { interruptible, withRampart, writeJson, writeLines } from './context.ts';
import { readPages } from './pages.ts';

const pageSize = 50;

/** `rampart journal <id>`: what happened and why. */
export async function journal(
  id: string,
  { all, json }: { readonly all: boolean; readonly json: boolean },
  world: World,
): Promise<ExitCode> {
  const settings = readSettings(world.environment);
  const { items, continuationToken } = await interruptible(world, 'Nothing was changed.', () =>
    withRampart(settings, world, async (rampart) => {
      const standing = await rampart.find(id);
      return await readPages(
        (token) => rampart.journal(standing, { pageSize, continuationToken: token }),
        all,
      );
    }),
  );
  const { stdout, stderr } = world;
  if (continuationToken !== undefined) stderr.write('There are older entries: --all shows them.\n');
  if (json) {
    writeJson(world, { items, ...(continuationToken !== undefined && { continuationToken }) });
    return exitCodes.done;
  }
  writeLines(world, journalLines(items.map(entryIn), { width: widthOf(stdout), paint: paintFor(stdout) }));
  return exitCodes.done;
}
