import { describe, expect, test } from 'vitest';
import { type Archive, commitSubmission } from '../../simulator/commits.ts';
import { requireApplication, requireSubmission, requireTrack } from '../../simulator/lookups.ts';
import { settle } from '../../simulator/progress.ts';
import type { Contents, Identity, State, Submission } from '../../simulator/state.ts';
import { nothingLost, type PutLoss, updateSubmission } from '../../simulator/submissions.ts';
import type { TogglesChange } from '../../simulator/toggles.ts';
import { applicationId, aStore, beta, hour, putBody, start, withDraft } from './store.fixture.ts';

const { packageIdentityName, publisherName } = requireApplication(aStore(), applicationId);
const right: Identity = {
  name: packageIdentityName,
  publisher: publisherName,
  version: '2.0.0.0',
  architecture: 'x64',
};
const holds = (identity: Identity, fileName = 'inside.msix'): Contents => ({
  kind: 'packages',
  packages: [{ fileName, identity }],
});
const malformed: Contents = { kind: 'malformed', why: 'It does not contain AppxManifest.xml.' };

type Case = {
  /** What is in the new packages, by their names. */
  contents: Readonly<Record<string, Contents>>;
  toggles?: TogglesChange;
  /** Whether the draft marks the old packages for deletion. */
  replace?: boolean;
  loss?: PutLoss;
  percentage?: number;
  paths?: readonly string[];
};

/** Commits a flight submission with these new packages. */
function committed({ contents, toggles, replace = false, loss, percentage, paths }: Case): [State, string] {
  const [state, draft] = withDraft(aStore(toggles), beta);
  const old = draft.packages.map((one) => ({ ...one, fileStatus: replace ? 'PendingDelete' : 'Uploaded' }));
  const added = Object.keys(contents).map((fileName) => ({ fileName, fileStatus: 'PendingUpload' }));
  const body = { ...putBody(draft, percentage), flightPackages: [...old, ...added] };
  const updated = updateSubmission(state, beta, draft.id, body, loss);
  const archive: Archive = { paths: paths ?? Object.keys(contents), contents };
  return [commitSubmission(updated.state, beta, draft.id, { archive, now: start }).state, draft.id];
}
const at = ([state, id]: [State, string], ms: number): Submission =>
  requireSubmission(settle(state, start + ms), beta, id);
const ended = (one: Case): Submission => at(committed(one), 6 * hour);
const packagesOf = (submission: Submission) =>
  submission.packages.map(({ fileName, version, architecture }) => [fileName, version, architecture]);
const old = [`${packageIdentityName}_1.0.0.0_x64.msix`, '1.0.0.0', 'x64'];

