import type { Act, Outcome } from '../../delivery/decision.ts';
import { type Delivery, submissionIdOf } from '../../delivery/delivery.ts';
import type { DraftPlan } from '../../delivery/plan.ts';
import {
  StoreAuthenticationError,
  StoreBudgetError,
  StoreConflictError,
  StoreContractError,
  StoreError,
  StoreNotFoundError,
  StoreRejectedError,
  StoreUploadExpiredError,
} from '../../msstore/errors.ts';
import type { SubmissionChanges, SubmissionRef } from '../../msstore/model.ts';
import { PackageChangedError, PackageMissingError, PackageStorageError } from '../../packages/errors.ts';
import { isOutage, LostRaceError } from '../../state/errors.ts';
import { causeOf } from '../../text/cause.ts';
import { ConflictError, UnavailableError } from '../errors.ts';
import { refOf, trackOf } from '../rollout/observe.ts';
import { clearSlot } from './clearSlot.ts';
import type { Doing } from './doing.ts';
import { seenSubmission } from './observeDelivery.ts';
import { uploadSourceOf } from './uploadSource.ts';

/** Does what was decided and written down, once, and says what became of it. It never throws. */
export async function applyAct(doing: Doing, act: Act): Promise<Outcome> {
  try {
    return await attempt(doing, act);
  } catch (error) {
    logMistake(doing, error);
    return outcomeOf(error, act);
  }
}

/** What is no failure of the outside world is a mistake of this program, and its stack is wanted. */
export function logMistake(
  { delivery, log, abortSignal }: Pick<Doing, 'delivery' | 'log' | 'abortSignal'>,
  error: unknown,
): void {
  if (abortSignal.aborted || isOfTheWorld(error)) return;
  const stack = error instanceof Error ? error.stack : undefined;
  log.error(`${delivery.id}: ${stack ?? causeOf(error)}`);
}

const isOfTheWorld = (error: unknown): boolean =>
  error instanceof StoreError ||
  error instanceof PackageStorageError ||
  error instanceof ConflictError ||
  error instanceof UnavailableError ||
  error instanceof LostRaceError ||
  isOutage(error);

/** A create that finds nothing to create in has been seen where a flight's only submission was deleted. */
const mostNotFound = 5;

function outcomeOf(error: unknown, act: Act): Outcome {
  const cause = causeOf(error);
  if (error instanceof StoreUploadExpiredError) return { kind: 'uploadExpired' };
  if (error instanceof PackageChangedError || error instanceof PackageMissingError)
    return { kind: 'refused', cause };
  if (error instanceof StoreRejectedError || error instanceof ConflictError)
    return { kind: 'refused', cause };
  // Somebody has edited the draft in Partner Center: the API may not change it any more.
  if (error instanceof StoreConflictError && error.reason === 'foreignSubmission')
    return { kind: 'refused', cause, byOthers: true };
  // What the API does not support for this application, it will not support a minute later.
  if (error instanceof StoreConflictError && error.reason === 'unsupportedFeature')
    return { kind: 'refused', cause };
  if (error instanceof StoreContractError && !error.transient && act.kind === 'update')
    return { kind: 'refused', cause };
  if (error instanceof StoreNotFoundError && act.kind === 'create')
    return { kind: 'failed', cause, most: mostNotFound };
  // A create that found no room in the budget was not sent, and one without a good token was not heard: like a refused
  // one it has made nothing.
  return error instanceof StoreConflictError ||
    error instanceof StoreBudgetError ||
    error instanceof StoreAuthenticationError
    ? { kind: 'failed', cause, conflict: true }
    : { kind: 'failed', cause };
}

async function attempt(doing: Doing, act: Act): Promise<Outcome> {
  const { ports, delivery, abortSignal } = doing;
  const store = ports.publishers.submissionStoreOf(delivery.publisher);
  switch (act.kind) {
    case 'clear':
      return { kind: 'cleared', done: await clearSlot(doing, act.clearing) };
    case 'create': {
      const { ref } = await store.createSubmission(trackOf(delivery), { abortSignal, once: true });
      return { kind: 'created', submissionId: ref.submissionId };
    }
    case 'update':
      return update(doing, act.plan);
    case 'upload':
      return upload(doing, act.content);
    case 'commit': {
      const { status } = await store.commitSubmission(ownRef(delivery), { abortSignal, once: true });
      return status === 'PendingCommit'
        ? { kind: 'failed', cause: 'the Store answered the commit, but still shows a draft' }
        : { kind: 'committed', status };
    }
    case 'discard':
      await store.deleteSubmission(ownRef(delivery), { abortSignal, once: true });
      return { kind: 'discarded' };
  }
}

const ownRef = (delivery: Delivery): SubmissionRef =>
  refOf({ ...delivery, submissionId: submissionIdOf(delivery) });

/** The answer to an update is the Store's own word; what is believed is a fresh reading after it. */
async function update({ ports, delivery, abortSignal }: Doing, plan: DraftPlan): Promise<Outcome> {
  const store = ports.publishers.submissionStoreOf(delivery.publisher);
  const ref = ownRef(delivery);
  await store.updateSubmission(ref, changesOf(plan), { abortSignal });
  const draft = seenSubmission(await store.getSubmission(ref, { abortSignal, lane: 'change' }));
  return { kind: 'updated', plan, draft };
}

const changesOf = ({
  percentage,
  expected,
  publishMode,
  mandatoryFrom,
  notes,
}: DraftPlan): SubmissionChanges => ({
  packageRollout: { percentage },
  addPackages: expected.added.map((fileName) => ({ fileName })),
  removePackageIds: expected.removed,
  ...(typeof publishMode === 'object'
    ? { targetPublishMode: 'SpecificDate', targetPublishDate: publishMode.date }
    : { targetPublishMode: publishMode }),
  mandatoryUpdate: mandatoryFrom === undefined ? 'none' : { from: mandatoryFrom },
  ...(notes !== undefined && { notesForCertification: notes }),
});

async function upload(
  { ports, delivery, abortSignal, until, onProgress }: Doing,
  content: Extract<Act, { kind: 'upload' }>['content'],
): Promise<Outcome> {
  const store = ports.publishers.submissionStoreOf(delivery.publisher);
  const source = uploadSourceOf(ports.packages, content);
  const result = await ports.uploads.run(() =>
    store.uploadPackages(ownRef(delivery), source, { abortSignal, until, onProgress }),
  );
  if (result === 'noRoom') return { kind: 'uploadWaits' };
  return result.kind === 'partial'
    ? { kind: 'uploading', uploadedBytes: result.uploadedBytes, totalBytes: result.totalBytes }
    : { kind: 'uploaded', bytes: result.bytes, method: result.method };
}
