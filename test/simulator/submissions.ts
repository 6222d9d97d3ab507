import { parseSubmission, type SubmissionBody } from './body.ts';
import {
  invalidParameter,
  invalidState,
  notCreatedByApi,
  type Refusal,
  unsupportedFeature,
} from './errors.ts';
import { listingOf } from './listing.ts';
import {
  requireSubmission,
  requireTrack,
  rolloutRunning,
  tracksOf,
  withSubmission,
  withTrack,
} from './lookups.ts';
import { updatedPackages } from './packages.ts';
import {
  type Change,
  noRollout,
  type State,
  type StatusDetail,
  type StatusDetails,
  type Submission,
  type TrackRef,
} from './state.ts';
import type { Outcome } from './timetable.ts';
import { unset } from './wireDate.ts';

/** Replaces the data of a draft. Only `PendingCommit` takes it. */
export function updateSubmission(state: State, ref: TrackRef, id: string, body: unknown): Change<Submission> {
  const submission = requireSubmission(state, ref, id);
  if (submission.status !== 'PendingCommit') throw wrongState('updated');
  requireOwnedByApi(submission, 'change');
  const put = parseSubmission(body);
  const production = submission.track.flightId === undefined;
  const entries = (production ? put.applicationPackages : put.flightPackages) ?? [];
  const updated: Submission = {
    ...submission,
    packages: updatedPackages(submission.packages, entries),
    ...deliveryOptions(state, submission, put),
    ...publishing(state, put),
    notesForCertification: put.notesForCertification ?? undefined,
    listing: production ? listingOf(put) : {},
  };
  return { state: withSubmission(state, updated), value: updated };
}

function deliveryOptions(state: State, submission: Submission, put: SubmissionBody) {
  const options = put.packageDeliveryOptions ?? {};
  const enabled = options.packageRollout?.isPackageRollout ?? false;
  if (options.isMandatoryUpdate && state.toggles.mandatoryUpdate === 'conflict') throw unsupportedFeature();
  if (enabled) requireParallel(state, submission);
  return {
    rollout: { ...noRollout, enabled, percentage: options.packageRollout?.packageRolloutPercentage ?? 0 },
    isMandatoryUpdate: options.isMandatoryUpdate ?? false,
    mandatoryUpdateEffectiveDate: options.mandatoryUpdateEffectiveDate ?? unset,
  };
}

function requireParallel(state: State, submission: Submission): void {
  if (state.toggles.parallelRollouts === 'allowed') return;
  const tracks = tracksOf(state, submission.track.applicationId);
  if (tracks.some((track) => rolloutRunning(state, track))) {
    throw invalidState('Another gradual package rollout of this application is in progress.');
  }
}

function publishing(state: State, put: SubmissionBody) {
  const targetPublishMode = put.targetPublishMode ?? 'Immediate';
  const targetPublishDate = put.targetPublishDate ?? '';
  const refused = put.targetPublishDate === '' && state.toggles.emptyTargetPublishDate === 'refused';
  const dated = !Number.isNaN(Date.parse(targetPublishDate));
  if (refused || (targetPublishDate !== '' && !dated) || (targetPublishMode === 'SpecificDate' && !dated)) {
    throw invalidParameter('The targetPublishDate must be an ISO 8601 date', 'targetPublishDate');
  }
  return { targetPublishMode, targetPublishDate };
}

/** What was found at the upload URL: nothing looked, nothing there, not an archive, or the names of its files. */
export type Archive = 'unchecked' | 'missing' | 'invalid' | readonly string[];

/** Hands the draft to the Store. What is wrong with its archive shows later, as `CommitFailed`. */
export function commitSubmission(
  state: State,
  ref: TrackRef,
  id: string,
  options: { archive: Archive; outcome?: Outcome | undefined; now: number },
): Change<Submission> {
  const submission = requireSubmission(state, ref, id);
  if (submission.status !== 'PendingCommit') throw wrongState('committed');
  requireOwnedByApi(submission, 'change');
  const checked = checkedAgainst(submission, options.archive, state);
  const committed: Submission = {
    ...checked,
    status: 'CommitStarted',
    statusSince: options.now,
    itinerary: { ...checked.itinerary, outcome: options.outcome ?? checked.itinerary.outcome },
  };
  return { state: withSubmission(state, committed), value: committed };
}

function checkedAgainst(submission: Submission, archive: Archive, state: State): Submission {
  const files = submission.packages.filter(({ fileStatus }) => fileStatus === 'PendingUpload');
  if (files.length === 0 || archive === 'unchecked') return submission;
  if (archive === 'invalid') return doomed(submission, 'InvalidArchive', 'The ZIP archive is not valid.');
  const found = archive === 'missing' ? [] : archive.map(normalized);
  const missing = files.filter(({ fileName }) => !found.includes(normalized(fileName)));
  if (missing.length === 0) return submission;
  if (state.toggles.missingFiles === 'droppedSilently') {
    return { ...submission, packages: submission.packages.filter((one) => !missing.includes(one)) };
  }
  const names = missing.map(({ fileName }) => fileName).join(', ');
  return doomed(submission, 'MissingFiles', `The following files are missing in the archive: ${names}`);
}

const normalized = (path: string): string => path.replaceAll('\\', '/');

const doomed = (submission: Submission, code: string, details: string): Submission => ({
  ...submission,
  itinerary: { ...submission.itinerary, outcome: 'commitFailed' },
  statusDetails: withError(submission.statusDetails, { code, details }),
});

const withError = (details: StatusDetails, error: StatusDetail): StatusDetails => ({
  ...details,
  errors: [...details.errors, error],
});

/** Gives the track's slot free. Nothing that is on its way or published can be deleted. */
export function deleteSubmission(state: State, ref: TrackRef, id: string): Change<undefined> {
  const submission = requireSubmission(state, ref, id);
  if (!deletable(submission)) throw wrongState('deleted');
  requireOwnedByApi(submission, 'delete');
  return { state: withoutSubmission(state, submission), value: undefined };
}

const deletable = ({ status }: Submission): boolean =>
  status === 'PendingCommit' || status === 'Canceled' || status.endsWith('Failed');

export function withoutSubmission(state: State, submission: Submission): State {
  const track = requireTrack(state, submission.track);
  const { [submission.id]: _deleted, ...submissions } = state.submissions;
  const only = track.ref.flightId !== undefined && track.lastPublishedId === undefined;
  const broken = track.broken || (only && state.toggles.deletedFirstSubmission === 'breaksFlight');
  return withTrack({ ...state, submissions }, { ...track, pendingId: undefined, broken });
}

const wrongState = (done: string): Refusal =>
  invalidState(`The submission could not be ${done} in its current state.`);

/** A draft of Partner Center is out of the API's reach; one that was only edited there can still be deleted. */
function requireOwnedByApi(submission: Submission, action: 'change' | 'delete'): void {
  const owned = submission.origin === 'api' && (action === 'delete' || !submission.editedInPortal);
  if (owned) return;
  throw notCreatedByApi(
    submission.track.flightId === undefined ? 'applicationSubmission' : 'flightSubmission',
  );
}
