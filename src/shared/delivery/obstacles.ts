import { mayStopRaise } from '../rollout/evidence.ts';
import { stageOf } from '../rollout/observed.ts';
import { sayPercentage } from '../rollout/sentence.ts';
import type { Clearing, Delivery } from './delivery.ts';
import type { Automation, PublishedSubmission, SeenSubmission, Slot } from './observed.ts';
import type { DeliveryReason } from './vocabulary.ts';

/** What stands in the slot, in words, and how it may be removed. */
export type Obstacle = {
  readonly reason: DeliveryReason;
  readonly sentence: string;
  readonly clearing?: Clearing;
  readonly published?: PublishedSubmission;
};

/** The first thing that stands in the way: a pending submission can be neither worked around nor waited for. */
export function obstacleIn({ published, pending }: Slot, delivery: Delivery): Obstacle | undefined {
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
  if (automation.paused) return 'it is paused, or held by an alert';
  if (automation.cap !== undefined && automation.cap < 100)
    return `somebody capped it at ${sayPercentage(automation.cap)}`;
  if (automation.awaitsApproval) return 'it still needs a person’s approval';
  const asked = automation.evidence.filter(mayStopRaise);
  if (asked.length === 0) return 'no check of its health was asked yet';
  const speaks = asked.find(({ kind }) => kind !== 'good');
  return speaks && `${speaks.check} is ${speaks.kind} (${speaks.sentence})`;
}

const saysHealth = (automation: Automation | undefined): string =>
  automation && automation.evidence.length > 0
    ? `Its health: ${automation.evidence.map(({ check, kind }) => `${check} ${kind}`).join(', ')}.`
    : 'Nothing is known of its health.';
