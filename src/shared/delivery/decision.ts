import type { Evidence } from '../rollout/evidence.ts';
import type { Actor } from '../rollout/vocabulary.ts';
import type { Clearing, Content, Delivery } from './delivery.ts';
import type { Observed, SeenSubmission } from './observed.ts';
import type { DraftPlan } from './plan.ts';
import type { DeliveryPhase, DeliveryReason } from './vocabulary.ts';

/** All that a decision may rest on. */
export type Situation<Seen extends Observed = Observed> = {
  readonly delivery: Delivery;
  readonly observed: Seen;
  readonly now: Date;
};

/** What is to be done at the Store. Each is done once a pass, after the delivery that says so was written. */
export type Act =
  | { readonly kind: 'clear'; readonly clearing: Clearing }
  | { readonly kind: 'create' }
  | { readonly kind: 'update'; readonly plan: DraftPlan }
  | { readonly kind: 'upload'; readonly content: Content }
  | { readonly kind: 'commit' }
  /** Deletes the delivery's own draft. */
  | { readonly kind: 'discard' };

type Common = {
  readonly reason: DeliveryReason;
  /** The decision for people; the same in journal, API, log and pages. */
  readonly sentence: string;
  readonly actor?: Actor;
};

/** What a phase hands to the next. */
export type Handed = Partial<
  Pick<
    Delivery,
    'content' | 'clearing' | 'submissionId' | 'firstOfTrack' | 'expected' | 'upload' | 'creates' | 'problem'
  >
>;

export type Decision =
  /** Only time has to pass. */
  | (Common & { readonly kind: 'wait'; readonly nextLookAt: Date; readonly escalated?: boolean })
  /** Something else has to change first, and people may have to do it. */
  | (Common & { readonly kind: 'hold'; readonly nextLookAt: Date; readonly escalated?: boolean })
  /** A phase is over, and the next begins: what it will do is written down before it is done. */
  | (Common & {
      readonly kind: 'go';
      readonly phase: DeliveryPhase;
      readonly handed?: Handed;
      readonly evidence?: readonly Evidence[];
    })
  | (Common & { readonly kind: 'act'; readonly act: Act })
  /** It comes to nothing. What was made so far is taken back, as far as it can be. */
  | (Common & { readonly kind: 'fail' })
  /** Nothing of it is left at the Store. */
  | (Common & { readonly kind: 'cancel' })
  /** The submission is published with a rollout: the automation begins. */
  | (Common & {
      readonly kind: 'handOver';
      /** It begins paused, for the reason of a problem that people have to look at. */
      readonly paused?: string;
      /** It begins with its halt, because somebody had cancelled the delivery. */
      readonly halt?: string;
      readonly escalated?: boolean;
    });

/** What became of an act. */
export type Outcome =
  | { readonly kind: 'cleared'; readonly done: boolean }
  | { readonly kind: 'created'; readonly submissionId: string }
  /** The draft as it was read after the update. */
  | { readonly kind: 'updated'; readonly plan: DraftPlan; readonly draft: SeenSubmission }
  | { readonly kind: 'uploaded'; readonly bytes: number; readonly method: 'copied' | 'streamed' | 'found' }
  | { readonly kind: 'uploading'; readonly uploadedBytes: number; readonly totalBytes: number }
  /** Other uploads are under way; nothing was done. */
  | { readonly kind: 'uploadWaits' }
  | { readonly kind: 'uploadExpired' }
  | { readonly kind: 'committed'; readonly status: string }
  | { readonly kind: 'discarded' }
  /** It cannot be; trying the very same again is of no use. */
  | {
      readonly kind: 'refused';
      readonly cause: string;
      /** A person has taken the draft over; it is theirs now. */
      readonly byOthers?: true;
    }
  /** It did not work, or nobody knows whether it did: the next pass looks, and tries again, up to `most` times. */
  | {
      readonly kind: 'failed';
      readonly cause: string;
      readonly most?: number;
      /** The Store refused this very call because of its state, so it had no effect. */
      readonly conflict?: true;
    };
