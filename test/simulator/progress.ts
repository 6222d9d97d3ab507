import { lastPublished, requireTrack, withSubmission, withTrack } from './lookups.ts';
import { beginPreprocessing, endPreprocessing } from './preprocessing.ts';
import {
  noRollout,
  type Rollout,
  type State,
  type StatusDetails,
  type Submission,
  type SubmissionStatus,
  type Track,
} from './state.ts';
import { type Itinerary, type Milestone, nextMilestone } from './timetable.ts';
import { wireDate } from './wireDate.ts';

/**
 * Brings the Store up to `now`: every milestone that has passed takes effect at its own time, however late it is
 * looked at, so what happened does not depend on who asked when.
 */
export function settle(state: State, now: number): State {
  let settled = state;
  for (const track of Object.values(state.tracks)) {
    if (track.pendingId !== undefined) settled = settleSubmission(settled, track.pendingId, now);
    settled = startDelayedRollout(settled, requireTrack(settled, track.ref), now);
  }
  return settled;
}

function settleSubmission(state: State, id: string, now: number): State {
  const submission = state.submissions[id];
  const next = submission && nextMilestone(submission, state.toggles);
  if (!next || next.at > now) return state;
  return settleSubmission(reach(state, submission, next), id, now);
}

/** One step of a submission's way, with what comes with it. */
function reach(state: State, submission: Submission, { status, at }: Milestone): State {
  const moved: Submission = {
    ...submission,
    status,
    statusSince: at,
    statusDetails: detailsOn(status, submission, at),
    itinerary: status === 'PendingCommit' ? onceMore(submission.itinerary) : submission.itinerary,
  };
  if (status === 'PreProcessing') return beginPreprocessing(state, moved);
  if (status === 'Certification') return endPreprocessing(state, moved);
  if (status === 'Published') return publish(state, moved, at);
  return withSubmission(state, moved);
}

/** A commit that fell back is committed again, and then goes through. */
const onceMore = (itinerary: Itinerary): Itinerary => ({ ...itinerary, outcome: 'published', errors: [] });

/** The submission takes the place of the last published one, and its rollout begins. */
export function publish(state: State, submission: Submission, at: number): State {
  const track = requireTrack(state, submission.track);
  const rollout = rolloutAtPublication(state, track, submission.rollout);
  const published: Submission = {
    ...submission,
    status: 'Published',
    statusSince: at,
    rollout,
    publishedAt: at,
    offers: [{ at, share: rollout.enabled ? rollout.percentage / 100 : 1 }],
  };
  const next = withTrack(withSubmission(state, published), {
    ...track,
    pendingId: track.pendingId === submission.id ? undefined : track.pendingId,
    lastPublishedId: submission.id,
  });
  return submission.track.flightId === undefined
    ? withFirstPublication(next, submission.track.applicationId, at)
    : next;
}

function rolloutAtPublication(state: State, track: Track, draft: Rollout): Rollout {
  if (!draft.enabled) return noRollout;
  const waits = state.toggles.rolloutStartMinutes > 0;
  return {
    ...draft,
    status: waits ? 'PackageRolloutNotStarted' : 'PackageRolloutInProgress',
    fallbackSubmissionId: fallbackFor(state, track),
  };
}

/** The submission that customers outside the rollout receive. */
function fallbackFor(state: State, track: Track): string {
  const { firstFlightFallback, fallbackAfterHalt } = state.toggles;
  const previous = lastPublished(state, track);
  if (previous) {
    const halted = previous.rollout.status === 'PackageRolloutStopped';
    return halted && fallbackAfterHalt === 'lastFinalized'
      ? previous.rollout.fallbackSubmissionId
      : previous.id;
  }
  if (track.ref.flightId === undefined || firstFlightFallback === 'none') return '0';
  const production = requireTrack(state, { ...track.ref, flightId: undefined });
  return production.lastPublishedId ?? '0';
}

function withFirstPublication(state: State, applicationId: string, at: number): State {
  const application = state.applications[applicationId];
  if (!application || application.firstPublishedAt !== undefined) return state;
  const published = { ...application, firstPublishedAt: at };
  return { ...state, applications: { ...state.applications, [applicationId]: published } };
}

function startDelayedRollout(state: State, track: Track, now: number): State {
  const submission = lastPublished(state, track);
  if (submission?.publishedAt === undefined || !submission.rollout.enabled) return state;
  if (submission.rollout.status !== 'PackageRolloutNotStarted') return state;
  if (submission.publishedAt + state.toggles.rolloutStartMinutes * 60_000 > now) return state;
  const rollout: Rollout = { ...submission.rollout, status: 'PackageRolloutInProgress' };
  return withSubmission(state, { ...submission, rollout });
}

function detailsOn(status: SubmissionStatus, submission: Submission, at: number): StatusDetails {
  const { statusDetails: details, itinerary, id } = submission;
  const failed = (code: string, text: string): StatusDetails => {
    const errors = [...details.errors, ...itinerary.errors];
    return { ...details, errors: errors.length > 0 ? errors : [{ code, details: text }] };
  };
  switch (status) {
    case 'CommitFailed':
      return failed('InvalidParameterValue', 'The submission data is not valid.');
    case 'PreProcessingFailed':
      return failed('PackageValidationFailed', 'One or more packages could not be validated.');
    case 'CertificationFailed':
      return reported(failed('Other', '10.1.2.10 Functionality: the product crashes on launch.'), id, at);
    case 'ReleaseFailed':
    case 'PublishFailed':
      return failed('ServiceError', 'An internal service error occurred. Try the request again.');
    case 'None':
    case 'Canceled':
    case 'PendingCommit':
    case 'CommitStarted':
    case 'Release':
    case 'PendingPublication':
    case 'Publishing':
    case 'Published':
    case 'PreProcessing':
    case 'Certification':
    case 'Signing':
      return details;
  }
}

const reported = (details: StatusDetails, id: string, at: number): StatusDetails => ({
  ...details,
  certificationReports: [
    ...details.certificationReports,
    {
      date: wireDate(at),
      reportUrl: `https://partner.microsoft.com/dashboard/apps/reports/${id}`,
    },
  ],
});
