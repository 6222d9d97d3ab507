import type { Decision, Situation } from './decision.ts';
import type { Delivery } from './delivery.ts';
import * as draft from './draftGates.ts';
import type { Observed } from './observed.ts';
import * as publication from './publicationGates.ts';
import * as slot from './slotGates.ts';
import { isTrouble, nextTry } from './waits.ts';

/** The phases that end, or have ended, in another one; nothing is left to decide in them. */
class NothingToDecideError extends Error {
  override readonly name = 'NothingToDecideError';

  constructor({ phase }: Delivery, { kind }: Observed) {
    super(`A delivery in the phase ${phase} has nothing to decide on "${kind}".`);
  }
}

/**
 * What to do with a delivery that has not ended, given what was read in this pass.
 *
 * @param observed what the phase needs to know: see `observeDelivery`
 */
export function decide(delivery: Delivery, observed: Observed, now: Date): Decision {
  const situation: Situation = { delivery, observed, now };
  switch (observed.kind) {
    case 'unreadable':
      return unreadable(delivery, observed, now);
    case 'start':
      return slot.checking({ ...situation, observed });
    case 'slot':
      return delivery.phase === 'clearing'
        ? slot.clearing({ ...situation, observed })
        : slot.creating({ ...situation, observed });
    case 'missing':
      return draft.draftMissing(situation, observed.cause);
    case 'submission':
      return onSubmission({ ...situation, observed });
  }
}

function onSubmission(situation: Situation<Extract<Observed, { kind: 'submission' }>>): Decision {
  const { delivery, observed } = situation;
  switch (delivery.phase) {
    case 'updating':
      return draft.updating(situation);
    case 'uploading':
      return draft.uploading(situation);
    case 'renewing':
      return draft.renewing(situation);
    case 'committing':
      return draft.committing(situation);
    case 'discarding':
      return draft.discarding(situation);
    case 'awaitingPublication':
      return publication.awaitingPublication(situation);
    case 'failing':
      return publication.failing(situation);
    case 'checking':
    case 'clearing':
    case 'creating':
    case 'handedOver':
    case 'cancelled':
    case 'failed':
      throw new NothingToDecideError(delivery, observed);
  }
}

function unreadable(
  { trouble }: Delivery,
  { cause, retryAt }: Extract<Observed, { kind: 'unreadable' }>,
  now: Date,
): Decision {
  return {
    kind: 'wait',
    reason: 'storeUnreadable',
    sentence: `It could not be read how things stand: ${cause}. Nothing is done until it can.`,
    nextLookAt: retryAt ?? nextTry(now, (trouble?.count ?? 0) + 1),
    escalated: isTrouble(trouble, now),
  };
}
