import type { Delivery } from '../../delivery/delivery.ts';
import type {
  Automation,
  Observed,
  PublishedSubmission,
  SeenSubmission,
  Slot,
} from '../../delivery/observed.ts';
import { StoreNotFoundError } from '../../msstore/errors.ts';
import type { Submission, TrackState } from '../../msstore/model.ts';
import type { CallOptions, StoreReader } from '../../msstore/port.ts';
import { type ObservedRollout, stageOf } from '../../rollout/observed.ts';
import { approvalsToFinalize, rolloutId } from '../../rollout/rollout.ts';
import { hasEnded } from '../../rollout/vocabulary.ts';
import { causeOf } from '../../text/cause.ts';
import type { Ports } from '../ports.ts';
import { gatherEvidence } from '../rollout/gatherEvidence.ts';
import { observedRollout, refOf, trackOf } from '../rollout/observe.ts';
import { unreadable } from '../unreadable.ts';
import { examinePackages } from './examinePackages.ts';

/** What the reading of one pass needs. */
type Reading = {
  readonly ports: Ports;
  readonly store: StoreReader;
  readonly delivery: Delivery;
  readonly now: Date;
  readonly abortSignal: AbortSignal;
};

/**
 * Reads what the phase of a delivery has to know. It never throws for what was read: what could not be read is
 * `unreadable`, and the next pass reads again.
 */
export async function observeDelivery(
  ports: Ports,
  delivery: Delivery,
  now: Date,
  abortSignal: AbortSignal,
): Promise<Observed> {
  try {
    const store = ports.publishers.storeOf(delivery.publisher);
    return await read({ ports, store, delivery, now, abortSignal });
  } catch (error) {
    return isTrackMissing(error) ? { kind: 'trackMissing', cause: causeOf(error) } : unreadable(error, now);
  }
}

const isTrackMissing = (error: unknown): boolean =>
  error instanceof StoreNotFoundError && ['getApplication', 'getFlight'].includes(error.details.operation);

async function read(reading: Reading): Promise<Observed> {
  const { phase } = reading.delivery;
  if (phase === 'checking') return readStart(reading);
  if (phase === 'clearing' || phase === 'creating') return { kind: 'slot', slot: await readSlot(reading) };
  return readOwn(reading);
}

async function readStart(reading: Reading): Promise<Observed> {
  const { ports, delivery, abortSignal } = reading;
  // One after the other: a request whose packages are wrong costs the Store nothing.
  const content = await examinePackages(
    ports.packages,
    delivery.ask.packages,
    delivery.versions,
    abortSignal,
  );
  const slot = content.kind === 'bad' ? {} : await readSlot(reading);
  return { kind: 'start', content, slot };
}

async function readSlot(reading: Reading): Promise<Slot> {
  const { store, delivery, abortSignal } = reading;
  const track = await store.getTrack(trackOf(delivery), { abortSignal });
  const [published, pending] = await Promise.all([
    readPublished(reading, track),
    readPending(reading, track),
  ]);
  return { published, pending };
}

async function readPending(
  { store, delivery, abortSignal }: Reading,
  { pendingSubmissionId }: TrackState,
): Promise<SeenSubmission | undefined> {
  if (pendingSubmissionId === undefined) return undefined;
  const ref = refOf({ ...delivery, submissionId: pendingSubmissionId });
  return seenSubmission(await store.getSubmission(ref, { abortSignal }));
}

async function readPublished(
  reading: Reading,
  { lastPublishedSubmissionId }: TrackState,
): Promise<PublishedSubmission | undefined> {
  if (lastPublishedSubmissionId === undefined) return undefined;
  const { store, delivery, abortSignal } = reading;
  const ref = refOf({ ...delivery, submissionId: lastPublishedSubmissionId });
  const { packages } = await store.getSubmission(ref, { abortSignal });
  const rollout = observedRollout(await store.getPackageRollout(ref, { abortSignal }));
  const automation = await readAutomation(reading, lastPublishedSubmissionId, rollout);
  return { submissionId: lastPublishedSubmissionId, rollout, packages, automation };
}

/** What is known of the health of the rollout that stands in the way, asked now: old evidence lets nothing go to everyone. */
async function readAutomation(
  { ports, delivery, now, abortSignal }: Reading,
  submissionId: string,
  shown: ObservedRollout,
): Promise<Automation | undefined> {
  const known = await ports.rollouts.get(rolloutId({ ...delivery, submissionId }));
  if (!known || hasEnded(known.rollout.phase)) return undefined;
  const { rollout } = known;
  const seenNow = { kind: 'published', status: 'Published', rollout: shown } as const;
  const evidence = await gatherEvidence(ports.telemetry(), rollout, seenNow, now, abortSignal);
  return {
    rolloutId: rollout.id,
    phase: rollout.phase,
    paused: rollout.pause !== undefined || rollout.alertHolds.length > 0,
    cap: rollout.cap?.percentage,
    awaitsApproval: approvalsToFinalize(rollout) > 0,
    evidence,
  };
}

async function readOwn(reading: Reading): Promise<Observed> {
  const { store, delivery, abortSignal } = reading;
  const { submissionId } = delivery;
  if (submissionId === undefined) return { kind: 'missing', cause: 'its id is not written down' };
  const ref = refOf({ ...delivery, submissionId });
  try {
    const submission = await store.getSubmission(ref, { abortSignal });
    return { kind: 'submission', submission: await withRollout(store, submission, { abortSignal }) };
  } catch (error) {
    if (error instanceof StoreNotFoundError) return readMissing(reading, submissionId, error);
    throw error;
  }
}

/** After publication, only the rollout's own resource is up to date. */
async function withRollout(
  store: StoreReader,
  submission: Submission,
  options: CallOptions,
): Promise<SeenSubmission> {
  if (stageOf(submission.status) !== 'published') return seenSubmission(submission);
  const shown = await store.getPackageRollout(submission.ref, options);
  return {
    ...seenSubmission(submission),
    rollout: { enabled: shown.enabled, percentage: shown.percentage },
    rolloutState: observedRollout(shown).state,
  };
}

/** The gateway has been seen to answer 404 without a reason, so the track has its say before anything is given up. */
async function readMissing(
  { store, delivery, abortSignal }: Reading,
  submissionId: string,
  missing: StoreNotFoundError,
): Promise<Observed> {
  const track = await store.getTrack(trackOf(delivery), { abortSignal });
  const named = [track.lastPublishedSubmissionId, track.pendingSubmissionId].includes(submissionId);
  const cause = causeOf(missing);
  return named
    ? { kind: 'unreadable', cause: `the track names the submission, but ${cause}` }
    : { kind: 'missing', cause };
}

export const seenSubmission = (submission: Submission): SeenSubmission => ({
  submissionId: submission.ref.submissionId,
  status: submission.status,
  errors: submission.errors,
  warnings: submission.warnings,
  certificationReports: submission.certificationReports,
  packages: submission.packages,
  rollout: submission.packageRollout && {
    enabled: submission.packageRollout.enabled,
    percentage: submission.packageRollout.percentage,
  },
  publishMode: submission.targetPublishMode,
  publishDate: submission.targetPublishDate,
  mandatory: submission.mandatoryUpdate,
  notes: submission.notesForCertification,
  madeByApi: submission.canUpload,
});
