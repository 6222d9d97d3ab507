import { createSubmission } from './creation.ts';
import type { Fault } from './faults.ts';
import { requireSubmission, withSubmission } from './lookups.ts';
import type { Change, Submission, TrackRef, Upload } from './state.ts';
import type { Store } from './store.ts';
import { commitSubmission } from './submissions.ts';
import type { Outcome } from './timetable.ts';
import type { Uploads } from './upload.ts';

/** Drafts together with their upload, which is outside of the state. */

/** What serving one request of the API needs. */
export type ApiContext = {
  readonly store: Store;
  readonly uploads: Uploads;
  /** A name for the blob of a new draft. */
  readonly newBlobName: () => string;
  readonly fault: Fault | undefined;
};

/** Creates a submission with a place to upload to. */
export function create({ store, newBlobName, fault }: ApiContext, ref: TrackRef): Submission {
  return store.change((state, now) => {
    const lifetime = fault?.kind === 'expiredSas' ? -1 : state.toggles.uploadUrlHours;
    return createSubmission(state, ref, 'api', uploadFor(newBlobName(), lifetime), now);
  });
}

/** Storage lives in real time, and so does what is signed for it. */
export const uploadFor = (blobName: string, hours: number): Upload => ({
  blobName,
  expiresAt: Date.now() + hours * 3_600_000,
});

/** A submission that is read: its upload URL may be replaced, or have expired by a fault. */
export function refreshed({ store, fault }: ApiContext, submission: Submission): Submission {
  const { upload } = submission;
  if (!upload || submission.status !== 'PendingCommit') return submission;
  const { toggles } = store.read();
  if (fault?.kind === 'expiredSas') return withUpload(store, submission, uploadFor(upload.blobName, -1));
  if (toggles.expiredUploadUrl === 'keptOnGet' || upload.expiresAt > Date.now()) return submission;
  return withUpload(store, submission, uploadFor(upload.blobName, toggles.uploadUrlHours));
}

function withUpload(store: Store, submission: Submission, upload: Upload): Submission {
  const changed = { ...submission, upload };
  return store.change(
    (state): Change<Submission> => ({ state: withSubmission(state, changed), value: changed }),
  );
}

/** Commits a submission, after a look at what was uploaded. */
export async function commit(
  { store, uploads, fault }: ApiContext,
  ref: TrackRef,
  id: string,
): Promise<Submission> {
  const { upload } = requireSubmission(store.read(), ref, id);
  const archive = upload ? await uploads.archive(upload) : 'missing';
  const outcome = outcomeBy(fault);
  return store.change((state, now) => commitSubmission(state, ref, id, { archive, outcome, now }));
}

function outcomeBy(fault: Fault | undefined): Outcome | undefined {
  if (fault?.kind === 'commitRevertsToPending') return 'revertsToPendingCommit';
  return fault?.kind === 'stuckCommitStarted' ? 'stuckCommitStarted' : undefined;
}
