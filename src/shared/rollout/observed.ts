/** What the Store says now, in the words that decisions need. Observed state outranks stored state. */
export type Observed =
  /** The Store could not be read in this pass. */
  | { readonly kind: 'unreadable'; readonly cause: string; readonly retryAt?: Date }
  /** The Store does not know the submission any more. */
  | { readonly kind: 'missing'; readonly cause: string }
  /** On its way to publication; `status` is the Store's own word, `problems` its errors. */
  | { readonly kind: 'unpublished'; readonly status: string; readonly problems: readonly string[] }
  | {
      readonly kind: 'published';
      readonly status: string;
      readonly rollout: ObservedRollout;
      /** The submission that the track publishes now, if it is another one. */
      readonly replacedBy?: string;
      /** The track could not be read, so nobody knows whether it publishes another one. */
      readonly trackUnread?: true;
      /** Package versions that this submission brings; read once. */
      readonly candidateVersions?: readonly string[];
      /** Package versions that only its fallback has; read once. Absent where none is known. */
      readonly controlVersions?: readonly string[];
    };

export type ObservedRollout = {
  readonly state: /** The submission went to everyone at once. */
    | 'notGradual'
    /** It is to be gradual, and the Store has not begun. */
    | 'notStarted'
    | 'inProgress'
    /** Finalized. */
    | 'complete'
    /** Halted. */
    | 'stopped'
    /** A word that Rampart does not know. */
    | 'unknown';
  readonly percentage: number;
};

/** The package rollout, once the submission is published. */
export const shownRollout = (observed: Observed): ObservedRollout | undefined =>
  observed.kind === 'published' ? observed.rollout : undefined;

/** The Store's percentages are floats; a difference that nobody can set is none. */
export const samePercentage = (a: number, b: number): boolean => Math.abs(a - b) < 0.005;

/** Whether the Store shows the raise that was asked for; nobody knows whether it keeps decimals or rounds them. */
export const showsRaise = (shown: number, before: number, intended: number): boolean =>
  samePercentage(shown, intended) || (shown > before && Math.abs(shown - intended) <= 0.5);

/** What a status of the Store means for somebody who waits for publication. */
export type Stage =
  /** Nobody has committed it. */
  | 'draft'
  /** The Store works on it. */
  | 'processing'
  | 'published'
  /** It will not be published. */
  | 'failed';

/** Statuses are ordered levels, and any may be skipped between two looks; a word not known is work going on. */
export function stageOf(status: string): Stage {
  if (status === 'Published') return 'published';
  if (status === 'Canceled' || status.endsWith('Failed')) return 'failed';
  return status === 'None' || status === 'PendingCommit' ? 'draft' : 'processing';
}
