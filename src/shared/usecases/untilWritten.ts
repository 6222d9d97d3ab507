import type { Runtime } from '../platform/runtime.ts';
import { LostRaceError } from '../state/errors.ts';
import { UnavailableError } from './errors.ts';

/** For how long what loses races is tried anew: passes are short, and few run at once. */
const triesMs = 10_000;
const longestPauseMs = 200;

/**
 * Reads and writes anew until nobody was faster.
 *
 * @param what what is being changed by many, for the sentence: "rollout"
 * @throws UnavailableError when others were faster for ten seconds on end
 */
export async function untilWritten<Result>(
  runtime: Runtime,
  what: string,
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (const end = runtime.now() + triesMs; runtime.now() < end; ) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof LostRaceError)) throw error;
      await runtime.sleep(runtime.random() * longestPauseMs);
    }
  }
  throw new UnavailableError(`The ${what} is being changed by many at once. Try again.`, 1_000);
}
