import type { Decision, Gate, Situation } from './decision.ts';
import { sayDuration } from './duration.ts';
import { after, intentEscalatesAfter, looks, nextIntentLook } from './looks.ts';
import { type Observed, type ObservedRollout, samePercentage, showsRaise, stageOf } from './observed.ts';
import type { Intent, Rollout } from './rollout.ts';
import { sayPercentage } from './sentence.ts';

/** The gates that read what the Store says: whether it could be read, was published, or moved without Rampart. */

const published = (observed: Observed): ObservedRollout | undefined =>
  observed.kind === 'published' ? observed.rollout : undefined;

export const storeUnreadable: Gate = ({ rollout, observed, now }) => {
  if (observed.kind !== 'unreadable') return undefined;
  return {
    kind: 'wait',
    reason: 'storeUnreadable',
    sentence: `The Store could not be read: ${observed.cause}. Nothing is raised until it can.`,
    nextLookAt: observed.retryAt ?? after(now, looks.unreadable),
    ...intentEscalation(rollout.intent, now),
  };
};

export const submissionMissing: Gate = ({ observed }) =>
  observed.kind === 'missing'
    ? {
        kind: 'fail',
        actor: 'partnerCenter',
        reason: 'submissionMissing',
        sentence: `The submission is gone from its track: ${observed.cause}.`,
      }
    : undefined;

export const unpublished: Gate = (situation) => {
  const { observed, rollout } = situation;
  if (observed.kind !== 'unpublished') return undefined;
  switch (stageOf(observed.status)) {
    case 'failed':
      return submissionFailed(observed.status, observed.problems);
    case 'draft':
      return draft(situation, observed.status);
    default:
      return waitForPublication(
        situation,
        `The Store is at ${observed.status}; ${whatFollows(rollout)}.`,
        'notPublished',
      );
  }
};

function submissionFailed(status: string, problems: readonly string[]): Decision {
  const says = problems.length > 0 ? `: ${problems.join('; ')}` : '';
  return {
    kind: 'fail',
    actor: 'store',
    reason: 'submissionFailed',
    sentence: `The Store will not publish the submission, its status is ${status}${says}. Mend it and start a rollout for the new submission.`,
  };
}

/** The Store documents CommitStarted → CommitFailed, and has been seen to fall back to the draft instead. */
function draft(situation: Situation, status: string): Decision {
  const before = situation.rollout.submissionStatus;
  return before !== undefined && stageOf(before) === 'processing'
    ? waitForPublication(
        situation,
        `The Store fell back from ${before} to ${status}; commit the submission again.`,
        'fellBack',
      )
    : waitForPublication(
        situation,
        `The submission is a draft (${status}); it has to be committed first.`,
        'draft',
      );
}

function waitForPublication({ rollout, now }: Situation, sentence: string, reason: string): Decision {
  return {
    kind: reason === 'notPublished' ? 'wait' : 'hold',
    reason,
    sentence,
    nextLookAt: after(now, looks.awaitingPublication),
    ...intentEscalation(rollout.intent, now),
  };
}

const whatFollows = ({ intent }: Rollout): string =>
  intent?.kind === 'halt'
    ? 'the halt follows as soon as it publishes the submission'
    : 'the rollout begins once it publishes';

/** A newer submission can only be published once this rollout ended; the Store's word on ours is then the past. */
export const replaced: Gate = ({ observed }) =>
  observed.kind === 'published' &&
  observed.replacedBy !== undefined &&
  observed.rollout.state === 'inProgress'
    ? {
        kind: 'fail',
        actor: 'partnerCenter',
        reason: 'replaced',
        sentence: `The track now publishes submission ${observed.replacedBy}; this rollout has nothing left to steer.`,
      }
    : undefined;

export const notGradual: Gate = ({ observed }) =>
  published(observed)?.state === 'notGradual'
    ? {
        kind: 'fail',
        actor: 'store',
        reason: 'notGradual',
        sentence:
          'The submission was published to everyone at once: it has no gradual rollout. Set the rollout percentage before the next submission is committed.',
      }
    : undefined;

export const ended: Gate = ({ rollout, observed, now }) => {
  const state = published(observed)?.state;
  if (state !== 'stopped' && state !== 'complete') return undefined;
  const wanted = state === 'stopped' ? 'halt' : 'finalize';
  if (rollout.intent?.kind === wanted) return confirmed(rollout.intent, state === 'stopped' ? 0 : 100, now);
  return {
    kind: 'adopt',
    actor: 'partnerCenter',
    reason: state,
    sentence: endedElsewhere(rollout, state),
    adoption: { change: state === 'stopped' ? 'halted' : 'finalized' },
    nextLookAt: now,
  };
};

