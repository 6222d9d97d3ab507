import { describe, expect, test } from 'vitest';
import { type Archive, commitSubmission } from '../../simulator/commits.ts';
import { createSubmission } from '../../simulator/creation.ts';
import { requireSubmission, requireTrack } from '../../simulator/lookups.ts';
import { settle } from '../../simulator/progress.ts';
import { halt } from '../../simulator/rollouts.ts';
import type { State, SubmissionStatus } from '../../simulator/state.ts';
import { deleteSubmission, updateSubmission } from '../../simulator/submissions.ts';
import {
  aStore,
  beta,
  hour,
  production,
  putBody,
  refusalOf,
  start,
  withCommitted,
  withDraft,
  withRollout,
} from './store.fixture.ts';

const conflict = {
  status: 409,
  code: 'InvalidState',
  message: 'Create submission failed, status code Conflict, reason phrase Conflict',
};

describe('creating a submission', () => {
  test.each([
    ['flight', beta],
    ['application', production],
  ])('copies the last published submission of the %s', (_kind, ref) => {
    const [state, draft] = withDraft(aStore(), ref);
    const published = requireTrack(state, ref).lastPublishedId ?? '';
    expect(draft.status).toBe('PendingCommit');
    expect(draft.packages).toEqual(requireSubmission(state, ref, published).packages);
    expect(requireTrack(state, ref).pendingId).toBe(draft.id);
  });

  test('is refused while the track has a pending submission', () => {
    const [state] = withDraft(aStore(), beta);
    expect(refusalOf(() => withDraft(state, beta))).toEqual(conflict);
  });

  test('is refused while the track has a rollout in progress, with the same words', () => {
    const [state] = withRollout(aStore(), beta);
    expect(refusalOf(() => withDraft(state, beta))).toEqual(conflict);
  });

  test('goes on while another track has a rollout in progress', () => {
    const [state] = withRollout(aStore(), beta);
    expect(withDraft(state, production)[1].status).toBe('PendingCommit');
  });

  test('is refused for any rollout of the application where the toggle says so', () => {
    const [state] = withRollout(aStore({ rolloutBlocksCreate: 'anyTrack' }), beta);
    expect(refusalOf(() => withDraft(state, production)).status).toBe(409);
  });

  test('is refused for an application with unsupported features', () => {
    const state = aStore({}, { unsupportedFeatures: true });
    expect(refusalOf(() => withDraft(state, production)).message).toMatch(
      /not supported by the submission API/,
    );
  });

  test('keeps the rollout setting of the submission it copies, as a draft', () => {
    const [running, { id }] = withRollout(aStore(), beta, 10);
    const { state } = halt(running, beta, id, start + 5 * hour);
    const [, draft] = withDraft(state, beta);
    expect(draft.rollout).toEqual({
      enabled: true,
      percentage: 0,
      status: 'PackageRolloutNotStarted',
      fallbackSubmissionId: '0',
    });
  });

  test('resets the rollout setting where the toggle says so', () => {
    const [running, { id }] = withRollout(aStore({ clonedRollout: 'reset' }), beta, 10);
    const { state } = halt(running, beta, id, start + 5 * hour);
    expect(withDraft(state, beta)[1].rollout.enabled).toBe(false);
  });

  test('gives ids above 2^53', () => {
    const [, draft] = withDraft(aStore(), beta);
    expect(draft.id).toMatch(/^\d{19}$/);
    expect(BigInt(draft.id)).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));
  });
});

