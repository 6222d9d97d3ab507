import type { Decision, Situation } from './decision.ts';
import type { Delivery } from './delivery.ts';
import * as draft from './draftGates.ts';
import { cancelled, fail } from './ends.ts';
import type { Observed } from './observed.ts';
import * as publication from './publicationGates.ts';
import * as slot from './slotGates.ts';
import { isTrouble, nextTry } from './waits.ts';

/** A phase that was read for in another way, or that has ended: a mistake of this program. */
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
    case 'trackMissing':
      return trackMissing(delivery, observed.cause, now);
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

/** The gateway has been seen to answer 404 without a reason, so it is asked a few times, while nothing is lost by it. */
const mostMissing = 3;

function trackMissing(delivery: Delivery, cause: string, now: Date): Decision {
  const unread = unreadable(delivery, { kind: 'unreadable', cause }, now);
  const { trouble } = delivery;
  const asked = trouble?.cause === unread.sentence ? (trouble.repeats ?? 1) + 1 : 1;
  return delivery.phase === 'checking' && unread.kind === 'wait' && asked >= mostMissing
    ? fail('noSuchTrack', `The Store knows no such track: ${cause}.`)
    : unread;
}

/** Nothing was made yet, so there is nothing to be read before it ends. */
const hasNothing = ({ phase, creates }: Delivery): boolean =>
  phase === 'checking' || phase === 'clearing' || (phase === 'creating' && creates === 0);

function unreadable(
  delivery: Delivery,
  { cause, retryAt }: Extract<Observed, { kind: 'unreadable' }>,
  now: Date,
): Decision {
  const { cancel, trouble } = delivery;
  if (cancel && hasNothing(delivery)) return cancelled(cancel);
  return {
    kind: 'wait',
    reason: 'storeUnreadable',
    sentence: `It could not be read how things stand: ${cause}. Nothing is done until it can.`,
    nextLookAt: retryAt ?? nextTry(now, (trouble?.count ?? 0) + 1),
    escalated: isTrouble(trouble, now),
  };
}
