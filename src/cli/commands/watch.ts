import type { ExitCode } from '../exitCodes.ts';
import type { Goal } from '../follow/outcome.ts';
import { readSettings } from '../settings.ts';
import type { World } from '../world.ts';
import { interruptible, withRampart, withScreen } from './context.ts';
import { wait } from './wait.ts';

export type WatchOptions = {
  readonly until: Goal;
  readonly timeout: number;
  readonly every: number;
  readonly json: boolean;
};

/** `rampart watch <id>`: shows it as it changes, until it has ended or needs people. */
export async function watch(id: string, options: WatchOptions, world: World): Promise<ExitCode> {
  const settings = readSettings(world.environment);
  return await withScreen(world, options, (screen) =>
    withRampart(settings, world, async (rampart) => {
      const standing = await interruptible(world, 'It goes on without you.', () => rampart.find(id));
      return await wait(standing, { ...options, goal: options.until }, { rampart, screen, world });
    }),
  );
}