function endedElsewhere({ intent, percentage }: Rollout, state: 'stopped' | 'complete'): string {
  if (state === 'stopped')
    return `Somebody halted the rollout outside Rampart at ${sayPercentage(percentage)}.`;
  return intent?.kind === 'halt'
    ? 'The halt came too late: the Store shows the rollout finalized, so everyone gets the build. Only a new submission helps.'
    : 'Somebody finalized the rollout outside Rampart.';
}

function confirmed(intent: Intent, percentage: number, now: Date): Decision {
  const what = {
    raise: sayPercentage(percentage),
    halt: 'the halt',
    finalize: 'the finalize',
  }[intent.kind];
  return {
    kind: 'adopt',
    actor: intent.actor,
    reason: `confirmed:${intent.kind}`,
    sentence: `The Store confirms ${what}, as intended ${sayDuration(now.getTime() - intent.since.getTime())} ago.`,
    adoption: { change: 'confirmed', intent, percentage },
    nextLookAt: now,
  };
}

export const notStarted: Gate = ({ rollout, observed, now }) => {
  const state = published(observed)?.state;
  if (state !== 'notStarted' && state !== 'unknown') return undefined;
  return {
    kind: 'wait',
    reason: 'notStarted',
    sentence: 'The submission is published, and the Store has not begun its rollout yet.',
    nextLookAt: after(now, looks.unreadable),
    ...intentEscalation(rollout.intent, now),
  };
};

/** From here on the Store shows a rollout in progress. A halt outranks everything that is still to be learned of it. */
export const haltUnderway: Gate = ({ rollout: { intent }, now }) =>
  intent?.kind === 'halt'
    ? {
        kind: 'halt',
        actor: intent.actor,
        reason: 'haltUnderway',
        sentence: underwaySentence('Halting', intent, now),
        nextLookAt: nextIntentLook(now, intent.attempts),
        ...intentEscalation(intent, now),
      }
    : undefined;

export const justPublished: Gate = ({ rollout, observed, now }) => {
  const seen = published(observed);
  if (rollout.phase !== 'awaitingPublication' || !seen || observed.kind !== 'published') return undefined;
  const { percentage } = seen;
  const versions = observed.candidateVersions ?? [];
  return {
    kind: 'adopt',
    actor: 'store',
    reason: 'published',
    sentence: `The Store published the submission; its rollout is in progress at ${sayPercentage(percentage)}.`,
    adoption: { change: 'published', percentage, candidateVersions: versions },
    nextLookAt: now,
  };
};

/** The percentage is not what Rampart left: its own raise came through late, or somebody changed it. */
export const percentageMoved: Gate = ({ rollout, observed, now }) => {
  const seen = published(observed);
  if (!seen || samePercentage(seen.percentage, rollout.percentage)) return undefined;
  const { intent } = rollout;
  if (intent?.kind === 'raise' && showsRaise(seen.percentage, intent.percentage))
    return confirmed(intent, seen.percentage, now);
  const raised = seen.percentage > rollout.percentage;
  const change = raised ? 'raised' : 'lowered';
  const from = `from ${sayPercentage(rollout.percentage)} to ${sayPercentage(seen.percentage)}`;
  return {
    kind: 'adopt',
    actor: 'partnerCenter',
    reason: change,
    sentence: raised
      ? `Somebody raised the rollout outside Rampart ${from}; its bake begins anew.`
      : `Somebody lowered the rollout outside Rampart ${from}; Rampart stays there until the cap is lifted.`,
    adoption: { change, percentage: seen.percentage },
    nextLookAt: now,
  };
};

export const finalizeUnderway: Gate = ({ rollout: { intent }, now }) =>
  intent?.kind === 'finalize'
    ? {
        kind: 'finalize',
        actor: intent.actor,
        reason: 'finalizeUnderway',
        sentence: underwaySentence('Finalizing', intent, now),
        nextLookAt: nextIntentLook(now, intent.attempts),
        ...intentEscalation(intent, now),
      }
    : undefined;

function underwaySentence(
  doing: string,
  { attempts, since, reason, lastOutcome }: Intent,
  now: Date,
): string {
  if (attempts === 0) return `${doing}: ${reason}`;
  const open = `not confirmed for ${sayDuration(now.getTime() - since.getTime())} and ${attempts} attempts`;
  return `${doing}, ${open}${lastOutcome === undefined ? '' : ` (${lastOutcome})`}: ${reason}`;
}

/** People are told when the Store does not confirm an intent, and told again, until it does. */
function intentEscalation(intent: Intent | undefined, now: Date): { escalation?: { of: 'intent' } } {
  if (intent === undefined || intent.kind === 'raise') return {};
  const quietSince = intent.escalatedAt ?? intent.since;
  return now.getTime() - quietSince.getTime() >= intentEscalatesAfter ? { escalation: { of: 'intent' } } : {};
}
