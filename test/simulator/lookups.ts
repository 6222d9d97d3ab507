import { notFound, Refusal } from './errors.ts';
import type { Application, State, Submission, Track, TrackRef } from './state.ts';

/** Finding things in the state, and putting them back. */

export const trackKey = ({ applicationId, flightId }: TrackRef): string =>
  `${applicationId}/${flightId ?? 'production'}`;

export const sameTrack = (one: TrackRef, other: TrackRef): boolean => trackKey(one) === trackKey(other);

/** Throws a `Refusal` where the publisher has no such application. */
export function requireApplication(state: State, id: string): Application {
  const application = state.applications[id.toUpperCase()];
  if (!application) throw notFound('Application', state.toggles.foreignApplicationStatus);
  return application;
}

/** Throws a `Refusal` where the application has no such flight. */
export function requireTrack(state: State, ref: TrackRef): Track {
  const application = requireApplication(state, ref.applicationId);
  const track =
    state.tracks[trackKey({ applicationId: application.id, flightId: ref.flightId?.toLowerCase() })];
  if (!track) throw notFound('Flight');
  return track;
}

/** Throws a `Refusal` where there is no such submission, or where it is another track's. */
export function requireSubmission(state: State, ref: TrackRef, id: string): Submission {
  const track = requireTrack(state, ref);
  const submission = state.submissions[id];
  if (!submission) throw notFound('Submission');
  if (sameTrack(submission.track, track.ref)) return submission;
  if (state.toggles.foreignSubmissionStatus === 404) throw notFound('Submission');
  throw new Refusal(409, {
    code: 'InvalidState',
    data: [],
    details: [],
    message: `The submission does not belong to the specified ${ref.flightId ? 'package flight' : 'app'}.`,
    source: 'Ingestion Api',
    target: 'submissionId',
  });
}

export const withSubmission = (state: State, submission: Submission): State => ({
  ...state,
  submissions: { ...state.submissions, [submission.id]: submission },
});

export const withTrack = (state: State, track: Track): State => ({
  ...state,
  tracks: { ...state.tracks, [trackKey(track.ref)]: track },
});

/** The published submissions of a track, oldest first. */
export function publishedOn(state: State, ref: TrackRef): Submission[] {
  return Object.values(state.submissions)
    .filter((submission) => submission.publishedAt !== undefined && sameTrack(submission.track, ref))
    .sort((one, other) => (one.publishedAt ?? 0) - (other.publishedAt ?? 0) || one.number - other.number);
}

export const tracksOf = (state: State, applicationId: string): Track[] =>
  Object.values(state.tracks).filter((track) => track.ref.applicationId === applicationId);

export const lastPublished = (state: State, track: Track): Submission | undefined =>
  track.lastPublishedId === undefined ? undefined : state.submissions[track.lastPublishedId];

/** Whether the newest published submission of the track is in the middle of its rollout. */
export const rolloutRunning = (state: State, track: Track): boolean =>
  lastPublished(state, track)?.rollout.status === 'PackageRolloutInProgress';
