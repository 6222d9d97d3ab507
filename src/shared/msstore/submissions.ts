import { getTrack } from './applications.ts';
import type { Call } from './call.ts';
import { applyChange } from './change.ts';
import { mergeChanges, missingChanges } from './draft.ts';
import {
  StoreConflictError,
  StoreContractError,
  StoreNotFoundError,
  StoreOutcomeUnknownError,
  StoreUploadExpiredError,
} from './errors.ts';
import type { HttpAnswer } from './exchange.ts';
import { submissionPath, submissionsPath } from './ids.ts';
import type { Submission, SubmissionChanges, SubmissionProgress, SubmissionRef, Track } from './model.ts';
import { parseAnswer } from './parseAnswer.ts';
import type { UploadOptions, UploadResult, UploadSource } from './port.ts';
import type { Requester } from './requester.ts';
import type { UploadUrl } from './uploadUrl.ts';
import { createdSchema, type Draft, draftSchema, progressSchema } from './wire.ts';

async function getDraft(
  requester: Requester,
  call: Call,
  ref: SubmissionRef,
  operation: 'getSubmission' | 'updateSubmission' | 'uploadPackages',
): Promise<Draft> {
  const path = submissionPath(ref, operation);
  return requester.read(call, { operation, method: 'GET', path }, draftSchema(ref.track));
}

export async function getSubmission(
  requester: Requester,
  call: Call,
  ref: SubmissionRef,
): Promise<Submission> {
  return (await getDraft(requester, call, ref, 'getSubmission')).submission;
}

export async function getSubmissionStatus(
  requester: Requester,
  call: Call,
  ref: SubmissionRef,
): Promise<SubmissionProgress> {
  const operation = 'getSubmissionStatus';
  const path = `${submissionPath(ref, operation)}/status`;
  return requester.read(call, { operation, method: 'GET', path }, progressSchema);
}

/** The id in the answer to a create; without a readable one, the track itself tells. */
function createdId(answer: HttpAnswer): string | undefined {
  try {
    return parseAnswer(answer, 'createSubmission', createdSchema).id;
  } catch (error) {
    if (error instanceof StoreContractError) return undefined;
    throw error;
  }
}

/**
 * Creates a draft, which clones the last published submission. Applied when the track shows a pending
 * submission that was not there before. The sparse answer keeps the gateway from timing out over large
 * submissions; the whole draft is read after it.
 */
export async function createSubmission(requester: Requester, call: Call, track: Track): Promise<Submission> {
  const operation = 'createSubmission';
  const path = submissionsPath(track, operation);
  const query = { isMinimalResponse: 'true' };
  const { pendingSubmissionId: before } = await getTrack(requester, call, track);
  const submissionId = await applyChange(
    {
      operation,
      send: async (attempt) =>
        createdId(await requester.send(call, { operation, method: 'POST', path, query }, attempt)),
      readBack: async (created) => created ?? (await getTrack(requester, call, track)).pendingSubmissionId,
      applied: (pending) => pending !== undefined && pending !== before,
    },
    call,
    requester,
  );
  if (submissionId === undefined || submissionId === before) {
    throw new StoreOutcomeUnknownError({ operation, correlationId: call.correlationId }, undefined);
  }
  try {
    return await getSubmission(requester, call, { track, submissionId });
  } catch (error) {
    // The draft is there: what went wrong in reading it says nothing against its making.
    throw new StoreOutcomeUnknownError({ operation, correlationId: call.correlationId }, error);
  }
}

/** Reads the draft, merges the changes, and puts it back whole. */
export async function updateSubmission(
  requester: Requester,
  call: Call,
  ref: SubmissionRef,
  changes: SubmissionChanges,
): Promise<Submission> {
  const operation = 'updateSubmission';
  const { document } = await getDraft(requester, call, ref, operation);
  const body = JSON.stringify(mergeChanges(document, ref.track, changes));
  const path = submissionPath(ref, operation);
  const updated = await requester.read(
    call,
    { operation, method: 'PUT', path, body },
    draftSchema(ref.track).optional(),
  );
  // A success without a body says nothing of the draft.
  const { submission } = updated ?? (await getDraft(requester, call, ref, operation));
  const issues = missingChanges(submission, changes);
  if (issues.length > 0) throw new StoreContractError({ operation }, { issues, transient: false });
  return submission;
}

async function getUploadUrl(requester: Requester, call: Call, ref: SubmissionRef): Promise<UploadUrl> {
  const operation = 'uploadPackages';
  const { uploadUrl } = await getDraft(requester, call, ref, operation);
  if (uploadUrl !== undefined) return uploadUrl;
  const problem = 'the submission has no upload URL, so it was made in Partner Center or is no draft';
  throw new StoreConflictError(problem, { operation }, 'foreignSubmission');
}

/**
 * Uploads to the place that the draft names. When that has expired on the way, the draft is read once more: it may
 * name another place, or the same one with a new signature. An upload outlasts the budget of a call, so each reading
 * is a call of its own.
 */
export async function uploadPackages(
  requester: Requester,
  ref: SubmissionRef,
  source: UploadSource,
  options: UploadOptions = {},
): Promise<UploadResult> {
  const uploadUrl = await getUploadUrl(requester, requester.begin(options, 'change'), ref);
  // Only this needs the blob SDK, a tenth of the time in which the app starts.
  const { upload } = await import('./upload.ts');
  try {
    return await upload(uploadUrl, source, options);
  } catch (error) {
    if (!(error instanceof StoreUploadExpiredError)) throw error;
    const renewed = await getUploadUrl(requester, requester.begin(options, 'change'), ref);
    if (renewed.equals(uploadUrl)) throw error;
    return upload(renewed, source, options);
  }
}

/** Applied when the status is no longer `PendingCommit`. */
export async function commitSubmission(
  requester: Requester,
  call: Call,
  ref: SubmissionRef,
): Promise<SubmissionProgress> {
  const operation = 'commitSubmission';
  const path = `${submissionPath(ref, operation)}/commit`;
  return applyChange(
    {
      operation,
      send: (attempt) => requester.send(call, { operation, method: 'POST', path }, attempt),
      readBack: () => getSubmissionStatus(requester, call, ref),
      applied: ({ status }) => status !== 'PendingCommit',
    },
    call,
    requester,
  );
}

async function exists(requester: Requester, call: Call, ref: SubmissionRef): Promise<boolean> {
  try {
    await getSubmissionStatus(requester, call, ref);
    return true;
  } catch (error) {
    if (error instanceof StoreNotFoundError) return false;
    throw error;
  }
}

/** Applied when the submission is not found any more. */
export async function deleteSubmission(requester: Requester, call: Call, ref: SubmissionRef): Promise<void> {
  const operation = 'deleteSubmission';
  const path = submissionPath(ref, operation);
  await applyChange(
    {
      operation,
      send: (attempt) => requester.send(call, { operation, method: 'DELETE', path }, attempt),
      readBack: async (answer) => answer === undefined && (await exists(requester, call, ref)),
      applied: (stillThere) => !stillThere,
    },
    call,
    requester,
  );
}