describe('updating a submission', () => {
  test('replaces its data', () => {
    const [state, draft] = withDraft(aStore(), beta);
    const { value } = updateSubmission(state, beta, draft.id, putBody(draft, 25));
    expect(value.rollout).toMatchObject({ enabled: true, percentage: 25 });
    expect(value.packages.map(({ fileStatus }) => fileStatus)).toEqual(['Uploaded', 'PendingUpload']);
  });

  test('takes names of members in any case', () => {
    const [state, draft] = withDraft(aStore(), beta);
    const { value } = updateSubmission(state, beta, draft.id, {
      FlightPackages: [{ Id: draft.packages[0]?.id, FileName: 'x', FileStatus: 'Uploaded' }],
      PackageDeliveryOptions: { PackageRollout: { IsPackageRollout: true, PackageRolloutPercentage: 5 } },
      NotesForCertification: null,
    });
    expect(value.rollout).toMatchObject({ enabled: true, percentage: 5 });
    expect(value.packages).toHaveLength(1);
  });

  test('ignores the rollout status and the fallback that are put', () => {
    const [state, draft] = withDraft(aStore(), beta);
    const put = putBody(draft, 25);
    const { value } = updateSubmission(state, beta, draft.id, {
      ...put,
      packageDeliveryOptions: {
        packageRollout: {
          ...put.packageDeliveryOptions.packageRollout,
          packageRolloutStatus: 'PackageRolloutComplete',
          fallbackSubmissionId: '7',
        },
      },
    });
    expect(value.rollout).toMatchObject({ status: 'PackageRolloutNotStarted', fallbackSubmissionId: '0' });
  });

  test('switches a rollout off that is not put', () => {
    const [state, draft] = withDraft(aStore(), beta);
    const { packageDeliveryOptions: _left, ...put } = putBody(draft);
    const once = updateSubmission(state, beta, draft.id, putBody(draft, 25));
    expect(updateSubmission(once.state, beta, draft.id, put).value.rollout.enabled).toBe(false);
  });

  test.each([
    ['an enumeration in the wrong case', { targetPublishMode: 'immediate' }],
    [
      'a percentage above 100',
      { packageDeliveryOptions: { packageRollout: { packageRolloutPercentage: 101 } } },
    ],
    ['a date that is none', { targetPublishDate: 'soon' }],
    ['SpecificDate without a date', { targetPublishMode: 'SpecificDate', targetPublishDate: '' }],
  ])('refuses %s with 400', (_what, change) => {
    const [state, draft] = withDraft(aStore(), beta);
    const refusal = refusalOf(() =>
      updateSubmission(state, beta, draft.id, { ...putBody(draft), ...change }),
    );
    expect(refusal).toMatchObject({ status: 400, code: 'InvalidParameterValue' });
  });

  test('refuses an application submission without listings', () => {
    const [state, draft] = withDraft(aStore(), production);
    const refusal = refusalOf(() =>
      updateSubmission(state, production, draft.id, { ...putBody(draft), listings: {} }),
    );
    expect(refusal).toMatchObject({ status: 400, message: 'The size of Listings must be 1 or more' });
  });

  test("refuses the price 'Base'", () => {
    const [state, draft] = withDraft(aStore(), production);
    const put = { ...putBody(draft), pricing: { priceId: 'Base' } };
    expect(refusalOf(() => updateSubmission(state, production, draft.id, put)).message).toBe(
      "'Base' is not a valid PriceId for base price",
    );
  });

  test('is refused once the submission is committed', () => {
    const [state, { id, ...rest }] = withCommitted(aStore(), beta, undefined);
    expect(refusalOf(() => updateSubmission(state, beta, id, putBody({ id, ...rest })))).toMatchObject({
      status: 409,
      code: 'InvalidState',
    });
  });
});

describe('committing a submission', () => {
  const archiveOf = (...paths: string[]): Archive => ({ paths, contents: {} });
  const commit = (archive: Archive, toggles = {}): State => {
    const [state, draft] = withDraft(aStore(toggles), beta);
    const updated = updateSubmission(state, beta, draft.id, putBody(draft));
    return commitSubmission(updated.state, beta, draft.id, { archive, now: start }).state;
  };
  const pending = (state: State) => requireSubmission(state, beta, requireTrack(state, beta).pendingId ?? '');

  test.each([
    ['no upload', 'missing', 'MissingFiles'],
    ['something that is no archive', 'invalid', 'InvalidArchive'],
    ['an archive without the file', archiveOf('other.msix'), 'MissingFiles'],
  ] as const)('with %s starts, and fails later', (_what, archive, code) => {
    const state = commit(archive);
    expect(pending(state).status).toBe('CommitStarted');
    const later = pending(settle(state, start + hour));
    expect(later.status).toBe('CommitFailed');
    expect(later.statusDetails.errors).toMatchObject([{ code }]);
  });

  test('with every file in the archive goes on', () => {
    const state = commit(archiveOf('App_1.1.0.0_x64.msix'));
    expect(pending(settle(state, start + 10 * 60_000)).status).toBe('PreProcessing');
  });

  test('drops missing packages silently where the toggle says so', () => {
    const state = commit(archiveOf('other.msix'), { missingFiles: 'droppedSilently' });
    const published = settle(state, start + 5 * hour);
    const id = requireTrack(published, beta).lastPublishedId ?? '';
    expect(requireSubmission(published, beta, id).packages.map(({ version }) => version)).toEqual([
      '1.0.0.0',
    ]);
  });

  test('is refused a second time', () => {
    const [state, { id }] = withCommitted(aStore(), beta, undefined);
    const again = () => commitSubmission(state, beta, id, { archive: 'unchecked', now: start });
    expect(refusalOf(again)).toMatchObject({ status: 409, code: 'InvalidState' });
  });

  test('that falls back to PendingCommit goes through when it is committed again', () => {
    const [state, draft] = withDraft(aStore(), beta);
    const options = { archive: 'unchecked', now: start } as const;
    const outcome = 'revertsToPendingCommit';
    const first = commitSubmission(state, beta, draft.id, { ...options, outcome }).state;
    const reverted = settle(first, start + hour);
    expect(pending(reverted).status).toBe('PendingCommit');
    const second = commitSubmission(reverted, beta, draft.id, { ...options, now: start + hour }).state;
    expect(requireTrack(settle(second, start + 9 * hour), beta).lastPublishedId).toBe(draft.id);
  });
});

