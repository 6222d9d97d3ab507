import type { Check } from './check.ts';
import type { Evidence, Sample, Test } from './evidence.ts';
import type { Policy } from './policy.ts';
import { sayEvidence } from './sentence.ts';

/** What the several kinds of checks have in common. */

/** The time and the reach that a judgement speaks of. */
export type Window = {
  /** Since when users get the candidate: every test rests on all that was measured from here on. */
  readonly since: Date;
  /** Since when the current step holds, and until when it bakes. */
  readonly stepSince: Date;
  readonly bakeEndsAt: Date;
  /** The highest percentage of the users that was offered the candidate, and what it was before the step. */
  readonly percentage: number;
  readonly percentageBefore: number;
  readonly now: Date;
};

/** All that one judgement rests on. */
export type Case = {
  readonly policy: Policy;
  readonly check: Check;
  readonly window: Window;
  /** All samples of the rollout, in the order of time, and those of them most of which lies in the step. */
  readonly samples: readonly Sample[];
  readonly own: readonly Sample[];
};

export type Finding = Pick<
  Evidence,
  'kind' | 'sentence' | 'pendingUntil' | 'candidate' | 'control' | 'harm' | 'safety'
>;

/** A wealth as it is shown and stored: JSON has no infinity. */
export const testOf = ({ log, needed }: { log: number; needed: number }): Test => ({
  eValue: Math.min(1e300, Math.exp(log)),
  needed,
});

export const isSettled = ({ source }: Check, { end }: Sample, { now }: Window): boolean =>
  end.getTime() + source.settledAfter <= now.getTime();

/** `e-value 0.21 of 1000`: how much there is of what the verdict needs. */
export const sayHarm = ({ eValue, needed }: Test): string =>
  `e-value ${sayEvidence(eValue)} of ${sayEvidence(needed)}`;
