import type { Decision, Escalation, Gate, Situation } from './decision.ts';
import { overduePause } from './holdGates.ts';
import { couldBeTried, intentEscalation } from './intentGates.ts';
import { after, isOverdue, looks, troubleEscalatesAfter } from './looks.ts';
import { shownRollout, stageOf } from './observed.ts';
import type { Reason } from './reason.ts';
import type { Rollout } from './rollout.ts';
import { sayPercentage } from './sentence.ts';

/** The gates before there is a rollout in progress to steer: the Store cannot be read, or has not published it yet. */

export const storeUnreadable: Gate = (situation) => {
  const { rollout, observed, now } = situation;
  if (observed.kind !== 'unreadable') return undefined;
  // A halt needs no reading: asking for it once too often does no harm.
  if (rollout.intent?.kind === 'halt' && couldBeTried(rollout)) return undefined;
  return {
    kind: 'wait',
    reason: 'storeUnreadable',
    nextLookAt: observed.retryAt ?? after(now, looks.unreadable),
    ...besidesOverduePause(
      situation,
      `The Store could not be read: ${observed.cause}. Nothing is raised until it can.`,
      unreadableEscalation(rollout, now),
    ),
  };
};

/** A halt or a finalize that waits for the Store is told sooner than a rollout that only stands still. */
function unreadableEscalation(rollout: Rollout, now: Date): { escalation?: Escalation } {
  const ofIntent = intentEscalation(rollout, now);
  if (ofIntent.escalation) return ofIntent;
  return isOverdue(rollout.storeUnreadable, now, troubleEscalatesAfter)
    ? { escalation: { of: 'store' } }
    : {};
}

export const submissionMissing: Gate = ({ observed, rollout }) =>
  observed.kind === 'missing'
    ? {
        kind: 'fail',
        actor: 'partnerCenter',
        reason: 'submissionMissing',
        sentence: `The submission is gone from its track: ${observed.cause}.${rollout.intent?.kind === 'halt' ? ' There is nothing left that a halt could stop; Partner Center shows what users get now.' : ''}`,
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
      return awaitPublication(
        situation,
        'wait',
        'notPublished',
        `The Store is at ${observed.status}; ${whatFollows(rollout)}.`,
      );
  }
};

/** A column of a row holds 32 000 characters, and the Store may find fault with each of a hundred listings. */
const mostProblems = 15;

function submissionFailed(status: string, problems: readonly string[]): Decision {
  const told = problems.slice(0, mostProblems);
  const more = problems.length - told.length;
  const said = [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  const says = problems.length > 0 ? `: ${said}` : '';
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
    ? awaitPublication(
        situation,
        'hold',
        'fellBack',
        `The Store fell back from ${before} to ${status}; commit the submission again.`,
      )
    : awaitPublication(
        situation,
        'hold',
        'draft',
        `The submission is a draft (${status}); it has to be committed first.`,
      );
}

/** A halt that waits for publication is no trouble: the Store cannot carry it out before. */
function awaitPublication(
  situation: Situation,
  kind: 'wait' | 'hold',
  reason: Reason,
  sentence: string,
): Decision {
  return {
    kind,
    reason,
    nextLookAt: after(situation.now, looks.awaitingPublication),
    ...besidesOverduePause(situation, sentence),
  };
}

type Said = { readonly sentence: string; readonly escalation?: Escalation };

/** Whatever stands before it, people hear of a pause that should have ended; of two troubles, the other one comes first. */
function besidesOverduePause(
  situation: Situation,
  sentence: string,
  { escalation }: { readonly escalation?: Escalation } = {},
): Said {
  const overdue = overduePause(situation);
  const told = escalation ?? overdue?.escalation;
  return {
    sentence: overdue ? `${sentence} ${overdue.sentence}` : sentence,
    ...(told && { escalation: told }),
  };
}

const whatFollows = ({ intent }: Rollout): string =>
  intent?.kind === 'halt'
    ? 'the halt follows as soon as it publishes the submission'
    : 'the rollout begins once it publishes';

export const notGradual: Gate = ({ observed, rollout }) =>
  shownRollout(observed)?.state === 'notGradual'
    ? {
        kind: 'fail',
        actor: 'store',
        reason: 'notGradual',
        sentence:
          rollout.intent?.kind === 'halt'
            ? 'The halt came to nothing: the submission was published to everyone at once, and has no gradual rollout to stop. Only a new submission with a higher version helps.'
            : 'The submission was published to everyone at once: it has no gradual rollout. Set the rollout percentage before the next submission is committed.',
      }
    : undefined;

export const notStarted: Gate = (situation) => {
  const { rollout, observed, now } = situation;
  if (shownRollout(observed)?.state !== 'notStarted') return undefined;
  return {
    kind: 'wait',
    reason: 'notStarted',
    nextLookAt: after(now, looks.unreadable),
    ...besidesOverduePause(
      situation,
      'The submission is published, and the Store has not begun its rollout yet.',
      intentEscalation(rollout, now),
    ),
  };
};

export const justPublished: Gate = ({ rollout, observed, now }) => {
  if (rollout.phase !== 'awaitingPublication' || observed.kind !== 'published') return undefined;
  const { percentage } = observed.rollout;
  const { candidateVersions = [], controlVersions } = observed;
  return {
    kind: 'adopt',
    actor: 'store',
    reason: 'published',
    sentence: `The Store published the submission; its rollout is in progress at ${sayPercentage(percentage)}.`,
    adoption: {
      change: 'published',
      percentage,
      candidateVersions,
      ...(controlVersions && { controlVersions }),
    },
    nextLookAt: now,
  };
};
