import { describe, expect, test } from 'vitest';
import { createSubmission } from '../../simulator/creation.ts';
import { requireSubmission, requireTrack } from '../../simulator/lookups.ts';
import { act } from '../../simulator/partnerCenter.ts';
import { settle } from '../../simulator/progress.ts';
import { finalize, readRollout } from '../../simulator/rollouts.ts';
import type { State, Submission } from '../../simulator/state.ts';
import { updateSubmission } from '../../simulator/submissions.ts';
import { changeToggles, type TogglesChange } from '../../simulator/toggles.ts';
import { submissionResource, wireJson } from '../../simulator/wire.ts';
import {
  aStore,
  beta,
  hour,
  minute,
  production,
  putBody,
  refusalOf,
  start,
  withCommitted,
  withDraft,
  withRollout,
} from './store.fixture.ts';

/** What a draft does under each reading of the open questions that concern it. */

const shown = (state: State, submission: Submission) =>
  submissionResource(state, submission, () => 'https://upload.invalid');
const under = (toggles: TogglesChange, play: (state: State) => unknown) => play(aStore(toggles));

/** The draft after a rollout at 10 % that was finalized. */
function draftAfterRollout(state: State): Submission {
  const [running, { id }] = withRollout(state, beta, 10);
  const finalized = finalize(running, beta, id, start + 5 * hour).state;
  return withDraft(finalized, beta, start + 6 * hour)[1];
}

describe('question 2: the decimals of a percentage that is put', () => {
  test.each([
    ['kept', 33.3, 33.3],
    ['kept', 33.6, 33.6],
    ['rounded', 33.3, 33],
    ['rounded', 33.6, 34],
  ] as const)('are %s: %d is shown as %d', (percentageDecimals, asked, shows) => {
    const [state, draft] = withDraft(aStore({ percentageDecimals }), beta);
    const put = updateSubmission(state, beta, draft.id, putBody(draft, asked));
    expect(shown(put.state, put.value).packageDeliveryOptions.packageRollout).toMatchObject({
      packageRolloutPercentage: shows,
    });
  });
});

describe('question 5: a draft cloned from a rollout', () => {
  test.each([
    ['kept', true, 100],
    ['reset', false, 0],
  ] as const)('%s', (clonedRollout, enabled, percentage) => {
    expect(under({ clonedRollout }, draftAfterRollout)).toMatchObject({
      rollout: { enabled, percentage, status: 'PackageRolloutNotStarted', fallbackSubmissionId: '0' },
    });
  });

  test('that is put back as it was starts another rollout where it was kept', () => {
    const [running, { id }] = withRollout(aStore(), beta, 10);
    const finalized = finalize(running, beta, id, start + 5 * hour).state;
    const [state, draft] = withDraft(finalized, beta, start + 6 * hour);
    const roundTrip: unknown = JSON.parse(wireJson(shown(state, draft), state.toggles));
    expect(updateSubmission(state, beta, draft.id, roundTrip).value.rollout.enabled).toBe(true);
  });
});

describe('question 7: targetPublishDate', () => {
  test.each([
    ['accepted', undefined],
    ['refused', 400],
  ] as const)('an empty one in a PUT is %s', (emptyTargetPublishDate, status) => {
    const put = (state: State) => {
      const [drafted, draft] = withDraft(state, beta);
      return updateSubmission(drafted, beta, draft.id, { ...putBody(draft), targetPublishDate: '' });
    };
    const play = () => under({ emptyTargetPublishDate }, put);
    if (status === undefined) expect(play).not.toThrow();
    else expect(refusalOf(play).status).toBe(status);
  });

  test.each([
    ['sentinel', '1601-01-01T00:00:00.0000000Z'],
    ['empty', ''],
  ] as const)('of a flight that has none is shown as %s', (flightTargetPublishDate, text) => {
    const [state, draft] = withDraft(aStore({ flightTargetPublishDate }), beta);
    expect(shown(state, draft).targetPublishDate).toBe(text);
  });
});

describe('question 8: what is not there', () => {
  const packageRollout = (toggles: TogglesChange, ref = beta) => {
    const [state, draft] = withDraft(aStore(toggles), ref);
    return shown(state, draft).packageDeliveryOptions.packageRollout;
  };

  test.each([beta, production])(
    'a draft shows its packageRollout, or null where the toggle says so',
    (ref) => {
      expect(packageRollout({}, ref)).toMatchObject({ isPackageRollout: false });
      expect(packageRollout({ draftPackageRollout: 'null' }, ref)).toBeNull();
    },
  );

  test('a null packageRollout can be put, and a rollout put in its place is shown', () => {
    const [state, draft] = withDraft(aStore({ draftPackageRollout: 'null' }), beta);
    const body = { ...putBody(draft), packageDeliveryOptions: { packageRollout: null } };
    expect(updateSubmission(state, beta, draft.id, body).value.rollout.enabled).toBe(false);
    const put = updateSubmission(state, beta, draft.id, putBody(draft, 5));
    expect(shown(put.state, put.value).packageDeliveryOptions.packageRollout).toMatchObject({
      packageRolloutPercentage: 5,
    });
  });

  test.each([
    ['omitted', false],
    ['present', true],
  ] as const)('members without a value are %s', (nullMembers, there) => {
    const [state, draft] = withDraft(aStore({ nullMembers }), beta);
    const text = wireJson(shown(state, draft), state.toggles);
    expect(text.includes('"notesForCertification":null')).toBe(there);
  });
});

