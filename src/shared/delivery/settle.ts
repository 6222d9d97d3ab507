import type { Remark } from '../rollout/journal.ts';
import { after } from '../rollout/looks.ts';
import type { Handed, Outcome } from './decision.ts';
import { type Delivery, type DeliveryChange, isOnlyOfFlight, withEntries } from './delivery.ts';
import { effectRemark, intentRemark } from './entries.ts';
import { enter, giveUp } from './evolve.ts';
import { draftDifferences } from './proof.ts';
import { type DeliveryPhase, type DeliveryReason, hasArrived } from './vocabulary.ts';
import { isTrouble, nextTry, waits } from './waits.ts';

/** How often a draft is made anew because its upload URL had expired. */
const mostRenewals = 3;

/** The delivery after one act, with what the journal says of it; the next phase's intent is in the same writing. */
export function settle(delivery: Delivery, outcome: Outcome, now: Date): DeliveryChange {
  switch (outcome.kind) {
    case 'cleared':
      return cleared(delivery, outcome.done, now);
    case 'created': {
      const { submissionId } = outcome;
      const said = `The Store made the draft ${submissionId}.`;
      return onward(delivery, 'updating', { submissionId }, said, now);
    }
    case 'updated':
      return updated(delivery, outcome, now);
    case 'uploaded':
      return uploaded(delivery, outcome, now);
    case 'uploading':
      // The next slice follows at once.
      return withEntries({ ...progressed(delivery, outcome).delivery, nextLookAt: now }, [], now);
    case 'uploadWaits':
      return withEntries(
        { ...delivery, sentence: 'The upload waits for others to end.', nextLookAt: after(now, waits.room) },
        [],
        now,
      );
    case 'uploadExpired':
      return uploadExpired(delivery, now);
    case 'committed': {
      const said = `The Store took the commit; it is at ${outcome.status}.`;
      return onward(delivery, 'awaitingPublication', {}, said, now);
    }
    case 'discarded':
      return discarded(delivery, now);
    case 'refused':
      return failed(delivery, outcome.byOthers ? 'takenOver' : 'refused', `${capital(outcome.cause)}.`, now);
    case 'failed':
      return unsettled(delivery, outcome, now);
  }
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** The phase's work is done; the next begins. */
function onward(
  delivery: Delivery,
  phase: DeliveryPhase,
  handed: Handed,
  sentence: string,
  now: Date,
): DeliveryChange {
  const next: Delivery = { ...enter(delivery, phase, handed, now), sentence, reason: 'going' };
  return withEntries(next, [effectRemark(delivery, sentence), ...intentRemark(next)], now);
}

/** The next look at the slot finds it free, or finds what else stands in it. */
function cleared(delivery: Delivery, done: boolean, now: Date): DeliveryChange {
  if (!done) return unsettled(delivery, { kind: 'failed', cause: 'the Store has not confirmed it yet' }, now);
  return shownLater(delivery, 'The slot was cleared.', 'the Store has not shown the slot free yet', now);
}

function updated(
  delivery: Delivery,
  { plan, draft }: Extract<Outcome, { kind: 'updated' }>,
  now: Date,
): DeliveryChange {
  const differences = draftDifferences(plan, draft);
  if (differences.length > 0)
    return failed(
      delivery,
      'refused',
      `The Store answered the update with success, but the draft is not what was asked for: ${differences.join('; ')}. Nothing was committed.`,
      now,
    );
  const { expected } = plan;
  return onward(delivery, 'uploading', { expected }, 'The draft is as asked, read back from the Store.', now);
}

function uploaded(
  delivery: Delivery,
  { bytes, method }: Extract<Outcome, { kind: 'uploaded' }>,
  now: Date,
): DeliveryChange {
  const how = {
    copied: 'copied from storage to storage',
    streamed: 'streamed',
    found: 'all there from before',
  }[method];
  const upload = { uploadedBytes: bytes, totalBytes: bytes, method };
  return onward(
    delivery,
    'committing',
    { upload },
    `The packages are uploaded: ${bytes} bytes, ${how}.`,
    now,
  );
}

/** How far the upload is; who is at it stays at it. */
export function progressed(
  delivery: Delivery,
  { uploadedBytes, totalBytes }: { readonly uploadedBytes: number; readonly totalBytes: number },
): DeliveryChange {
  const { trouble: _, ...rest } = delivery;
  const sentence = `Uploading the packages: ${uploadedBytes} of ${totalBytes} bytes.`;
  return { delivery: { ...rest, upload: { uploadedBytes, totalBytes }, sentence }, entries: [] };
}

function uploadExpired(delivery: Delivery, now: Date): DeliveryChange {
  if (delivery.renewals >= mostRenewals)
    return failed(delivery, 'uploadExpired', `The upload URL has expired ${mostRenewals + 1} times.`, now);
  if (isOnlyOfFlight(delivery))
    return failed(
      delivery,
      'uploadExpired',
      'The upload URL has expired, and the Store gives no other one.',
      now,
    );
  const said = 'The upload URL has expired, and the Store gives no other one for this draft.';
  return onward({ ...delivery, renewals: delivery.renewals + 1 }, 'renewing', {}, said, now);
}

/** Gone is gone: what follows is decided by the look that finds it missing. */
function discarded(delivery: Delivery, now: Date): DeliveryChange {
  const sentence = `Submission ${delivery.submissionId} was deleted.`;
  return shownLater(delivery, sentence, 'the Store still shows the submission that was deleted', now);
}

/** The next look is to find it so; where the Store goes on showing what was, it is looked at less and less often. */
function shownLater(delivery: Delivery, sentence: string, still: string, now: Date): DeliveryChange {
  const { trouble, told, isNews } = troubled(delivery, still, now);
  const nextLookAt = trouble.repeats === 1 ? now : nextTry(now, trouble.repeats);
  const next: Delivery = { ...delivery, trouble, sentence, reason: 'going', nextLookAt };
  const remark: Remark = { ...effectRemark(delivery, sentence), ...(told && { escalated: true }) };
  return withEntries(next, isNews ? [remark] : [], now);
}

function failed(delivery: Delivery, reason: DeliveryReason, sentence: string, now: Date): DeliveryChange {
  const next = giveUp({ ...delivery, sentence, reason }, { reason, sentence }, now);
  const alarm: Remark = { ...effectRemark(delivery, next.sentence), escalated: true };
  return withEntries(next, [alarm, ...(hasArrived(next.phase) ? [] : intentRemark(next))], now);
}

/** The next pass looks first. What fails again and again is told, and given up where that was agreed. */
function unsettled(
  delivery: Delivery,
  { cause, conflict, most = Number.POSITIVE_INFINITY }: Extract<Outcome, { kind: 'failed' }>,
  now: Date,
): DeliveryChange {
  const { trouble, told, isNews } = troubled(delivery, cause, now);
  if (trouble.repeats >= most)
    return failed(delivery, 'refused', `${capital(cause)}, ${trouble.repeats} times.`, now);
  const sentence = `${capital(cause)}. It is tried again after a look at the Store.`;
  const remark: Remark = { ...effectRemark(delivery, sentence), ...(told && { escalated: true }) };
  // A create that was refused, with none before it, has made nothing: what stands in the slot is not ours.
  const creates = conflict && delivery.phase === 'creating' && delivery.creates === 1 ? 0 : delivery.creates;
  const next: Delivery = {
    ...delivery,
    creates,
    trouble,
    sentence,
    reason: 'retrying',
    nextLookAt: nextTry(now, trouble.count),
  };
  return withEntries(next, isNews ? [remark] : [], now);
}

/** One more failure in a row, and whether the journal and people are to hear of it. */
function troubled({ trouble: before }: Delivery, cause: string, now: Date) {
  const told = isTrouble(before, now);
  const same = before?.cause === cause;
  const trouble = {
    since: now,
    ...before,
    count: (before?.count ?? 0) + 1,
    cause,
    repeats: same ? (before?.repeats ?? 0) + 1 : 1,
    ...(told && { escalatedAt: now }),
  };
  return { trouble, told, isNews: !same || told };
}
