import type { Rampart } from '../api/rampart.ts';
import type { Standing } from '../api/views.ts';
import { type ExitCode, exitCodes } from '../exitCodes.ts';
import { follow } from '../follow/follow.ts';
import { type Goal, outcomeOf } from '../follow/outcome.ts';
import type { Screen } from '../show/screen.ts';
import type { World } from '../world.ts';
import { interruptible } from './context.ts';

export type Waiting = { readonly goal: Goal; readonly timeout: number; readonly every: number };
type Tools = { readonly rampart: Rampart; readonly screen: Screen; readonly world: World };

/** Shows how it goes until it has come as far as the goal, or never will. */
export async function wait(
  first: Standing,
  { goal, timeout, every }: Waiting,
  { rampart, screen, world }: Tools,
): Promise<ExitCode> {
  const meaning = `It goes on without you; watch it with: rampart watch ${first.id}`;
  const { outcome } = await interruptible(world, meaning, () =>
    follow(
      first,
      {
        look: () => rampart.look(first),
        outcomeOf: (standing) => outcomeOf(standing, goal),
        show: screen.show,
        say: screen.say,
        everyMs: every,
        timeoutMs: timeout,
      },
      world,
    ),
  );
  return outcome === 'done' ? exitCodes.done : exitCodes.otherwise;
}
