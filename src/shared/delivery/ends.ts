import type { Decision } from './decision.ts';
import { type Delivery, isOnlyOfFlight, saysDraftStays } from './delivery.ts';
import type { DeliveryReason } from './vocabulary.ts';

/** The decisions that end a delivery, which many phases come to. */

export const fail = (reason: DeliveryReason, sentence: string): Decision => ({
  kind: 'fail',
  reason,
  sentence,
});

export const cancelled = (why: string, left = 'Nothing of it is left at the Store.'): Decision => ({
  kind: 'cancel',
  reason: 'cancelled',
  sentence: `Cancelled by an operator’s word: ${why.replace(/\.$/, '')}. ${left}`,
});

/** What was cancelled goes, unless that could break its flight. */
export function takenBack(delivery: Delivery, why: string): Decision {
  if (isOnlyOfFlight(delivery)) return cancelled(why, saysDraftStays(delivery));
  return {
    kind: 'go',
    phase: 'discarding',
    reason: 'cancelled',
    sentence: `Cancelled by an operator’s word; submission ${delivery.submissionId} is to be deleted.`,
  };
}
