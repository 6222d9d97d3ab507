import { type Who, whoOf } from '../rollout/vocabulary.ts';
import { type Delivery, type DeliveryChange, withEntries } from './delivery.ts';
import { hasArrived } from './vocabulary.ts';

/** Somebody's word to cancel. */
export type Cancel = { readonly who: Who; readonly reason: string };

type CancelAnswer =
  | { readonly kind: 'accepted'; readonly change: DeliveryChange }
  /** It is so already. */
  | { readonly kind: 'already' }
  | { readonly kind: 'refused'; readonly sentence: string };

/** What a person's word to cancel does to a delivery: it is written down, and the next pass goes by it. */
export function cancel(delivery: Delivery, { who, reason }: Cancel, now: Date): CancelAnswer {
  const { phase } = delivery;
  if (phase === 'cancelled' || delivery.cancel) return { kind: 'already' };
  if (phase === 'handedOver')
    return {
      kind: 'refused',
      sentence: `The submission is published: halt its rollout, ${delivery.rolloutId}.`,
    };
  if (hasArrived(phase))
    return { kind: 'refused', sentence: `The submission has failed. ${delivery.sentence}` };
  const next: Delivery = { ...delivery, cancel: { ...whoOf(who), reason, at: now }, nextLookAt: now };
  return {
    kind: 'accepted',
    change: withEntries(next, [{ kind: 'command', ...whoOf(who), subject: 'cancel', sentence: reason }], now),
  };
}
