import type { AppliedChange } from './applied.ts';
import { commitSubmission, newFiles } from './commits.ts';
import { createSubmission } from './creation.ts';
import type { Fault } from './faults.ts';
import { requireSubmission, withSubmission } from './lookups.ts';
import type { Change, Submission, TrackRef, Upload } from './state.ts';
import type { Store } from './store.ts';
import { commitBy, putLossBy } from './storeFaults.ts';
import { deleteSubmission, updateSubmission } from './submissions.ts';
import type { Uploads } from './upload.ts';

/** Drafts together with their upload, which is outside of the state. */

/** What serving one request of the API needs. */
export type ApiContext = {
  readonly store: Store;
  readonly uploads: Uploads;
  /** A name for the blob of a new draft. */
  readonly newBlobName: () => string;
  readonly fault: Fault | undefined;
  /** Remembers a change that was applied. */
  readonly record: (change: AppliedChange) => void;
};

/** Creates a submission with a place to upload to. */
export function create({ store, newBlobName, fault, record }: ApiContext, ref: TrackRef): Submission {
  const created = store.change((state, now) => {
    const lifetime = fault?.kind === 'expiredSas' ? -1 : state.toggles.uploadUrlHours;
    return createSubmission(state, ref, 'api', uploadFor(newBlobName(), lifetime), now);
  });
  record({ kind: 'create', track: created.track, submissionId: created.id });
  return created;
}

/** Replaces the data of a draft, or less than that by a fault. */
export function update(
  { store, fault, record }: ApiContext,
  ref: TrackRef,
  id: string,
  body: unknown,
): Submission {
  const updated = store.change((state) => updateSubmission(state, ref, id, body, putLossBy(fault)));
  record({ kind: 'update', track: updated.track, submissionId: id });
  return updated;
}

export function remove({ store, record }: ApiContext, ref: TrackRef, id: string): void {
  const { track } = requireSubmission(store.read(), ref, id);
  store.change((state) => deleteSubmission(state, ref, id));
  record({ kind: 'delete', track, submissionId: id });
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
  { store, uploads, fault, record }: ApiContext,
  ref: TrackRef,
  id: string,
): Promise<Submission> {
  const draft = requireSubmission(store.read(), ref, id);
  const paths = newFiles(draft).map(({ fileName }) => fileName);
  const { archive, blob } = draft.upload
    ? await uploads.inspect(draft.upload, paths)
    : ({ archive: 'missing' } as const);
  const committed = store.change((state, now) =>
    commitSubmission(state, ref, id, { archive, ...commitBy(fault), now }),
  );
  record({ kind: 'commit', track: committed.track, submissionId: id, blob });
  return committed;
}