describe('deleting a submission', () => {
  const at = (status: SubmissionStatus): [State, string] => {
    const [state, draft] = withDraft(aStore(), beta);
    const submissions = { ...state.submissions, [draft.id]: { ...draft, status } };
    return [{ ...state, submissions }, draft.id];
  };

  test.each(['PendingCommit', 'CommitFailed', 'CertificationFailed', 'Canceled'] as const)(
    'frees the slot in %s',
    (status) => {
      const [state, id] = at(status);
      expect(requireTrack(deleteSubmission(state, beta, id).state, beta).pendingId).toBeUndefined();
    },
  );

  test.each([
    'CommitStarted',
    'PreProcessing',
    'Certification',
    'Release',
    'Publishing',
    'Published',
  ] as const)('is refused in %s', (status) => {
    const [state, id] = at(status);
    expect(refusalOf(() => deleteSubmission(state, beta, id))).toMatchObject({ status: 409 });
  });

  test('of the only submission of a flight leaves the flight unusable, with an empty 404', () => {
    const state = aStore({}, { flights: [{ flightId: beta.flightId, name: 'beta' }] });
    const [drafted, { id }] = withDraft(state, beta);
    const deleted = deleteSubmission(drafted, beta, id).state;
    expect(refusalOf(() => withDraft(deleted, beta))).toEqual({ status: 404 });
  });
});

describe('what Partner Center created or touched', () => {
  const refused = { status: 400, code: 'InvalidOperation' };
  const options = { archive: 'unchecked', now: start } as const;

  test('a draft created there cannot be updated, committed or deleted by API', () => {
    const { state, value } = createSubmission(aStore(), beta, 'portal', undefined, start);
    expect(refusalOf(() => updateSubmission(state, beta, value.id, putBody(value)))).toMatchObject(refused);
    expect(refusalOf(() => commitSubmission(state, beta, value.id, options))).toMatchObject(refused);
    expect(refusalOf(() => deleteSubmission(state, beta, value.id))).toMatchObject(refused);
  });

  test('a draft edited there can only be deleted by API', () => {
    const [drafted, draft] = withDraft(aStore(), beta);
    const edited = { ...draft, editedInPortal: true };
    const state = { ...drafted, submissions: { ...drafted.submissions, [draft.id]: edited } };
    expect(refusalOf(() => updateSubmission(state, beta, draft.id, putBody(draft)))).toMatchObject(refused);
    expect(refusalOf(() => commitSubmission(state, beta, draft.id, options))).toMatchObject(refused);
    expect(requireTrack(deleteSubmission(state, beta, draft.id).state, beta).pendingId).toBeUndefined();
  });
});

describe('finding a submission', () => {
  test.each([
    ['application', { ...beta, applicationId: '9NUNKNOWN000' }, 'Application not found'],
    ['flight', { ...beta, flightId: '00000000-0000-4000-8000-000000000000' }, 'Flight not found'],
  ])('an unknown %s is a 404', (_what, ref, message) => {
    expect(refusalOf(() => requireSubmission(aStore(), ref, '1'))).toMatchObject({ status: 404, message });
  });

  test('an unknown submission is a 404', () => {
    const refusal = refusalOf(() => requireSubmission(aStore(), beta, '1'));
    expect(refusal).toEqual({ status: 404, code: 'ResourceNotFound', message: 'Submission not found' });
  });

  test('a submission of another track is a 409', () => {
    const [state, draft] = withDraft(aStore(), beta);
    expect(refusalOf(() => requireSubmission(state, production, draft.id)).status).toBe(409);
  });

  test('ids of applications and flights are found in any case', () => {
    const [state, draft] = withDraft(aStore(), beta);
    const ref = { applicationId: beta.applicationId.toLowerCase(), flightId: beta.flightId?.toUpperCase() };
    expect(requireSubmission(state, ref, draft.id)).toBe(draft);
  });
});
