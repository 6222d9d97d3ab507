import { sayDuration } from '../../shared/rollout/duration.ts';
import type { Standing } from '../api/views.ts';
import { StillUnderWayError, UnavailableError } from '../errors.ts';
import type { World } from '../world.ts';
import type { Outcome } from './outcome.ts';

export type Following = {
  readonly look: () => Promise<Standing>;
  readonly outcomeOf: (standing: Standing) => Outcome;
  /** Called with each look, the first included. */
  readonly show: (standing: Standing) => void;
  readonly say: (sentence: string) => void;
  /** Between two looks, in ms. */
  readonly everyMs: number;
  /** From now on, in ms. */
  readonly timeoutMs: number;
};

/** Nobody needs to know sooner, and Rampart is not to be asked more often. */
const leastEveryMs = 200;
/** A deployment or an outage of Rampart is no reason to give up at once: the submission goes on meanwhile. */
const longestSilenceMs = 10 * 60_000;

/**
 * Looks at it until it has ended, for better or worse.
 *
 * @param first what is known already
 * @throws StillUnderWayError when the time is over, UnavailableError after ten minutes without an answer
 */
export async function follow(
  first: Standing,
  following: Following,
  { now, sleep }: Pick<World, 'now' | 'sleep'>,
): Promise<{ readonly standing: Standing; readonly outcome: 'done' | 'otherwise' }> {
  const { show, everyMs, timeoutMs } = following;
  const deadline = now() + timeoutMs;
  const look = patiently(following, now);
  let standing = first;
  for (;;) {
    show(standing);
    const outcome = following.outcomeOf(standing);
    if (outcome !== 'underWay') return { standing, outcome };
    const left = deadline - now();
    if (left <= 0) throw overdue(standing, timeoutMs);
    await sleep(Math.min(Math.max(everyMs, leastEveryMs), left));
    standing = (await look()) ?? standing;
  }
}

/** Answers undefined while Rampart cannot be reached, for as long as that may be. */
function patiently({ look, say }: Following, now: () => number): () => Promise<Standing | undefined> {
  let silentSince: number | undefined;
  return async () => {
    const asked = now();
    try {
      const standing = await look();
      if (silentSince !== undefined) say('Rampart answers again.');
      silentSince = undefined;
      return standing;
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      if (silentSince === undefined) say(`${error.message} Still trying.`);
      silentSince ??= asked;
      if (now() - silentSince >= longestSilenceMs) throw error;
      return undefined;
    }
  };
}

const overdue = ({ id, phase }: Standing, timeoutMs: number): StillUnderWayError =>
  new StillUnderWayError(
    `${sayDuration(timeoutMs)} are over, and it is still under way (${phase}). It goes on; watch it with: rampart watch ${id}`,
  );
