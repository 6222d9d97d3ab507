/**
 * The words of deliveries, beside those of rollouts.
 *
 * delivery   the carrying of one package to a published submission: what POST /api/submissions starts
 * request    what a publisher asks for: the packages, the track, the policy, and what may be done on the way
 * slot       the one place of a track for a pending submission; an unfinished rollout blocks it as well
 * obstacle   what stands in the slot
 * draft      a submission that is not committed yet
 */

/** Where a delivery stands. Each phase that changes the Store is written down before the Store is called. */
export const deliveryPhases = [
  /** The packages are examined, and what stands in the track's slot. Nothing was changed yet. */
  'checking',
  /** What stands in the slot is removed, as the request and the policy allow. */
  'clearing',
  /** The Store is asked for a draft. */
  'creating',
  /** The draft gets its packages, its rollout and the rest. */
  'updating',
  /** The packages go to the place that the Store named for them. */
  'uploading',
  /** The draft's upload URL is of no use any more: the draft is deleted, and made anew. */
  'renewing',
  /** The draft, read again and found to be what was asked for, is handed to the Store. */
  'committing',
  /** The Store processes, certifies and publishes the submission. */
  'awaitingPublication',
  /** The Store has something else than was asked for, and only people can take it back. */
  'failing',
  /** The draft is deleted, because somebody cancelled or because the delivery failed. */
  'discarding',
  /** The submission is published, and its rollout, proven to be as asked, has gone over to its policy. */
  'handedOver',
  /** Somebody cancelled, and nothing of it is left at the Store. */
  'cancelled',
  /** It came to nothing; the problem says why. */
  'failed',
] as const;
export type DeliveryPhase = (typeof deliveryPhases)[number];

/** The most packages that a submission may have on one track. */
export const mostPackages = 25;

/** The phases after which nothing follows in a delivery. */
export const hasArrived = (phase: DeliveryPhase): boolean =>
  phase === 'handedOver' || phase === 'cancelled' || phase === 'failed';

/** Why a delivery fails, waits or holds, in one word. */
export const deliveryReasons = [
  'storeUnreadable',
  'noSuchTrack',
  'wrongPackages',
  'portalDraft',
  'pendingDraft',
  'failedSubmission',
  'inCertification',
  'unfinishedRollout',
  'refused',
  'changedByOthers',
  'takenOver',
  'submissionMissing',
  'uploadExpired',
  'retrying',
  'inProcess',
  'awaitingPublish',
  'stuck',
  'commitLost',
  'submissionFailed',
  'packagesDiffer',
  'rolloutDiffers',
  'optionsDiffer',
  'notGradual',
  'rolloutNotStarted',
  'cancelLate',
  'going',
  'published',
  'cancelled',
] as const;
export type DeliveryReason = (typeof deliveryReasons)[number];
