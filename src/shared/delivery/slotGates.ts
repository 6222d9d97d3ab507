import { after } from '../rollout/looks.ts';
import type { Decision, Situation } from './decision.ts';
import type { Clearing, Delivery } from './delivery.ts';
import { cancelled, fail } from './ends.ts';
import type { Observed, SeenSubmission, Slot } from './observed.ts';
import { type Obstacle, obstacleIn } from './obstacles.ts';
import { inheritedBy, planDraft } from './plan.ts';
import { waits } from './waits.ts';

/** The phases before there is a draft: what is to be delivered, and whether the track has room for it. */

type Start = Situation<Extract<Observed, { kind: 'start' }>>;
type OnSlot = Situation<Extract<Observed, { kind: 'slot' }>>;

export function checking({ delivery, observed }: Start): Decision {
  if (delivery.cancel) return cancelled(delivery.cancel);
  if (observed.content.kind === 'bad')
    return fail(
      'wrongPackages',
      `The packages cannot be submitted: ${observed.content.mistakes.join('; ')}.`,
    );
  const { content } = observed.content;
  const impossible = planned({ ...delivery, content }, observed.slot);
  if (impossible) return impossible;
  return beyond(obstacleIn(observed.slot, delivery), observed.slot, { content });
}

/** What can be known to fail is known before anything is changed: a draft inherits what was published last. */
function planned(delivery: Delivery, { published }: Slot): Decision | undefined {
  const plan = planDraft(delivery, { packages: inheritedBy(published ?? { packages: [] }) });
  return plan.kind === 'impossible' ? fail('wrongPackages', plan.sentence) : undefined;
}

export function clearing({ delivery, observed }: OnSlot): Decision {
  if (delivery.cancel) return cancelled(delivery.cancel);
  const obstacle = obstacleIn(observed.slot, delivery);
  if (obstacle?.clearing && sameClearing(obstacle.clearing, delivery.clearing))
    return {
      kind: 'act',
      reason: 'going',
      sentence: obstacle.clearing.reason,
      act: { kind: 'clear', clearing: obstacle.clearing },
    };
  return beyond(obstacle, observed.slot, {});
}

const sameClearing = (a: Clearing, b: Clearing | undefined): boolean =>
  a.kind === b?.kind && a.submissionId === b.submissionId;

function beyond(
  obstacle: Obstacle | undefined,
  slot: Slot,
  handed: { content?: NonNullable<Delivery['content']> },
): Decision {
  if (!obstacle) {
    const firstOfTrack = slot.published === undefined;
    const sentence = 'The slot is free; the Store is to be asked for a draft.';
    return {
      kind: 'go',
      phase: 'creating',
      reason: 'going',
      sentence,
      handed: { ...handed, firstOfTrack, creates: 0 },
    };
  }
  if (!obstacle.clearing) return fail(obstacle.reason, obstacle.sentence);
  return {
    kind: 'go',
    phase: 'clearing',
    reason: 'going',
    sentence: obstacle.clearing.reason,
    handed: { ...handed, clearing: obstacle.clearing },
    ...(obstacle.published?.automation && { evidence: obstacle.published.automation.evidence }),
  };
}

/**
 * A draft that was not there when the Store was asked for one, that the API made and that nobody touched, is the one that
 * was asked for: the answer may have been lost, or the program ended before it could write it down.
 */
export function creating({ delivery, observed: { slot }, now }: OnSlot): Decision {
  const { pending } = slot;
  const firstOfTrack = slot.published === undefined;
  if (pending && delivery.creates > 0 && isFresh(pending))
    return {
      kind: 'go',
      phase: 'updating',
      reason: 'going',
      sentence: `The Store has made the draft ${pending.submissionId}.`,
      handed: { submissionId: pending.submissionId, firstOfTrack },
    };
  const obstacle = obstacleIn(slot, refusing(delivery));
  if (obstacle)
    return fail(obstacle.reason, `Before a draft could be made, the slot was taken. ${obstacle.sentence}`);
  if (delivery.cancel) return cancelledBeforeDraft(delivery, delivery.cancel, now);
  return { kind: 'act', reason: 'going', sentence: 'Asking the Store for a draft.', act: { kind: 'create' } };
}

/** Nothing is cleared any more: what appears by now is somebody's who is at work on the track as well. */
const refusing = (delivery: Delivery): Delivery => ({
  ...delivery,
  ask: { ...delivery.ask, onPendingSubmission: 'refuse' },
  policy: { ...delivery.policy, onUnfinishedRollout: 'refuse' },
});

/** A draft that was asked for may appear late, and must not be left behind. */
function cancelledBeforeDraft(
  { creates }: Delivery,
  cancel: NonNullable<Delivery['cancel']>,
  now: Date,
): Decision {
  if (creates === 0 || now.getTime() - cancel.at.getTime() >= waits.people) return cancelled(cancel);
  return {
    kind: 'wait',
    reason: 'cancelled',
    sentence: 'Cancelled; the draft that was asked for may still appear, and is deleted if it does.',
    nextLookAt: after(now, waits.processing),
  };
}

const isFresh = ({ status, madeByApi, packages }: SeenSubmission): boolean =>
  status === 'PendingCommit' &&
  madeByApi &&
  packages.every(({ fileStatus }) => fileStatus !== 'PendingUpload');
