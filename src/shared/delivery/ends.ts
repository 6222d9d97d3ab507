import { after } from '../rollout/looks.ts';
import { sayWho } from '../rollout/sentence.ts';
import type { Decision } from './decision.ts';
import { type Delivery, isOnlyOfFlight, saysDraftStays } from './delivery.ts';
import type { DeliveryReason } from './vocabulary.ts';
import { waits } from './waits.ts';

/** The decisions that end a delivery, which many phases come to. */

export const fail = (reason: DeliveryReason, sentence: string): Decision => ({
  kind: 'fail',
  reason,
  sentence,
});

type CancelWord = NonNullable<Delivery['cancel']>;

export const cancelled = (
  word: CancelWord | undefined,
  left = 'Nothing of it is left at the Store.',
): Decision => ({
  kind: 'cancel',
  reason: 'cancelled',
  sentence: `Cancelled${word ? ` on the word of ${sayWho(word)}: ${word.reason.replace(/\.$/, '')}` : ''}. ${left}`,
});

/** What was cancelled goes, unless that could break its flight. */
export function takenBack(delivery: Delivery, cancel: CancelWord, now: Date): Decision {
  if (isOnlyOfFlight(delivery)) return leftBehind(delivery, cancel, now);
  return {
    kind: 'go',
    phase: 'discarding',
    reason: 'cancelled',
    sentence: `Cancelled on the word of ${sayWho(cancel)}; submission ${delivery.submissionId} is to be deleted.`,
  };
}

/** A commit that was asked for may come through late, and what is then published must be halted, not forgotten. */
function leftBehind(delivery: Delivery, cancel: CancelWord, now: Date): Decision {
  if (!delivery.commitAsked || now.getTime() - cancel.at.getTime() >= waits.late)
    return cancelled(cancel, saysDraftStays(delivery));
  return {
    kind: 'wait',
    reason: 'cancelled',
    sentence: 'Cancelled; the commit that was asked for may still come through, and is watched for.',
    nextLookAt: after(now, waits.processing),
  };
}
