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
  type Hidden,
  noRollout,
  nothingHidden,
  type State,
  type Submission,
  type TrackRef,
} from './state.ts';
import { unset } from './wireDate.ts';

/** What goes wrong with a PUT that is answered with success. */
export type PutLoss = {
  /** The new packages are not stored. */
  readonly newPackages: boolean;
  /** The package rollout is not stored. */
  readonly rollout: boolean;
  /** What is stored and shown, and lost in processing. */
  readonly hidden: Hidden;
};
export const nothingLost: PutLoss = { newPackages: false, rollout: false, hidden: nothingHidden };

/** Replaces the data of a draft. Only `PendingCommit` takes it. */
export function updateSubmission(
  state: State,
  ref: TrackRef,
  id: string,
  body: unknown,
  loss: PutLoss = nothingLost,
): Change<Submission> {
  const submission = requireSubmission(state, ref, id);
  if (submission.status !== 'PendingCommit') throw wrongState('updated');
  requireOwnedByApi(submission, 'change');
  const put = parseSubmission(body);
  const production = submission.track.flightId === undefined;
  const entries = (production ? put.applicationPackages : put.flightPackages) ?? [];
  const packages = updatedPackages(submission.packages, entries);
  const options = deliveryOptions(state, submission, put);
  const updated: Submission = {
    ...submission,
    packages: loss.newPackages ? packages.filter((one) => one.id !== '') : packages,
    ...options,
    rollout: loss.rollout ? noRollout : options.rollout,
    hidden: loss.hidden,
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
  const asked = options.packageRollout?.packageRolloutPercentage ?? 0;
  const percentage = state.toggles.percentageDecimals === 'rounded' ? Math.round(asked) : asked;
  return {
    rollout: { ...noRollout, enabled, percentage },
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

export const wrongState = (done: string): Refusal =>
  invalidState(`The submission could not be ${done} in its current state.`);

/** A draft of Partner Center is out of the API's reach; one that was only edited there can still be deleted. */
export function requireOwnedByApi(submission: Submission, action: 'change' | 'delete'): void {
  const owned = submission.origin === 'api' && (action === 'delete' || !submission.editedInPortal);
  if (owned) return;
  throw notCreatedByApi(
    submission.track.flightId === undefined ? 'applicationSubmission' : 'flightSubmission',
  );
}
