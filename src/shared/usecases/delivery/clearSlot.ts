import type { Clearing } from '../../delivery/delivery.ts';
import { StoreNotFoundError } from '../../msstore/errors.ts';
import type { SubmissionRef } from '../../msstore/model.ts';
import { commandRollout } from '../rollout/commandRollout.ts';
import { observedRollout, refOf } from '../rollout/observe.ts';
import type { Doing } from './doing.ts';

/**
 * Removes what stands in a delivery's slot, by the right that the decision found. Whether it is gone by now; if not, the
 * next pass looks.
 */
export async function clearSlot(doing: Doing, clearing: Clearing): Promise<boolean> {
  const { ports, delivery } = doing;
  const ref = refOf({ ...delivery, submissionId: clearing.submissionId });
  if (clearing.kind === 'deletePending') return deletePending(doing, ref);
  if (clearing.rolloutId === undefined) return haltUnknown(doing, ref);
  const { kind, reason } = clearing;
  const command = { kind, reason, who: { actor: 'policy' } } as const;
  return (await commandRollout(ports, clearing.rolloutId, command, doing.log)).done;
}

async function deletePending({ ports, delivery, abortSignal }: Doing, ref: SubmissionRef): Promise<boolean> {
  try {
    await ports.publishers
      .submissionStoreOf(delivery.publisher)
      .deleteSubmission(ref, { abortSignal, once: true });
  } catch (error) {
    // Gone already is as good; whether it is, the next look at the slot says.
    if (!(error instanceof StoreNotFoundError)) throw error;
  }
  return true;
}

/** A rollout that Rampart does not automate can only be halted: nobody knows whether it may go to everyone. */
async function haltUnknown({ ports, delivery, abortSignal }: Doing, ref: SubmissionRef): Promise<boolean> {
  const store = ports.publishers.submissionStoreOf(delivery.publisher);
  return observedRollout(await store.haltPackageRollout(ref, { abortSignal })).state === 'stopped';
}
