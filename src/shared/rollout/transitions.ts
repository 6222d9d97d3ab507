import type { Phase } from './vocabulary.ts';

/**
 * Every move between phases that can happen. A halt is a door that opens one way: from `halting` no path leads back to
 * `ramping` or `finalizing`.
 */
const allowed: Record<Phase, readonly Phase[]> = {
  awaitingPublication: ['ramping', 'halting', 'halted', 'completed', 'failed'],
  ramping: ['finalizing', 'halting', 'halted', 'completed', 'failed'],
  finalizing: ['halting', 'halted', 'completed', 'failed'],
  /** `completed` from here means that the halt came too late: somebody had finalized. */
  halting: ['halted', 'completed', 'failed'],
  completed: [],
  halted: [],
  failed: [],
};

export const mayMove = (from: Phase, to: Phase): boolean => from === to || allowed[from].includes(to);

/** A move that no rule allows is a mistake of this program, never of its input. */
export class ForbiddenTransitionError extends Error {
  override readonly name = 'ForbiddenTransitionError';

  constructor(from: Phase, to: Phase) {
    super(`A rollout cannot go from ${from} to ${to}.`);
  }
}

export function moveTo(from: Phase, to: Phase): Phase {
  if (!mayMove(from, to)) throw new ForbiddenTransitionError(from, to);
  return to;
}
