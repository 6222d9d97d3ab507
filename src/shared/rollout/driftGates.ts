import type { Decision, Gate } from './decision.ts';
import { sayDuration } from './duration.ts';
import { type Observed, type ObservedRollout, samePercentage, shownRollout, showsRaise } from './observed.ts';
import type { Intent, Rollout } from './rollout.ts';
import { sayPercentage } from './sentence.ts';
import { hold } from './situation.ts';
import { whoOf } from './vocabulary.ts';

/** The gates that find that the Store's own state moved: by an intent that came through late, or by somebody else. */

export const ended: Gate = ({ rollout, observed, now }) => {
  const state = shownRollout(observed)?.state;
  if (state !== 'stopped' && state !== 'complete') return undefined;
  const wanted = state === 'stopped' ? 'halt' : 'finalize';
  if (rollout.intent?.kind === wanted) return confirmed(rollout.intent, state === 'stopped' ? 0 : 100, now);
  return {
    kind: 'adopt',
    actor: 'partnerCenter',
    reason: state,
    sentence: `${endedElsewhere(rollout, state)}${nowPublished(observed)}`,
    adoption: { change: state === 'stopped' ? 'halted' : 'finalized' },
    nextLookAt: now,
  };
};

const nowPublished = (observed: Observed): string =>
  observed.kind === 'published' && observed.replacedBy !== undefined
    ? ` The track now publishes submission ${observed.replacedBy}.`
    : '';

function endedElsewhere({ intent, percentage }: Rollout, state: 'stopped' | 'complete'): string {
  if (state === 'stopped')
    return `Somebody halted the rollout outside Rampart at ${sayPercentage(percentage)}.`;
  return intent?.kind === 'halt'
    ? 'The halt came too late: the Store shows the rollout finalized, so everyone gets the build. Only a new submission helps.'
    : 'Somebody finalized the rollout outside Rampart.';
}

/**
 * Another submission is published on the track, and ours is said to be in progress, or to begin, all the same. One contradictory answer
 * is no reason to let go of a rollout; the same answer at the next look is.
 */
export const replaced: Gate = (situation) => {
  const { rollout, observed } = situation;
  if (observed.kind !== 'published' || !isOpen(observed.rollout)) return undefined;
  // A halt needs no track: asking for it once too often does no harm.
  const waits = rollout.intent?.kind !== 'halt';
  if (waits && observed.trackUnread && rollout.decision?.reason === 'replaced')
    return hold(situation, 'replaced', 'The track could not be read again. Looking again.');
  if (observed.replacedBy === undefined) return undefined;
  const sentence = `The track now publishes submission ${observed.replacedBy}`;
  if (rollout.decision?.reason === 'replaced')
    return {
      kind: 'fail',
      actor: 'partnerCenter',
      reason: 'replaced',
      sentence:
        rollout.intent?.kind === 'halt'
          ? `${sentence}, so the halt has nothing left to stop. If that one is bad as well, halt its rollout.`
          : `${sentence}; this rollout has nothing left to steer.`,
    };
  return hold(
    situation,
    'replaced',
    `${sentence}, and shows this rollout ${observed.rollout.state === 'inProgress' ? 'in progress' : 'not begun'}. Looking again.`,
  );
};

const isOpen = ({ state }: ObservedRollout): boolean => state === 'inProgress' || state === 'notStarted';

/** The percentage is not what Rampart left: its own raise came through late, or somebody changed it. */
export const percentageMoved: Gate = ({ rollout, observed, now }) => {
  const seen = shownRollout(observed);
  if (!seen || samePercentage(seen.percentage, rollout.percentage)) return undefined;
  const { intent } = rollout;
  if (intent?.kind === 'raise' && showsRaise(seen.percentage, rollout.percentage, intent.percentage))
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

function confirmed(intent: Intent, percentage: number, now: Date): Decision {
  const what = {
    raise: sayPercentage(percentage),
    halt: 'the halt',
    finalize: 'the finalize',
  }[intent.kind];
  return {
    kind: 'adopt',
    ...whoOf(intent),
    reason: `confirmed:${intent.kind}`,
    sentence: `The Store confirms ${what}, as intended ${sayDuration(now.getTime() - intent.since.getTime())} ago.`,
    adoption: { change: 'confirmed', intent, percentage },
    nextLookAt: now,
  };
}
