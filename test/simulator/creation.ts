import { createConflict, invalidState, Refusal, unsupportedFeature } from './errors.ts';
import { submissionId } from './ids.ts';
import { defaultListing } from './listing.ts';
import {
  lastPublished,
  requireApplication,
  requireTrack,
  rolloutRunning,
  tracksOf,
  withSubmission,
  withTrack,
} from './lookups.ts';
import {
  type Change,
  noDetails,
  noRollout,
  nothingHidden,
  type Rollout,
  type State,
  type StatusDetail,
  type Submission,
  type Track,
  type TrackRef,
  type Upload,
} from './state.ts';
import { varied } from './timetable.ts';
import { unset } from './wireDate.ts';

/** The warning that practically every application submission carries, and that means nothing. */
const salesWarning: StatusDetail = {
  code: 'SalesUnsupportedWarning',
  details:
    'The sales resource is no longer supported. To view or edit the sales data for this submission, use the Dev Center dashboard.',
};

/** Creates the one pending submission of a track, as a copy of its last published one. */
export function createSubmission(
  state: State,
  ref: TrackRef,
  origin: 'api' | 'portal',
  upload: Upload | undefined,
  now: number,
): Change<Submission> {
  const track = requireTrack(state, ref);
  requireSupported(state, ref);
  if (track.broken) throw new Refusal(404);
  if (track.pendingId !== undefined) throw createConflict();
  requireNoRollout(state, track);
  const submission = draft(state, track, { origin, upload, now });
  const next = withTrack(withSubmission(state, submission), { ...track, pendingId: submission.id });
  return { state: { ...next, serial: state.serial + 1 }, value: submission };
}

function requireSupported(state: State, ref: TrackRef): void {
  if (requireApplication(state, ref.applicationId).unsupportedFeatures) throw unsupportedFeature();
}

/** A running rollout must be halted or finalized before the next submission. */
function requireNoRollout(state: State, track: Track): void {
  const { rolloutBlocksCreate, createDuringRolloutBody } = state.toggles;
  const tracks = rolloutBlocksCreate === 'anyTrack' ? tracksOf(state, track.ref.applicationId) : [track];
  if (!tracks.some((one) => rolloutRunning(state, one))) return;
  throw createDuringRolloutBody === 'sameAsPending'
    ? createConflict()
    : invalidState('Complete the gradual package rollout before you create a new submission.');
}

type DraftOptions = {
  readonly origin: 'api' | 'portal';
  readonly upload: Upload | undefined;
  readonly now: number;
};

export function draft(state: State, track: Track, { origin, upload, now }: DraftOptions): Submission {
  const id = submissionId(state.seed, state.serial);
  const source = cloneSource(state, track);
  const production = track.ref.flightId === undefined;
  return {
    id,
    track: track.ref,
    number: state.serial,
    origin,
    editedInPortal: false,
    status: 'PendingCommit',
    statusSince: now,
    statusDetails: { ...noDetails, warnings: production ? [salesWarning] : [] },
    itinerary: { timetable: varied(state.timetable, state.seed, id), outcome: 'published', errors: [] },
    publishRequestedAt: undefined,
    packages: source?.packages ?? [],
    rollout: clonedRollout(state, source),
    isMandatoryUpdate: source?.isMandatoryUpdate ?? false,
    mandatoryUpdateEffectiveDate: source?.mandatoryUpdateEffectiveDate ?? unset,
    targetPublishMode: source?.targetPublishMode ?? 'Immediate',
    targetPublishDate: source?.targetPublishDate ?? '',
    notesForCertification: source?.notesForCertification,
    listing: source?.listing ?? (production ? defaultListing : {}),
    upload,
    uploaded: {},
    hidden: nothingHidden,
    publishedAt: undefined,
    offers: [],
  };
}

function cloneSource(state: State, track: Track): Submission | undefined {
  const last = lastPublished(state, track);
  const halted = last?.rollout.status === 'PackageRolloutStopped';
  if (!halted || state.toggles.cloneSource === 'lastPublished') return last;
  return state.submissions[last.rollout.fallbackSubmissionId];
}

function clonedRollout(state: State, source: Submission | undefined): Rollout {
  if (!source || state.toggles.clonedRollout === 'reset') return noRollout;
  return { ...noRollout, enabled: source.rollout.enabled, percentage: source.rollout.percentage };
}
