import { openApi } from '../api/client.ts';
import { type Rampart, rampartOver } from '../api/rampart.ts';
import { InterruptedError } from '../errors.ts';
import type { ExitCode } from '../exitCodes.ts';
import type { Settings } from '../settings.ts';
import { openScreen, type Screen, type ScreenOptions } from '../show/screen.ts';
import type { World } from '../world.ts';

/** Does something with Rampart's API, and closes its connections afterwards. */
export async function withRampart<T>(
  settings: Settings,
  world: World,
  action: (rampart: Rampart) => Promise<T>,
): Promise<T> {
  const api = openApi(settings, world);
  try {
    return await action(rampartOver(api));
  } finally {
    await api.close();
  }
}

/** Shows on a screen how something goes, to its end or to the error that takes its place. */
export async function withScreen(
  world: World,
  options: ScreenOptions,
  action: (screen: Screen) => Promise<ExitCode>,
): Promise<ExitCode> {
  const screen = openScreen(world, options);
  try {
    const code = await action(screen);
    screen.finish();
    return code;
  } finally {
    screen.release();
  }
}

/** Does something that a person may interrupt, and then says what that means. @throws InterruptedError */
export async function interruptible<T>(
  { interrupted }: Pick<World, 'interrupted'>,
  meaning: string,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!interrupted.aborted || error instanceof InterruptedError) throw error;
    throw new InterruptedError(`Interrupted. ${meaning}`);
  }
}

/** Writes one JSON document. */
export const writeJson = ({ stdout }: Pick<World, 'stdout'>, document: unknown): void =>
  void stdout.write(`${JSON.stringify(document, null, 2)}\n`);

/** Writes lines for people. */
export const writeLines = ({ stdout }: Pick<World, 'stdout'>, lines: readonly string[]): void =>
  void stdout.write(lines.map((line) => `${line}\n`).join(''));
