import { describe, expect, test } from 'vitest';
import { requireSubmission, requireTrack } from '../../simulator/lookups.ts';
import { act, type PortalAction } from '../../simulator/partnerCenter.ts';
import {
  aStore,
  beta,
  hour,
  refusalOf,
  start,
  withCommitted,
  withDraft,
  withRollout,
} from './store.fixture.ts';

const later = start + 5 * hour;

describe('a person in Partner Center', () => {
  test.each([50, 5, 0])('sets the percentage to %i, whatever the API would say', (percentage) => {
    const [state, { id }] = withRollout(aStore({ percentageDecrease: 'refused' }), beta);
    const acted = act(state, 'set-percentage', { ...beta, percentage }, later);
    expect(requireSubmission(acted.state, beta, id).rollout.percentage).toBe(percentage);
    expect(acted.state.toggles).toEqual(state.toggles);
  });

  test.each([
    ['halt', 'PackageRolloutStopped'],
    ['finalize', 'PackageRolloutComplete'],
  ] as const)('%s ends the rollout', (action, status) => {
    const [state, { id }] = withRollout(aStore(), beta);
    const acted = act(state, action, beta, later);
    expect(requireSubmission(acted.state, beta, id).rollout.status).toBe(status);
  });

  test('replaces the submission by a newer one, published at once', () => {
    const [state, { id }] = withRollout(aStore(), beta);
    const input = { ...beta, packageVersion: '1.2.0.0', rolloutPercentage: 20 };
    const acted = act(state, 'replace-submission', input, later);
    expect(requireSubmission(acted.state, beta, id).rollout.status).toBe('PackageRolloutStopped');
    expect(requireTrack(acted.state, beta).lastPublishedId).toBe(acted.value);
    expect(requireSubmission(acted.state, beta, acted.value).rollout).toMatchObject({
      percentage: 20,
      status: 'PackageRolloutInProgress',
    });
  });

  test.each([
    ['occupiesSlot', 'Canceled', true],
    ['portalDraft', 'PendingCommit', true],
    ['freesSlot', 'Canceled', false],
  ] as const)('cancels the certification: %s', (cancelledSubmission, status, occupied) => {
    const [state, { id }] = withCommitted(aStore({ cancelledSubmission }), beta, 10);
    const acted = act(state, 'cancel-certification', beta, start);
    expect(requireSubmission(acted.state, beta, id).status).toBe(status);
    expect(requireTrack(acted.state, beta).pendingId !== undefined).toBe(occupied);
  });

  test('creates a draft without an upload URL', () => {
    const acted = act(aStore(), 'create-draft', beta, start);
    expect(requireSubmission(acted.state, beta, acted.value)).toMatchObject({
      origin: 'portal',
      upload: undefined,
    });
  });

  test('edits and deletes a draft', () => {
    const [state, { id }] = withDraft(aStore(), beta);
    expect(requireSubmission(act(state, 'edit-draft', beta, start).state, beta, id).editedInPortal).toBe(
      true,
    );
    expect(requireTrack(act(state, 'delete-draft', beta, start).state, beta).pendingId).toBeUndefined();
  });

  test.each<PortalAction>(['cancel-certification', 'publish-now', 'submit', 'edit-draft', 'delete-draft'])(
    'is not offered %s where nothing is pending',
    (action) => {
      expect(refusalOf(() => act(aStore(), action, beta, start)).message).toMatch(/does not offer this/);
    },
  );
});
