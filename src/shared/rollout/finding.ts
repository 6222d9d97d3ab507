import { type Check, discountOf, minimumExposureOf } from './check.ts';
import type { Evidence, Sample, Test } from './evidence.ts';
import { errorOf, inDoubt } from './falseHaltBudget.ts';
import { confidenceOf, type Policy } from './policy.ts';
import type { Shown } from './rollout.ts';
import { sayCount, sayEvidence } from './sentence.ts';
import type { Terms, Verge } from './sequentialTest.ts';
import type { EvidenceKind } from './vocabulary.ts';

/** What the several kinds of checks have in common. */

/** The time and the reach that a judgement speaks of. */
export type Window = {
  /** Since when users get the candidate: every test rests on all that was measured from here on. */
  readonly since: Date;
  /** Since when the current step holds, and until when it bakes. */
  readonly stepSince: Date;
  readonly bakeEndsAt: Date;
  /** The highest percentage of the users that may have been offered the candidate, and what it was before the step. */
  readonly percentage: number;
  readonly percentageBefore: number;
  /** Each percentage that was shown, in the order of time. */
  readonly shown: readonly Shown[];
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
export const testOf = ({ log, needed }: Verge): Test => ({
  eValue: Math.min(1e300, Math.exp(log)),
  needed: Math.min(1e300, needed),
});

/** What a test and its circumstances come to. */
export type Verdict = {
  readonly kind: EvidenceKind;
  /** A sentence that takes the place of the numbers. */
  readonly instead?: string;
  /** What is to be said behind the numbers. */
  readonly remark?: string;
};

type Circumstances = {
  /** Why nobody can tell, if nobody can. */
  readonly silence?: string | undefined;
  /** What the step lacks before anything can be said for it. */
  readonly missing?: string | undefined;
  /** Whether the numbers are beyond what is wanted, perhaps by chance. */
  readonly isBeyond?: boolean;
};

/** Bad is bad at once. Good must be shown by the step itself, with nothing that points the other way. */
export function verdictOf(
  { log, needed }: Verge,
  { silence, missing, isBeyond = false }: Circumstances,
): Verdict {
  if (log >= Math.log(needed)) return { kind: 'bad' };
  if (silence !== undefined) return { kind: 'unmeasured', instead: silence };
  if (missing !== undefined) return { kind: 'inconclusive', instead: missing };
  if (inDoubt(log, needed)) return { kind: 'inconclusive', remark: 'too much to raise on' };
  return { kind: isBeyond ? 'inconclusive' : 'good' };
}

/** The sentence of a verdict on these numbers. */
export const sentenceOf = ({ instead, remark }: Verdict, says: string, harm: Test): string =>
  instead ?? [says, sayHarm(harm), remark].filter((part) => part !== undefined).join('; ');

export function missingExposure(check: Check, shown: number): string | undefined {
  const needed = Math.max(1, minimumExposureOf(check));
  return shown < needed
    ? `${sayCount(shown)} of the ${needed} settled exposures that a step needs`
    : undefined;
}

export const termsOf = ({ policy, check }: Pick<Case, 'policy' | 'check'>): Terms => ({
  falseHarm: errorOf(policy, check),
  falseSafety: 1 - confidenceOf(policy),
  discount: discountOf(check),
});

export const isSettled = ({ source }: Check, { end }: Sample, { now }: Window): boolean =>
  end.getTime() + source.settledAfter <= now.getTime();

/** `e-value 0.21 of 1000`: how much there is of what the verdict needs. */
const sayHarm = ({ eValue, needed }: Test): string =>
  `e-value ${sayEvidence(eValue)} of ${sayEvidence(needed)}`;
