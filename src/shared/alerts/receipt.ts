import type { Alert } from './alert.ts';

/** How an alert that comes stands to what is known of it. */
const receipts = [
  /** Nothing is known of it. */
  'first',
  /** It fires again: after its end, or with another beginning. */
  'anew',
  /** It is the same firing, once more. */
  'repeat',
  /** It is resolved. */
  'end',
  /** It fires after its own end: it came by a detour, or once more. */
  'late',
] as const;
export type Receipt = (typeof receipts)[number];

type Seen = Pick<Alert, 'status' | 'startsAt'>;

/** @param earlier what was known of the alert before it came */
export function receiptOf(alert: Seen & Pick<Alert, 'startUnknown'>, earlier: Seen | undefined): Receipt {
  if (!earlier) return 'first';
  if (alert.status === 'resolved') return 'end';
  if (earlier.status === 'resolved') return alert.startsAt <= earlier.startsAt ? 'late' : 'anew';
  // Who does not say since when it fires can only go on with the firing that is.
  const isSame = alert.startUnknown === true || alert.startsAt.getTime() === earlier.startsAt.getTime();
  return isSame ? 'repeat' : 'anew';
}
