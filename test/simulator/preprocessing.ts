import { publishedOn, requireApplication, withSubmission } from './lookups.ts';
import { normalized, processed, type Reading } from './packages.ts';
import {
  type Contents,
  type FoundPackage,
  type Identity,
  noRollout,
  type Package,
  type Rollout,
  type State,
  type StatusDetail,
  type Submission,
} from './state.ts';

/** What the Store makes of the uploaded packages, from what the commit found in them. */

/** A submission enters preprocessing: what is wrong with its packages is its end, and what was hidden comes true. */
export function beginPreprocessing(state: State, submission: Submission): State {
  const problems = problemsOf(state, submission);
  const rollout = rolloutAfterLoss(submission);
  if (problems.length === 0) return withSubmission(state, { ...submission, rollout });
  const itinerary = { ...submission.itinerary, outcome: 'preProcessingFailed', errors: problems } as const;
  return withSubmission(state, { ...submission, rollout, itinerary });
}

function rolloutAfterLoss({ rollout, hidden }: Submission): Rollout {
  if (hidden.rollout === 'kept' || !rollout.enabled) return rollout;
  return hidden.rollout === 'lost' ? noRollout : { ...rollout, percentage: hidden.rollout.percentage };
}

/** File statuses, ids and versions change only here: preprocessing has read the packages. */
export function endPreprocessing(state: State, submission: Submission): State {
  const packages = newPackagesIgnored(submission)
    ? untouched(submission.packages)
    : processed(submission.packages, state.seed, state.serial, (one) => readingsOf(state, submission, one));
  const next = { ...state, serial: state.serial + packages.length };
  return withSubmission(next, { ...submission, packages, uploaded: {} });
}

const newPackagesIgnored = ({ hidden, uploaded }: Submission): boolean =>
  hidden.newPackagesIgnored || uploaded === 'rawPackage';

/** Nothing of what was asked for has happened: neither came the new packages, nor did the old ones go. */
const untouched = (packages: readonly Package[]): Package[] =>
  packages.filter(({ id }) => id !== '').map((one) => ({ ...one, fileStatus: 'Uploaded' }));

/** What becomes of one new package. */
type Fate =
  | { readonly kind: 'readFromName' }
  | { readonly kind: 'read'; readonly packages: readonly FoundPackage[] }
  | { readonly kind: 'refused'; readonly why: string }
  /** Not a word is said, and the submission goes on without it. */
  | { readonly kind: 'dropped' };

function fateOf(state: State, { uploaded }: Submission, { fileName }: Package): Fate {
  const found = uploaded === 'rawPackage' ? undefined : uploaded[normalized(fileName)];
  // Without storage nothing looked into the upload.
  const contents: Contents = found ?? { kind: 'unread' };
  switch (contents.kind) {
    case 'packages':
      return { kind: 'read', packages: contents.packages };
    case 'malformed':
      return unusable(fileName, contents.why);
    case 'noArchive':
      if (state.toggles.packageReading === 'manifestOrName') return { kind: 'readFromName' };
      return unusable(fileName, 'It is not a valid package.');
    case 'unread':
      return { kind: 'readFromName' };
  }
}

const unusable = (fileName: string, why: string): Fate =>
  isUploadFile(fileName) ? { kind: 'dropped' } : { kind: 'refused', why };

const isUploadFile = (fileName: string): boolean => /\.(msix|appx)upload$/i.test(fileName);

function readingsOf(state: State, submission: Submission, one: Package): readonly Reading[] {
  const fate = fateOf(state, submission, one);
  switch (fate.kind) {
    case 'readFromName':
      return [{ fileName: one.fileName }];
    case 'refused':
    case 'dropped':
      return [];
    case 'read': {
      const found = fate.packages.map(({ fileName, identity }) => ({ fileName, ...readingOf(identity) }));
      if (state.toggles.uploadPackageNames === 'unpacked') return found;
      return found.slice(0, 1).map((reading) => ({ ...reading, fileName: one.fileName }));
    }
  }
}

const readingOf = ({ version, architecture }: Identity) => ({ version, architecture });

function problemsOf(state: State, submission: Submission): StatusDetail[] {
  if (newPackagesIgnored(submission)) return [];
  const added = submission.packages.filter(({ id }) => id === '');
  const fates = added.map((one) => ({ one, fate: fateOf(state, submission, one) }));
  const refused = fates.flatMap(({ one, fate }) =>
    fate.kind === 'refused' ? `The package ${one.fileName} could not be processed. ${fate.why}` : [],
  );
  const read = fates.flatMap(({ one, fate }) =>
    fate.kind === 'read' ? fate.packages.map(({ identity }) => ({ file: one.fileName, identity })) : [],
  );
  const foreign = read.flatMap((one) => identityProblems(state, submission, one));
  return [...refused, ...foreign, ...duplicates(state, submission, read)].map((details) => ({
    code: 'PackageValidationFailed',
    details,
  }));
}

type ReadPackage = { readonly file: string; readonly identity: Identity };

function identityProblems(state: State, submission: Submission, { file, identity }: ReadPackage): string[] {
  const { packageIdentityName, publisherName } = requireApplication(state, submission.track.applicationId);
  const { name, publisher, version } = identity;
  const found = `The package ${file} is not acceptable:`;
  return [
    ...(name === packageIdentityName
      ? []
      : [`${found} Invalid package identity name: ${name} (expected: ${packageIdentityName})`]),
    ...(publisher === publisherName
      ? []
      : [`${found} Invalid package publisher name: ${publisher} (expected: ${publisherName})`]),
    ...(version.endsWith('.0')
      ? []
      : [
          `${found} Apps are not allowed to have a Version with a revision number other than zero specified in the app manifest. It specifies ${version}.`,
        ]),
  ];
}

/** No two packages of a track may have the same full name, now or ever. */
function duplicates(state: State, submission: Submission, read: readonly ReadPackage[]): string[] {
  const earlier = publishedOn(state, submission.track).flatMap(({ packages }) => packages);
  const processedBefore = submission.packages.filter(({ id }) => id !== '');
  const taken = new Set([...earlier, ...processedBefore].map(fullName));
  const problems: string[] = [];
  for (const { file, identity } of read) {
    const full = fullName(identity);
    if (taken.has(full))
      problems.push(
        `The package ${file} has the same full name as another package of the app: ${identity.name}_${full}.`,
      );
    taken.add(full);
  }
  return problems;
}

const fullName = (one: { version: string | undefined; architecture: string | undefined }): string =>
  `${one.version}_${one.architecture?.toLowerCase()}`;
