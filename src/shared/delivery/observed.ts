import type { Evidence } from '../rollout/evidence.ts';
import type { ObservedRollout } from '../rollout/observed.ts';
import type { Phase } from '../rollout/vocabulary.ts';
import type { Content } from './delivery.ts';

/** What a pass reads before it decides, in the words that decisions need. Which of them is read depends on the phase. */
export type Observed =
  /** The Store, or the container, could not be read in this pass. */
  | { readonly kind: 'unreadable'; readonly cause: string; readonly retryAt?: Date }
  /** The Store knows no such application or flight. */
  | { readonly kind: 'trackMissing'; readonly cause: string }
  | { readonly kind: 'start'; readonly content: ContentFinding; readonly slot: Slot }
  | { readonly kind: 'slot'; readonly slot: Slot }
  | { readonly kind: 'submission'; readonly submission: SeenSubmission }
  /** The Store does not know the submission any more. */
  | { readonly kind: 'missing'; readonly cause: string };

/** What the examination of the blobs came to. */
export type ContentFinding =
  | { readonly kind: 'good'; readonly content: Content }
  | { readonly kind: 'bad'; readonly mistakes: readonly string[] };

/** What stands on the track. */
export type Slot = {
  readonly published?: PublishedSubmission | undefined;
  readonly pending?: SeenSubmission | undefined;
};

export type PublishedSubmission = {
  readonly submissionId: string;
  readonly rollout: ObservedRollout;
  /** What a draft made from it inherits. */
  readonly packages: readonly SeenPackage[];
  /** The automation of its rollout, with what its checks said in this very pass. */
  readonly automation?: Automation | undefined;
};

export type Automation = {
  readonly rolloutId: string;
  readonly phase: Phase;
  readonly paused: boolean;
  /** The percentage that a person capped it at, if one did. */
  readonly cap?: number | undefined;
  /** Whether it still needs a person's approval to be given to everyone. */
  readonly awaitsApproval?: boolean | undefined;
  readonly evidence: readonly Evidence[];
};

export type SeenPackage = { readonly id: string; readonly fileName: string; readonly fileStatus: string };
type Detail = { readonly code: string; readonly details: string };

/** A submission as the Store shows it now. */
export type SeenSubmission = {
  readonly submissionId: string;
  /** The Store's own word. */
  readonly status: string;
  readonly errors: readonly Detail[];
  readonly warnings: readonly Detail[];
  readonly certificationReports: readonly { readonly date: string; readonly reportUrl: string }[];
  readonly packages: readonly SeenPackage[];
  /** Absent where it shows none. Once it is published, this is what the rollout's own resource says. */
  readonly rollout: { readonly enabled: boolean; readonly percentage: number } | undefined;
  /** The state of that rollout, once it is published. */
  readonly rolloutState?: ObservedRollout['state'] | undefined;
  readonly publishMode: string | undefined;
  readonly publishDate: string | undefined;
  readonly mandatory: { readonly from: string | undefined } | undefined;
  readonly notes: string | undefined;
  /** Whether the Store gave a place to upload to: what people made in Partner Center has none. */
  readonly madeByApi: boolean;
};