describe('question 9: mandatory updates', () => {
  const put = (state: State) => {
    const [drafted, draft] = withDraft(state, beta);
    const packageDeliveryOptions = {
      isMandatoryUpdate: true,
      mandatoryUpdateEffectiveDate: '2026-05-01T00:00:00.0000000Z',
    };
    const { value } = updateSubmission(drafted, beta, draft.id, {
      ...putBody(draft),
      packageDeliveryOptions,
    });
    return shown(drafted, value).packageDeliveryOptions;
  };

  test('are stored and shown', () => {
    expect(under({}, put)).toMatchObject({
      isMandatoryUpdate: true,
      mandatoryUpdateEffectiveDate: '2026-05-01T00:00:00.0000000Z',
    });
  });

  test('are a conflict where the toggle says so', () => {
    expect(refusalOf(() => under({ mandatoryUpdate: 'conflict' }, put)).status).toBe(409);
  });
});

describe('question 17: a cancelled certification', () => {
  test.each([
    ['occupiesSlot', 'Canceled', 409],
    ['portalDraft', 'PendingCommit', 409],
    ['freesSlot', 'Canceled', undefined],
  ] as const)('%s', (cancelledSubmission, status, refused) => {
    const [state, { id }] = withCommitted(aStore({ cancelledSubmission }), beta, 5);
    const certifying = settle(state, start + hour);
    const cancelled = act(certifying, 'cancel-certification', beta, start + hour).state;
    expect(requireSubmission(cancelled, beta, id).status).toBe(status);
    const again = () => createSubmission(cancelled, beta, 'api', undefined, start + hour);
    if (refused === undefined) expect(again().value.status).toBe('PendingCommit');
    else expect(refusalOf(again).status).toBe(refused);
  });
});

describe('question 18: GET packagerollout of a draft', () => {
  const read = (state: State) => {
    const [drafted, draft] = withDraft(state, beta);
    const put = updateSubmission(drafted, beta, draft.id, putBody(draft, 5));
    return readRollout(put.state, beta, draft.id);
  };

  test('shows what was put, not started', () => {
    expect(under({}, read)).toMatchObject({ percentage: 5, status: 'PackageRolloutNotStarted' });
  });

  test('is a conflict where the toggle says so', () => {
    expect(refusalOf(() => under({ draftRolloutRead: 'conflict' }, read)).status).toBe(409);
  });
});

test('question 19: a published rollout starts after the minutes that the toggle says', () => {
  const [state, { id }] = withCommitted(aStore({ rolloutStartMinutes: 90 }), beta, 5);
  const publishedAt = requireSubmission(settle(state, start + 9 * hour), beta, id).publishedAt ?? 0;
  const statusAt = (minutes: number) =>
    requireSubmission(settle(state, publishedAt + minutes * minute), beta, id).rollout.status;
  expect([statusAt(0), statusAt(89), statusAt(90)]).toEqual([
    'PackageRolloutNotStarted',
    'PackageRolloutNotStarted',
    'PackageRolloutInProgress',
  ]);
});

describe('questions 6 and 20: another track in the middle of its rollout', () => {
  const running = (toggles: TogglesChange) => {
    const [state] = withRollout(aStore(), beta, 10);
    return { ...state, toggles: changeToggles(state.toggles, toggles) };
  };

  test('lets a draft be made and have a rollout', () => {
    const [state, draft] = withDraft(running({}), production);
    expect(updateSubmission(state, production, draft.id, putBody(draft, 5)).value.rollout.enabled).toBe(true);
  });

  test('lets no draft be made where the toggle says so', () => {
    expect(refusalOf(() => withDraft(running({ rolloutBlocksCreate: 'anyTrack' }), production)).status).toBe(
      409,
    );
  });

  test('lets a draft have no rollout where the toggle says so', () => {
    const [state, draft] = withDraft(running({ parallelRollouts: 'refused' }), production);
    const put = (percentage?: number) =>
      updateSubmission(state, production, draft.id, putBody(draft, percentage));
    expect(refusalOf(() => put(5)).status).toBe(409);
    expect(put().value.rollout.enabled).toBe(false);
    expect(requireTrack(state, production).pendingId).toBe(draft.id);
  });
});
