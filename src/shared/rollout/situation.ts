import type { Decision, Situation } from './decision.ts';
import type { Evidence } from './evidence.ts';
import { after, earliest, looks } from './looks.ts';
import type { Reason } from './reason.ts';
import type { Rollout } from './rollout.ts';
import { sayList, sayPercentage } from './sentence.ts';

/** What several gates ask of a situation, and say of it. */

/** The next look while nothing moves, or earlier if something is known to come. */
export const nextLook = ({ evidence, now }: Situation, ...others: (Date | undefined)[]): Date =>
  earliest(after(now, looks.ramping), ...others, ...evidence.map(({ pendingUntil }) => pendingUntil));

export const says = (evidence: readonly Evidence[]): string =>
  sayList(evidence.map(({ check, sentence }) => `${check}: ${sentence}`));

export const at = ({ percentage }: Rollout): string => `at ${sayPercentage(percentage)}`;

export const hold = (situation: Situation, reason: Reason, sentence: string): Decision => ({
  kind: 'hold',
  reason,
  sentence,
  nextLookAt: nextLook(situation),
});
