import { z } from 'zod';
import { askedPercentage, type Delivery } from '../delivery/delivery.ts';
import { askSchema } from '../delivery/request.ts';
import { hasArrived } from '../delivery/vocabulary.ts';
import { policySchema } from '../rollout/policy.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { hasEnded, whoOf } from '../rollout/vocabulary.ts';
import { optionalTime, time, viewOf } from './views.ts';

/** How deliveries look over HTTP: one page for the whole way, the rollout that follows included. */

/** After the hand-over, where the rollout stands is where all of it stands. */
const standing = (delivery: Delivery, rollout: Rollout | undefined) =>
  delivery.phase === 'handedOver' && rollout
    ? {
        phase: rollout.phase,
        percentage: rollout.percentage,
        ended: hasEnded(rollout.phase),
        sentence: rollout.decision?.sentence ?? delivery.sentence,
        ...optionalTime('nextLookAt', rollout.nextLookAt),
        ...optionalTime('endedAt', rollout.endedAt),
      }
    : {
        phase: delivery.phase,
        ended: hasArrived(delivery.phase),
        sentence: delivery.sentence,
        reason: delivery.reason,
        ...optionalTime('nextLookAt', delivery.nextLookAt),
        ...optionalTime('endedAt', delivery.endedAt),
      };

/** The list's view. */
export const deliverySummaryOf = (delivery: Delivery, rollout?: Rollout) => ({
  id: delivery.id,
  requestId: delivery.requestId,
  publisher: delivery.publisher,
  applicationId: delivery.applicationId,
  flightId: delivery.flightId,
  submissionId: delivery.submissionId,
  policyName: delivery.policy.name,
  rolloutPercentage: askedPercentage(delivery),
  ...standing(delivery, rollout),
  createdAt: time(delivery.createdAt),
  ...(delivery.rolloutId !== undefined && { rolloutId: delivery.rolloutId }),
});

/** `packages` is the files that were found; in the request it is the blobs that they lie in. */
function askedOf({ ask }: Delivery) {
  const { packages, ...rest } = z.encode(askSchema, ask);
  return { ...rest, blobs: packages };
}

export const deliveryViewOf = (delivery: Delivery, rollout?: Rollout) => ({
  ...deliverySummaryOf(delivery, rollout),
  ...askedOf(delivery),
  packages: delivery.content?.files ?? [],
  ...(delivery.expected && {
    expectedPackages: {
      kept: delivery.expected.kept,
      removed: delivery.expected.removed,
      added: delivery.expected.added,
    },
  }),
  ...(delivery.upload && { upload: delivery.upload }),
  ...(delivery.store && { store: { ...delivery.store, at: time(delivery.store.at) } }),
  ...(delivery.problem && {
    problem: {
      reason: delivery.problem.reason,
      sentence: delivery.problem.sentence,
      since: time(delivery.problem.since),
    },
  }),
  ...(delivery.cancel && {
    cancel: { ...whoOf(delivery.cancel), reason: delivery.cancel.reason, at: time(delivery.cancel.at) },
  }),
  ...(delivery.trouble && {
    trouble: {
      cause: delivery.trouble.cause,
      since: time(delivery.trouble.since),
      count: delivery.trouble.count,
    },
  }),
  ...(rollout ? { rollout: viewOf(rollout) } : { policy: z.encode(policySchema, delivery.policy) }),
});
