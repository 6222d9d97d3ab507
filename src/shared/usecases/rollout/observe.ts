import { StoreConflictError, StoreError, StoreNotFoundError } from '../../msstore/errors.ts';
import type { PackageRollout, SubmissionRef, Track } from '../../msstore/model.ts';
import type { CallOptions, StoreReader } from '../../msstore/port.ts';
import { couldBeTried } from '../../rollout/intentGates.ts';
import { type Observed, type ObservedRollout, stageOf } from '../../rollout/observed.ts';
import type { Rollout } from '../../rollout/rollout.ts';
import { causeOf } from '../../text/cause.ts';
import type { Publishers } from '../ports.ts';
import { unreadable } from '../unreadable.ts';

export const trackOf = ({ applicationId, flightId }: Pick<Rollout, 'applicationId' | 'flightId'>): Track =>
  flightId === undefined
    ? { kind: 'production', applicationId }
    : { kind: 'flight', applicationId, flightId };

export const refOf = (
  rollout: Pick<Rollout, 'applicationId' | 'flightId' | 'submissionId'>,
): SubmissionRef => ({ track: trackOf(rollout), submissionId: rollout.submissionId });

/** The Store's words for a package rollout, in ours. The status outranks the flag, which some answers drop at the end. */
export function observedRollout({ status, enabled, percentage }: PackageRollout): ObservedRollout {
  switch (status) {
    case 'PackageRolloutInProgress':
      return { state: 'inProgress', percentage };
    case 'PackageRolloutComplete':
      return { state: 'complete', percentage };
    case 'PackageRolloutStopped':
      return { state: 'stopped', percentage };
    case 'PackageRolloutNotStarted':
      return { state: enabled ? 'notStarted' : 'notGradual', percentage };
    default:
      return { state: 'unknown', percentage };
  }
}

/**
 * Reads what the Store says of a rollout's submission now. It never throws: what could not be read is `unreadable`.
 * Two requests while it ramps; one while it halts for the first time, because nothing else matters then.
 */
export async function observe(
  publishers: Pick<Publishers, 'storeOf'>,
  rollout: Rollout,
  now: Date,
  options: CallOptions,
): Promise<Observed> {
  try {
    const lane = rollout.intent?.kind === 'halt' ? 'halt' : 'poll';
    return await read(publishers.storeOf(rollout.publisher), rollout, { ...options, lane });
  } catch (error) {
    return unreadable(error, now);
  }
}

async function read(store: StoreReader, rollout: Rollout, options: CallOptions): Promise<Observed> {
  try {
    return rollout.stepSince === undefined
      ? await observeSubmission(store, rollout, options)
      : await observePublished(store, rollout, options);
  } catch (error) {
    if (error instanceof StoreNotFoundError) return observeMissing(store, rollout, error, options);
    throw error;
  }
}

async function observeSubmission(
  store: StoreReader,
  rollout: Rollout,
  options: CallOptions,
): Promise<Observed> {
  const ref = refOf(rollout);
  const { status, errors } = await store.getSubmissionStatus(ref, options);
  if (stageOf(status) !== 'published')
    return {
      kind: 'unpublished',
      status,
      problems: errors.map(({ code, details }) => `${code}: ${details}`),
    };
  const shown = await store.getPackageRollout(ref, options);
  const { state } = observedRollout(shown);
  // What has not begun may never begin, because another submission took its place.
  const track = state === 'notStarted' ? await readTrack(store, rollout, options) : {};
  if (rollout.phase === 'halting')
    return { kind: 'published', status, rollout: observedRollout(shown), ...track };
  if (state === 'unknown') return unknownStatus(shown);
  const versions = await versionsOf(store, ref, shown.fallbackSubmissionId, options);
  return { kind: 'published', status, rollout: observedRollout(shown), ...track, ...versions };
}

async function observePublished(
  store: StoreReader,
  rollout: Rollout,
  options: CallOptions,
): Promise<Observed> {
  const ref = refOf(rollout);
  const read = await store.getPackageRollout(ref, options);
  const shown = observedRollout(read);
  if (rollout.phase === 'halting' && !isRefused(rollout))
    return { kind: 'published', status: 'Published', rollout: shown };
  if (shown.state === 'unknown') return unknownStatus(read);
  const track = await readTrack(store, rollout, options);
  return { kind: 'published', status: 'Published', rollout: shown, ...track };
}

