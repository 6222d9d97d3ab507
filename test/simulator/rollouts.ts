import { internalError, invalidParameter, invalidState, Refusal } from './errors.ts';
import { requireSubmission, withSubmission } from './lookups.ts';
import type { Change, Rollout, State, Submission, TrackRef } from './state.ts';
import type { Toggles } from './toggles.ts';

/** The operations on a published package rollout. Each gives the rollout as it is afterwards, or throws a `Refusal`. */

export function updatePercentage(
  state: State,
  ref: TrackRef,
  id: string,
  percentage: string | undefined,
  now: number,
): Change<Rollout> {
  const submission = requireRunning(state, ref, id);
  const wanted = parsePercentage(percentage, state.toggles);
  if (wanted < submission.rollout.percentage && state.toggles.percentageDecrease === 'refused') {
    throw invalidParameter('The rollout percentage cannot be decreased', 'percentage');
  }
  return changed(state, submission, atPercentage(submission.rollout, wanted, state.toggles), wanted, now);
}

/** Terminal: there is no way back to a rollout that was halted. */
export function halt(state: State, ref: TrackRef, id: string, now: number): Change<Rollout> {
  const submission = requireRunning(state, ref, id);
  const stopped: Rollout = { ...submission.rollout, percentage: 0, status: 'PackageRolloutStopped' };
  return changed(state, submission, stopped, 0, now);
}

export function finalize(state: State, ref: TrackRef, id: string, now: number): Change<Rollout> {
  const submission = requireRunning(state, ref, id);
  return changed(state, submission, completed(submission.rollout, state.toggles), 100, now);
}

/** What GET packagerollout shows. */
export function readRollout(state: State, ref: TrackRef, id: string): Rollout {
  const submission = requireSubmission(state, ref, id);
  if (submission.publishedAt === undefined && state.toggles.draftRolloutRead === 'conflict') {
    throw notRunning(state.toggles);
  }
  return submission.rollout;
}

function requireRunning(state: State, ref: TrackRef, id: string): Submission {
  const submission = requireSubmission(state, ref, id);
  if (submission.status === 'Published' && submission.rollout.status === 'PackageRolloutInProgress') {
    return submission;
  }
  throw notRunning(state.toggles);
}

const notRunning = (toggles: Toggles): Refusal =>
  toggles.rolloutConflictBody === 'empty'
    ? new Refusal(409)
    : invalidState('The submission is not in a valid state for the gradual rollout operation.');

/** The API takes a float; anything else than digits with one point is no percentage. */
function parsePercentage(text: string | undefined, toggles: Toggles): number {
  const value = text !== undefined && /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value >= 0 && value <= 100)) throw badPercentage(toggles.percentageInvalidStatus);
  if (value === 0 && toggles.percentageZero === 'refused')
    throw badPercentage(toggles.percentageInvalidStatus);
  return toggles.percentageDecimals === 'rounded' ? Math.round(value) : value;
}

function badPercentage(status: Toggles['percentageInvalidStatus']): Refusal {
  const message = 'The rollout percentage must be a number above 0 and up to 100';
  switch (status) {
    case 400:
      return invalidParameter(message, 'percentage');
    case 409:
      return invalidState(message, 'percentage');
    case 500:
      return internalError();
  }
}

const atPercentage = (rollout: Rollout, percentage: number, toggles: Toggles): Rollout =>
  percentage === 100 && toggles.percentageHundred === 'completes'
    ? completed(rollout, toggles)
    : { ...rollout, percentage };

const completed = (rollout: Rollout, toggles: Toggles): Rollout => ({
  ...rollout,
  percentage: 100,
  status: 'PackageRolloutComplete',
  fallbackSubmissionId: toggles.fallbackAfterFinalize === 'kept' ? rollout.fallbackSubmissionId : '0',
});

function changed(
  state: State,
  submission: Submission,
  rollout: Rollout,
  offered: number,
  now: number,
): Change<Rollout> {
  const offers = [...submission.offers, { at: now, share: offered / 100 }];
  return { state: withSubmission(state, { ...submission, rollout, offers }), value: rollout };
}