describe('a package with a manifest', () => {
  test('is listed with the version and the architecture that it says, whatever its name says', () => {
    const identity = { ...right, architecture: 'arm64' };
    const submission = ended({ contents: { 'App_9.9.9.0_x86.msix': holds(identity) } });
    expect(submission.status).toBe('Published');
    expect(packagesOf(submission)).toEqual([old, ['App_9.9.9.0_x86.msix', '2.0.0.0', 'arm64']]);
  });

  test.each<[string, Partial<Identity>, RegExp]>([
    [
      'another name',
      { name: 'Fabrikam.App' },
      /Invalid package identity name: Fabrikam\.App \(expected: Contoso/,
    ],
    ['another publisher', { publisher: 'CN=Fabrikam' }, /publisher name: CN=Fabrikam \(expected: CN=/],
    ['a revision', { version: '2.0.0.1' }, /revision number other than zero .* It specifies 2\.0\.0\.1\./],
    ['a full name that was published before', { version: '1.0.0.0' }, /same full name .*_1\.0\.0\.0_x64\./],
    ['that full name in another case', { version: '1.0.0.0', architecture: 'X64' }, /same full name/],
  ])('with %s fails preprocessing with a sentence', (_what, change, sentence) => {
    const submission = ended({ contents: { 'new.msix': holds({ ...right, ...change }) } });
    expect(submission.status).toBe('PreProcessingFailed');
    const [error, ...others] = submission.statusDetails.errors;
    expect(others).toEqual([]);
    expect(error?.code).toBe('PackageValidationFailed');
    expect(error?.details).toMatch(sentence);
    expect(error?.details).toContain('new.msix');
  });

  test('may have the version of an old one for another architecture', () => {
    const arm = holds({ ...right, version: '1.0.0.0', architecture: 'arm64' });
    expect(ended({ contents: { 'new.msix': arm } }).status).toBe('Published');
  });

  test('may not have the full name of an old one, although that is to go', () => {
    const contents = { 'new.msix': holds({ ...right, version: '1.0.0.0' }) };
    expect(ended({ contents, replace: true }).status).toBe('PreProcessingFailed');
  });

  test('may not have the full name of another new one', () => {
    const submission = ended({ contents: { 'a.msix': holds(right), 'b.msix': holds(right) } });
    expect(submission.statusDetails.errors).toMatchObject([{ details: expect.stringContaining('b.msix') }]);
  });

  test('says nothing of its fault before preprocessing has ended', () => {
    const wrong = committed({ contents: { 'new.msix': holds({ ...right, name: 'Fabrikam.App' }) } });
    for (const [ms, status] of [
      [0, 'CommitStarted'],
      [6 * 60_000, 'PreProcessing'],
    ] as const) {
      expect(at(wrong, ms)).toMatchObject({ status, statusDetails: { errors: [] } });
    }
  });
});

describe('a file that is no package', () => {
  test.each<[string, string, Contents, TogglesChange, string]>([
    ['few bytes', 'App_2.0.0.0_x64.msix', { kind: 'noArchive' }, {}, 'Published'],
    [
      'few bytes, where manifests are demanded,',
      'App_2.0.0.0_x64.msix',
      { kind: 'noArchive' },
      { packageReading: 'manifestOnly' },
      'PreProcessingFailed',
    ],
    ['an archive without a manifest', 'App_2.0.0.0_x64.msix', malformed, {}, 'PreProcessingFailed'],
    [
      'a compressed one that is too big to unpack',
      'App_2.0.0.0_x64.msix',
      { kind: 'unread' },
      { packageReading: 'manifestOnly' },
      'Published',
    ],
  ])('%s is read from its name or refused', (_what, fileName, contents, toggles, status) => {
    const submission = ended({ contents: { [fileName]: contents }, toggles });
    expect(submission.status).toBe(status);
    if (status === 'Published') expect(packagesOf(submission)[1]).toEqual([fileName, '2.0.0.0', 'x64']);
    else expect(submission.statusDetails.errors).toMatchObject([{ code: 'PackageValidationFailed' }]);
  });
});

describe('an upload file', () => {
  const two: Contents = {
    kind: 'packages',
    packages: [
      { fileName: 'App_x64.msix', identity: right },
      { fileName: 'App_arm64.msix', identity: { ...right, architecture: 'arm64' } },
    ],
  };

  test('is listed by its own name', () => {
    const submission = ended({ contents: { 'App.msixupload': two } });
    expect(packagesOf(submission)).toEqual([old, ['App.msixupload', '2.0.0.0', 'x64']]);
  });

  test('is listed by the packages inside where the toggle says so', () => {
    const submission = ended({
      contents: { 'App.msixupload': two },
      toggles: { uploadPackageNames: 'unpacked' },
    });
    expect(packagesOf(submission)).toEqual([
      old,
      ['App_x64.msix', '2.0.0.0', 'x64'],
      ['App_arm64.msix', '2.0.0.0', 'arm64'],
    ]);
    expect(new Set(submission.packages.map(({ id }) => id)).size).toBe(3);
  });

  test.each<[string, Contents, TogglesChange]>([
    ['without a package', malformed, {}],
    [
      'of few bytes, where manifests are demanded,',
      { kind: 'noArchive' },
      { packageReading: 'manifestOnly' },
    ],
  ])('%s is dropped without a word', (_what, contents, toggles) => {
    const submission = ended({ contents: { 'App.msixupload': contents }, toggles, percentage: 5 });
    expect(submission).toMatchObject({ status: 'Published', statusDetails: { errors: [] } });
    expect(submission.rollout).toMatchObject({ enabled: true, percentage: 5 });
    expect(packagesOf(submission)).toEqual([old]);
  });
});

describe('a package that was uploaded without a ZIP around it', () => {
  const contents = { 'App_2.0.0.0_x64.msix': { kind: 'noArchive' } } as const;
  const raw = { contents, replace: true, paths: ['AppxManifest.xml', 'padding.bin'] };

  test('is ignored, with the old packages kept that should have gone', () => {
    const submission = ended(raw);
    expect(submission).toMatchObject({ status: 'Published', statusDetails: { errors: [] } });
    expect(packagesOf(submission)).toEqual([old]);
    expect(submission.packages.map(({ fileStatus }) => fileStatus)).toEqual(['Uploaded']);
  });

  test('shows the new package until preprocessing has ended', () => {
    expect(at(committed(raw), 6 * 60_000).packages.map(({ fileStatus }) => fileStatus)).toEqual([
      'PendingDelete',
      'PendingUpload',
    ]);
  });

  test('fails the commit where the toggle says so', () => {
    const submission = ended({ ...raw, toggles: { rawUpload: 'invalidArchive' } });
    expect(submission).toMatchObject({
      status: 'CommitFailed',
      statusDetails: { errors: [{ code: 'InvalidArchive' }] },
    });
  });

  test('is none where a file of the draft lies beside the manifest', () => {
    const paths = ['AppxManifest.xml', 'App_2.0.0.0_x64.msix'];
    expect(packagesOf(ended({ ...raw, paths }))).toEqual([['App_2.0.0.0_x64.msix', '2.0.0.0', 'x64']]);
  });
});

describe('a PUT that was not all stored', () => {
  const { hidden } = nothingLost;
  const contents = { 'App_2.0.0.0_x64.msix': { kind: 'noArchive' } } as const;
  const minute = 60_000;

  test('without its new packages goes on with the old', () => {
    const submission = ended({ contents, loss: { ...nothingLost, newPackages: true } });
    expect(packagesOf(submission)).toEqual([old]);
  });

  test('may show its new packages until processing has lost them', () => {
    const loss = { ...nothingLost, hidden: { ...hidden, newPackagesIgnored: true } };
    const one = committed({ contents, loss });
    expect(at(one, 6 * minute).packages).toHaveLength(2);
    expect(packagesOf(at(one, 6 * hour))).toEqual([old]);
  });

  test('without its rollout publishes to everybody', () => {
    const submission = ended({ contents, percentage: 5, loss: { ...nothingLost, rollout: true } });
    expect(submission.rollout).toMatchObject({ enabled: false });
    expect(submission.offers).toMatchObject([{ share: 1 }]);
  });

  test.each([
    ['lost', 'lost', { enabled: false, percentage: 0 }],
    ['changed', { percentage: 100 }, { enabled: true, percentage: 100 }],
  ] as const)('may have its rollout %s in processing', (_what, rollout, after) => {
    const one = committed({
      contents,
      percentage: 5,
      loss: { ...nothingLost, hidden: { ...hidden, rollout } },
    });
    expect(at(one, minute).rollout).toMatchObject({ enabled: true, percentage: 5 });
    expect(at(one, 6 * minute)).toMatchObject({ status: 'PreProcessing', rollout: after });
    expect(at(one, 6 * hour)).toMatchObject({ status: 'Published', rollout: after });
  });

  test('is made good by another PUT', () => {
    const [state, draft] = withDraft(aStore(), beta);
    const loss = { ...nothingLost, hidden: { newPackagesIgnored: true, rollout: 'lost' } } as const;
    const once = updateSubmission(state, beta, draft.id, putBody(draft, 5), loss).state;
    const again = updateSubmission(once, beta, draft.id, putBody(draft, 5)).state;
    const { state: handed } = commitSubmission(again, beta, draft.id, { archive: 'unchecked', now: start });
    const published = at([handed, draft.id], 6 * hour);
    expect(published.rollout).toMatchObject({ enabled: true, percentage: 5 });
    expect(published.packages).toHaveLength(2);
    expect(requireTrack(settle(handed, start + 6 * hour), beta).lastPublishedId).toBe(draft.id);
  });
});