/** A halt that comes to nothing may have nothing left to stop: the track knows. */
const isRefused = ({ intent }: Rollout): boolean => (intent?.attempts ?? 0) > 1;

const unknownStatus = ({ status }: PackageRollout): Observed => ({
  kind: 'unreadable',
  cause: `it shows the rollout status ${status}, which Rampart does not know`,
});

/** A track that cannot be read must not hide the rollout, which could: whether it was replaced shows at the next look. */
async function readTrack(
  store: StoreReader,
  rollout: Rollout,
  options: CallOptions,
): Promise<{ replacedBy?: string; trackUnread?: true }> {
  try {
    const { lastPublishedSubmissionId: id } = await store.getTrack(trackOf(rollout), options);
    return id === undefined || id === rollout.submissionId ? {} : { replacedBy: id };
  } catch (error) {
    if (error instanceof StoreError) return { trackUnread: true };
    throw error;
  }
}

/**
 * What tells the two builds apart: the candidate is what only the submission has, the control what only its fallback has.
 * Where the submission keeps all packages of before beside the new ones, whoever runs those is the control.
 */
async function versionsOf(
  store: StoreReader,
  ref: SubmissionRef,
  fallbackId: string | undefined,
  options: CallOptions,
): Promise<{ candidateVersions: string[]; controlVersions?: string[] }> {
  const own = await versionsIn(store, ref, options);
  if (fallbackId === undefined) return { candidateVersions: own };
  const before = await fallbackVersions(store, { ...ref, submissionId: fallbackId }, options);
  const candidateVersions = own.filter((version) => !before.includes(version));
  if (candidateVersions.length === 0) return { candidateVersions };
  const gone = before.filter((version) => !own.includes(version));
  const controlVersions = gone.length > 0 ? gone : before;
  return { candidateVersions, ...(controlVersions.length > 0 && { controlVersions }) };
}

async function versionsIn(store: StoreReader, ref: SubmissionRef, options: CallOptions): Promise<string[]> {
  const { packages } = await store.getSubmission(ref, options);
  const kept = packages.filter(({ fileStatus }) => fileStatus !== 'PendingDelete');
  return [...new Set(kept.flatMap(({ version }) => (version === undefined ? [] : [version])))];
}

/** The fallback of a track's first rollout may lie on another track; then all versions count as new, and none as control. */
async function fallbackVersions(
  store: StoreReader,
  ref: SubmissionRef,
  options: CallOptions,
): Promise<string[]> {
  try {
    return await versionsIn(store, ref, options);
  } catch (error) {
    if (error instanceof StoreNotFoundError || error instanceof StoreConflictError) return [];
    throw error;
  }
}

/** Two answers without a reason must not end a halt: it is given up when it was tried so often, over a minute and more. */
const triesWhileMissing = 4;
const isHeldOnTo = (rollout: Rollout): boolean =>
  rollout.intent?.kind === 'halt' && couldBeTried(rollout) && rollout.intent.attempts < triesWhileMissing;

/** The gateway has been seen to answer 404 without a reason, so the track has its say before anything is given up. */
async function observeMissing(
  store: StoreReader,
  rollout: Rollout,
  missing: StoreNotFoundError,
  options: CallOptions,
): Promise<Observed> {
  try {
    const track = await store.getTrack(trackOf(rollout), options);
    const held = [track.lastPublishedSubmissionId, track.pendingSubmissionId];
    return held.includes(rollout.submissionId) || isHeldOnTo(rollout)
      ? { kind: 'unreadable', cause: `it is not clear whether the submission is gone: ${causeOf(missing)}` }
      : { kind: 'missing', cause: causeOf(missing) };
  } catch (error) {
    return error instanceof StoreNotFoundError && !isHeldOnTo(rollout)
      ? { kind: 'missing', cause: causeOf(error) }
      : { kind: 'unreadable', cause: causeOf(error) };
  }
}
