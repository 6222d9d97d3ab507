import type { Standing } from '../api/views.ts';
import { type ExitCode, exitCodes } from '../exitCodes.ts';

/** How far to wait. */
export const goals = [
  /** Until the Store has published it, and its rollout goes on by itself. */
  'published',
  /** Until the rollout has ended. */
  'finished',
] as const;
export type Goal = (typeof goals)[number];

/** What has come of it: `otherwise` is every end but the one that was asked for. */
export type Outcome = 'underWay' | 'done' | 'otherwise';

/** Phases in which the Store gives the build to users, as asked. */
const published: ReadonlySet<string> = new Set(['ramping', 'finalizing', 'completed']);
/** Phases that do not lead to what was asked for. `failing` waits for people: it may stay so for ever. */
const lost: ReadonlySet<string> = new Set([
  'failing',
  'failed',
  'discarding',
  'cancelled',
  'halting',
  'halted',
]);
/** Lost, and something is still being done about it. */
const losing: ReadonlySet<string> = new Set(['discarding', 'halting']);

/** What a phase means for somebody who waits; one that is unknown here is under way until it has ended. */
export function outcomeOf({ phase, ended }: Pick<Standing, 'phase' | 'ended'>, goal: Goal): Outcome {
  if (phase === 'completed') return 'done';
  // The submission has ended, and its rollout goes on where this view does not show it.
  if (phase === 'handedOver') return goal === 'published' ? 'done' : 'underWay';
  if (lost.has(phase)) return ended || !losing.has(phase) || goal === 'published' ? 'otherwise' : 'underWay';
  if (ended) return 'otherwise';
  return goal === 'published' && published.has(phase) ? 'done' : 'underWay';
}

/** The exit code of somebody who only asks how it stands, or does not wait. */
export const exitCodeOf = (outcome: Outcome): ExitCode =>
  outcome === 'otherwise' ? exitCodes.otherwise : exitCodes.done;
