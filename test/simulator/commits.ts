import { requireSubmission, withSubmission } from './lookups.ts';
import { normalized } from './packages.ts';
import type {
  Change,
  Contents,
  Hidden,
  Package,
  State,
  StatusDetail,
  Submission,
  TrackRef,
} from './state.ts';
import { requireOwnedByApi, wrongState } from './submissions.ts';
import type { Outcome } from './timetable.ts';

/** What was found at the upload URL: nothing looked, nothing there, not an archive, or an archive. */
export type Archive = 'unchecked' | 'missing' | 'invalid' | OpenedArchive;
export type OpenedArchive = {
  /** The paths of its files. */
  readonly paths: readonly string[];
  /** What is in those that the draft names, by their `normalized` path. */
  readonly contents: Readonly<Record<string, Contents>>;
};

export type CommitOptions = {
  readonly archive: Archive;
  readonly outcome?: Outcome | undefined;
  /** What the Store says once the outcome is a failure. */
  readonly errors?: readonly StatusDetail[];
  readonly warnings?: readonly StatusDetail[];
  /** What becomes of the rollout in processing, where that is not as the draft has it. */
  readonly rollout?: Hidden['rollout'] | undefined;
  readonly now: number;
};

/** Hands the draft to the Store. What is wrong with its archive shows later, as `CommitFailed`. */
export function commitSubmission(
  state: State,
  ref: TrackRef,
  id: string,
  { archive, outcome, errors = [], warnings = [], rollout, now }: CommitOptions,
): Change<Submission> {
  const submission = requireSubmission(state, ref, id);
  if (submission.status !== 'PendingCommit') throw wrongState('committed');
  requireOwnedByApi(submission, 'change');
  const checked = checkedAgainst(submission, archive, state);
  const { statusDetails, itinerary, hidden } = checked;
  const committed: Submission = {
    ...checked,
    status: 'CommitStarted',
    statusSince: now,
    statusDetails: { ...statusDetails, warnings: [...statusDetails.warnings, ...warnings] },
    itinerary: { ...itinerary, outcome: outcome ?? itinerary.outcome, errors },
    hidden: { ...hidden, rollout: rollout ?? hidden.rollout },
  };
  return { state: withSubmission(state, committed), value: committed };
}

function checkedAgainst(submission: Submission, archive: Archive, state: State): Submission {
  const files = newFiles(submission);
  if (files.length === 0 || archive === 'unchecked') return submission;
  if (archive === 'invalid') return doomed(submission, invalidArchive);
  if (archive === 'missing') return withoutMissing(submission, files, state);
  const { paths, contents } = archive;
  const found = new Set(paths.map(normalized));
  const missing = files.filter(({ fileName }) => !found.has(normalized(fileName)));
  if (missing.length === files.length && isRawPackage(found)) {
    if (state.toggles.rawUpload === 'invalidArchive') return doomed(submission, invalidArchive);
    return { ...submission, uploaded: 'rawPackage' };
  }
  return withoutMissing({ ...submission, uploaded: contents }, missing, state);
}

/** The new packages of a draft, which its upload has to hold. */
export const newFiles = ({ packages }: Submission): Package[] =>
  packages.filter(({ fileStatus }) => fileStatus === 'PendingUpload');

/** A package is itself an archive, with its manifest at a known place. */
const isRawPackage = (paths: ReadonlySet<string>): boolean =>
  paths.has('AppxManifest.xml') || paths.has('AppxMetadata/AppxBundleManifest.xml');

function withoutMissing(submission: Submission, missing: readonly Package[], state: State): Submission {
  if (missing.length === 0) return submission;
  if (state.toggles.missingFiles === 'droppedSilently') {
    return { ...submission, packages: submission.packages.filter((one) => !missing.includes(one)) };
  }
  const names = missing.map(({ fileName }) => fileName).join(', ');
  const details = `The following files are missing in the archive: ${names}`;
  return doomed(submission, { code: 'MissingFiles', details });
}

const invalidArchive: StatusDetail = { code: 'InvalidArchive', details: 'The ZIP archive is not valid.' };

const doomed = (submission: Submission, error: StatusDetail): Submission => ({
  ...submission,
  itinerary: { ...submission.itinerary, outcome: 'commitFailed' },
  statusDetails: { ...submission.statusDetails, errors: [...submission.statusDetails.errors, error] },
});
