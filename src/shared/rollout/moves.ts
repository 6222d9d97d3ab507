import type { Intent, Rollout } from './rollout.ts';
import { stepReached } from './rollout.ts';
import { moveTo } from './transitions.ts';
import type { EndedPhase } from './vocabulary.ts';

/** The few ways in which a rollout itself changes. Everything that happens is one of these. */

const without = <Key extends keyof Rollout>(rollout: Rollout, ...keys: readonly Key[]): Rollout => {
  const rest = { ...rollout };
  for (const key of keys) delete rest[key];
  return rest;
};

export const dropIntent = (rollout: Rollout): Rollout => without(rollout, 'intent');
export const dropFailedRaises = (rollout: Rollout): Rollout => without(rollout, 'failedRaises');
export const dropPause = (rollout: Rollout): Rollout => without(rollout, 'pause');
export const dropAlertHolds = (rollout: Rollout): Rollout => ({ ...rollout, alertHolds: [] });
export const dropCap = (rollout: Rollout): Rollout => without(rollout, 'cap');

/** The Store shows this percentage: a step begins, with its bake anew; the tests go on from where the rollout began. */
export function enter(
  rollout: Rollout,
  percentage: number,
  now: Date,
  step = stepReached(rollout.policy, percentage),
): Rollout {
  return {
    ...without(rollout, 'intent', 'failedRaises'),
    approvals: [],
    phase: moveTo(rollout.phase, 'ramping'),
    percentage,
    reached: Math.max(rollout.reached, percentage),
    percentageBefore: rollout.percentage,
    step,
    stepSince: now,
    rampingSince: rollout.rampingSince ?? now,
    shown: [...rollout.shown, { percentage, since: now }],
    evidence: [],
    unmeasured: {},
  };
}

/** A change of the Store is about to be tried. */
export function intend(rollout: Rollout, intent: Intent): Rollout {
  const phase = { raise: 'ramping', halt: 'halting', finalize: 'finalizing' } as const;
  return { ...rollout, phase: moveTo(rollout.phase, phase[intent.kind]), intent };
}

export function end(rollout: Rollout, phase: EndedPhase, now: Date): Rollout {
  const percentage = { completed: 100, halted: 0, failed: rollout.percentage }[phase];
  return {
    ...without(rollout, 'intent', 'nextLookAt'),
    phase: moveTo(rollout.phase, phase),
    percentage,
    endedAt: now,
  };
}

/** The Store shows what was intended; of a raise, perhaps rounded, which is the same step. */
export function confirm(rollout: Rollout, intent: Intent, shown: number, now: Date): Rollout {
  switch (intent.kind) {
    case 'raise':
      return enter(rollout, shown, now, intent.step);
    case 'halt':
      return end(rollout, 'halted', now);
    case 'finalize':
      return end(rollout, 'completed', now);
  }
}
