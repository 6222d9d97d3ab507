import { gates } from '../rollout/evidence.ts';
import { after } from '../rollout/looks.ts';
import { stageOf } from '../rollout/observed.ts';
import { sayPercentage } from '../rollout/sentence.ts';
import type { Decision, Situation } from './decision.ts';
import type { Clearing, Delivery } from './delivery.ts';
import { cancelled, fail } from './ends.ts';
import type { Automation, Observed, PublishedSubmission, SeenSubmission, Slot } from './observed.ts';
import { inheritedBy, planDraft } from './plan.ts';
import type { DeliveryReason } from './vocabulary.ts';
import { waits } from './waits.ts';

/** The phases before there is a draft: what is to be delivered, and whether the track has room for it. */

type Start = Situation<Extract<Observed, { kind: 'start' }>>;
type OnSlot = Situation<Extract<Observed, { kind: 'slot' }>>;

/** What stands in the slot, in words, and how it may be removed. */
type Obstacle = {
  readonly reason: DeliveryReason;
  readonly sentence: string;
  readonly clearing?: Clearing;
  readonly published?: PublishedSubmission;
};

export function checking({ delivery, observed }: Start): Decision {
  if (delivery.cancel) return cancelled(delivery.cancel.reason);
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
  if (delivery.cancel) return cancelled(delivery.cancel.reason);
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

/** The first thing that stands in the way: a pending submission can be neither worked around nor waited for. */
function obstacleIn({ published, pending }: Slot, delivery: Delivery): Obstacle | undefined {
  if (pending) return pendingObstacle(pending, published !== undefined, delivery);
  const unfinished = published && ['inProgress', 'notStarted', 'unknown'].includes(published.rollout.state);
  return unfinished ? unfinishedRollout(published, delivery) : undefined;
}

function pendingObstacle(
  { submissionId, status, madeByApi, errors }: SeenSubmission,
  hasPublished: boolean,
  { ask, flightId }: Delivery,
): Obstacle {
  const stage = stageOf(status);
  const what = `submission ${submissionId}`;
  if (stage === 'processing')
    return {
      reason: 'inCertification',
      sentence: `The track is taken: ${what} is at ${status}. Wait until it is published, or cancel it in Partner Center.`,
    };
  if (stage === 'published')
    return {
      reason: 'inCertification',
      sentence: `The track is taken: ${what} is published at this very moment. Ask again.`,
    };
  if (stage === 'draft' && !madeByApi)
    return {
      reason: 'portalDraft',
      sentence: `The track is taken: the draft ${submissionId} was made in Partner Center, and the API may not touch it. Delete it there, or publish it there.`,
    };
  const named =
    stage === 'failed'
      ? `${what} ended as ${status}${errors[0] ? ` (${errors[0].code}: ${errors[0].details})` : ''}`
      : `the draft ${submissionId} was made by the API and not committed`;
  const reason = stage === 'failed' ? 'failedSubmission' : 'pendingDraft';
  if (flightId !== undefined && !hasPublished)
    return {
      reason,
      sentence: `The track is taken: ${named}. It is the flight’s only submission; deleting it by the API can leave the flight unusable. Delete it in Partner Center.`,
    };
  if (ask.onPendingSubmission === 'refuse')
    return {
      reason,
      sentence: `The track is taken: ${named}. Ask again with "onPendingSubmission": "delete" to have it deleted.`,
    };
  const clears = `${named.charAt(0).toUpperCase()}${named.slice(1)}; it is to be deleted, as the request says.`;
  return { reason, sentence: clears, clearing: { kind: 'deletePending', submissionId, reason: clears } };
}

/** Only the policy says what becomes of a rollout that is not finished, and only evidence lets it go to everyone. */
function unfinishedRollout(published: PublishedSubmission, { policy }: Delivery): Obstacle {
  const { submissionId, rollout, automation } = published;
  const named = `The rollout of submission ${submissionId} is not finished (${rollout.state} at ${rollout.percentage} %)`;
  const refused = (why: string): Obstacle => ({ reason: 'unfinishedRollout', sentence: `${named}. ${why}` });
  const rule = policy.onUnfinishedRollout;
  if (rule === 'refuse')
    return refused('Finalize or halt it first, or let the policy say so in "onUnfinishedRollout".');
  if (rollout.state !== 'inProgress') return refused(`The Store cannot ${rule} it in this state.`);
  const reason = `${named}; the policy says to ${rule} it before the next submission. ${saysHealth(automation)}`;
  const clears = { reason: 'unfinishedRollout', sentence: reason, published } as const;
  const rolloutId = automation?.rolloutId;
  if (rule === 'halt') return { ...clears, clearing: { kind: 'halt', submissionId, reason, rolloutId } };
  if (!automation)
    return refused(
      'The policy says to finalize it, but nothing is known of its health: Rampart does not automate it. Start a rollout for it, or end it.',
    );
  const against = againstFinalize(automation);
  if (against !== undefined) return refused(`The policy says to finalize it, but ${against}.`);
  return {
    ...clears,
    clearing: { kind: 'finalize', submissionId, reason, rolloutId: automation.rolloutId },
  };
}

/** Giving a build to everyone is the widest raise of all: nobody does it without evidence, or past a person's word. */
function againstFinalize(automation: Automation): string | undefined {
  if (automation.phase === 'halting') return 'its halt is under way';
  if (automation.paused) return 'somebody paused it';
  if (automation.cap !== undefined && automation.cap < 100)
    return `somebody capped it at ${sayPercentage(automation.cap)}`;
  if (automation.awaitsApproval) return 'its step still needs a person’s approval';
  const asked = automation.evidence.filter(gates);
  if (asked.length === 0) return 'no check of its health was asked yet';
  const speaks = asked.find(({ kind }) => kind !== 'good');
  return speaks && `${speaks.check} is ${speaks.kind} (${speaks.sentence})`;
}

const saysHealth = (automation: Automation | undefined): string =>
  automation && automation.evidence.length > 0
    ? `Its health: ${automation.evidence.map(({ check, kind }) => `${check} ${kind}`).join(', ')}.`
    : 'Nothing is known of its health.';

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
  { reason, at }: NonNullable<Delivery['cancel']>,
  now: Date,
): Decision {
  if (creates === 0 || now.getTime() - at.getTime() >= waits.people) return cancelled(reason);
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
