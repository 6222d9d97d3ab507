import type { Evidence } from './evidence.ts';
import type { Observed } from './observed.ts';
import type { Reason } from './reason.ts';
import type { Intent, Rollout } from './rollout.ts';
import type { Who } from './vocabulary.ts';

/** All that a decision may rest on. Values in, a decision out: no clock, no randomness, no I/O. */
export type Situation = {
  readonly rollout: Rollout;
  readonly observed: Observed;
  readonly evidence: readonly Evidence[];
  readonly now: Date;
};

type Common = {
  /** A decision is journaled when kind or reason change. */
  readonly reason: Reason;
  /** The decision for people, with its numbers; the same in journal, API, log and pages. */
  readonly sentence: string;
};

type Goes = Common & {
  readonly nextLookAt: Date;
  /** What people must be told now, beyond the journal. */
  readonly escalation?: Escalation;
};

/** What people are told of. */
export type Escalation =
  /** These checks are silent for long. */
  | { readonly of: 'unmeasured'; readonly checks: readonly string[] }
  /** The Store does not confirm a halt or a finalize. */
  | { readonly of: 'intent' }
  /** The Store cannot be read. */
  | { readonly of: 'store' }
  /** Raises do not come through. */
  | { readonly of: 'raise' }
  /** A pause should have ended by now. */
  | { readonly of: 'pause' }
  /** An alert holds for long. */
  | { readonly of: 'alert' };

/** How the Store's own state moved without Rampart. */
export type Adoption =
  /** The Store published the submission, and its rollout is in progress. */
  | {
      readonly change: 'published';
      readonly percentage: number;
      readonly candidateVersions: readonly string[];
      readonly controlVersions?: readonly string[];
    }
  /** The Store confirms an intent that was carried out earlier. */
  | { readonly change: 'confirmed'; readonly intent: Intent; readonly percentage: number }
  | { readonly change: 'raised'; readonly percentage: number }
  /** Somebody lowered it: that is taken as a cap. */
  | { readonly change: 'lowered'; readonly percentage: number }
  | { readonly change: 'halted' }
  | { readonly change: 'finalized' };

export type Decision =
  | (Goes & { readonly kind: 'wait' })
  | (Goes & { readonly kind: 'hold' })
  | (Goes & { readonly kind: 'raise'; readonly percentage: number; readonly step: number })
  | (Goes & Who & { readonly kind: 'halt' })
  | (Goes & Who & { readonly kind: 'finalize' })
  | (Goes & Who & { readonly kind: 'adopt'; readonly adoption: Adoption })
  | (Common & Who & { readonly kind: 'fail' });

/** One question of a pass: it answers with a decision, or leaves it to the next gate. */
export type Gate = (situation: Situation) => Decision | undefined;
