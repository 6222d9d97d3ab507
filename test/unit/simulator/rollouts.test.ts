import { describe, expect, test } from 'vitest';
import { requireSubmission, requireTrack } from '../../simulator/lookups.ts';
import { settle } from '../../simulator/progress.ts';
import { finalize, halt, readRollout, updatePercentage } from '../../simulator/rollouts.ts';
import {
  aStore,
  beta,
  hour,
  minute,
  production,
  refusalOf,
  start,
  withCommitted,
  withDraft,
  withRollout,
} from './store.fixture.ts';

const later = start + 5 * hour;

describe('a package rollout', () => {
  test('starts at publication, with the last published submission as its fallback', () => {
    const before = aStore();
    const previous = requireTrack(before, beta).lastPublishedId;
    const [, submission] = withRollout(before, beta, 12.5);
    expect(submission.rollout).toEqual({
      enabled: true,
      percentage: 12.5,
      status: 'PackageRolloutInProgress',
      fallbackSubmissionId: previous,
    });
  });

  test('does not start for a submission that is no gradual rollout', () => {
    const [committed, { id }] = withCommitted(aStore(), beta, undefined);
    const { rollout } = requireSubmission(settle(committed, later), beta, id);
    expect(rollout).toMatchObject({ enabled: false, status: 'PackageRolloutNotStarted' });
  });

  test('can show NotStarted for a while after publication', () => {
    const [committed, { id }] = withCommitted(aStore({ rolloutStartMinutes: 30 }), beta, 10);
    const publishedAt = requireSubmission(settle(committed, later), beta, id).publishedAt ?? Number.NaN;
    const statusAt = (at: number) => requireSubmission(settle(committed, at), beta, id).rollout.status;
    expect(statusAt(publishedAt + 29 * minute)).toBe('PackageRolloutNotStarted');
    expect(statusAt(publishedAt + 30 * minute)).toBe('PackageRolloutInProgress');
  });

  test.each(['25', '33.3', '100', '0.1'])('is set to %s', (percentage) => {
    const [state, { id }] = withRollout(aStore(), beta);
    const { value } = updatePercentage(state, beta, id, percentage, later);
    expect(value).toMatchObject({ percentage: Number(percentage), status: 'PackageRolloutInProgress' });
  });

  test('is not complete at 100, and still blocks the next submission', () => {
    const [state, { id }] = withRollout(aStore(), beta);
    const full = updatePercentage(state, beta, id, '100', later);
    expect(full.value.status).toBe('PackageRolloutInProgress');
    expect(refusalOf(() => withDraft(full.state, beta)).status).toBe(409);
  });

  test.each([undefined, '', 'abc', '0', '-1', '100.1', '1e2', '25%', 'NaN', '5,5'])(
    'refuses the percentage %s with 400',
    (percentage) => {
      const [state, { id }] = withRollout(aStore(), beta);
      expect(refusalOf(() => updatePercentage(state, beta, id, percentage, later))).toMatchObject({
        status: 400,
        code: 'InvalidParameterValue',
      });
    },
  );

  test.each([
    [{ percentageDecrease: 'refused' } as const, '5', 400],
    [{ percentageInvalidStatus: 409 } as const, '101', 409],
    [{ percentageInvalidStatus: 500 } as const, '101', 500],
  ])('with %o refuses %s with %i', (toggles, percentage, status) => {
    const [state, { id }] = withRollout(aStore(toggles), beta);
    expect(refusalOf(() => updatePercentage(state, beta, id, percentage, later)).status).toBe(status);
  });

  test.each([
    [{}, '5', { percentage: 5, status: 'PackageRolloutInProgress' }],
    [{ percentageZero: 'accepted' } as const, '0', { percentage: 0, status: 'PackageRolloutInProgress' }],
    [{ percentageDecimals: 'rounded' } as const, '33.3', { percentage: 33 }],
    [{ percentageHundred: 'completes' } as const, '100', { status: 'PackageRolloutComplete' }],
  ])('with %o takes %s', (toggles, percentage, expected) => {
    const [state, { id }] = withRollout(aStore(toggles), beta);
    expect(updatePercentage(state, beta, id, percentage, later).value).toMatchObject(expected);
  });

  test('is stopped at 0 by halt, and keeps its fallback', () => {
    const [state, { id, rollout }] = withRollout(aStore(), beta);
    expect(halt(state, beta, id, later).value).toEqual({
      ...rollout,
      percentage: 0,
      status: 'PackageRolloutStopped',
    });
  });

  test('is complete at 100 by finalize, and the next submission can be created', () => {
    const [running, { id, rollout }] = withRollout(aStore(), beta);
    const { state, value } = finalize(running, beta, id, later);
    expect(value).toEqual({ ...rollout, percentage: 100, status: 'PackageRolloutComplete' });
    expect(withDraft(state, beta)[1].status).toBe('PendingCommit');
  });

  const end = { halt, finalize };
  test.each([
    ['halt', 'halt'],
    ['halt', 'finalize'],
    ['finalize', 'halt'],
    ['finalize', 'finalize'],
  ] as const)('that was ended by %s refuses %s', (first, second) => {
    const [running, { id }] = withRollout(aStore(), beta);
    const { state } = end[first](running, beta, id, later);
    expect(refusalOf(() => end[second](state, beta, id, later))).toMatchObject({
      status: 409,
      code: 'InvalidState',
    });
    expect(refusalOf(() => updatePercentage(state, beta, id, '50', later)).status).toBe(409);
  });

  test('that is only a draft refuses every operation, and reads as not started', () => {
    const [state, { id }] = withDraft(aStore(), beta);
    expect(refusalOf(() => halt(state, beta, id, start)).status).toBe(409);
    expect(readRollout(state, beta, id).status).toBe('PackageRolloutNotStarted');
  });

  test('is refused on the wrong track', () => {
    const [state, { id }] = withRollout(aStore(), beta);
    expect(refusalOf(() => halt(state, production, id, later)).status).toBe(409);
  });

  test('can run on several tracks at once', () => {
    const [first] = withRollout(aStore(), beta);
    const [, second] = withRollout(first, production);
    expect(second.rollout.status).toBe('PackageRolloutInProgress');
  });
});

describe('the fallback after a halt', () => {
  test.each(['lastFinalized', 'haltedSubmission'] as const)('is the %s', (fallbackAfterHalt) => {
    const [running, halted] = withRollout(aStore({ fallbackAfterHalt }), beta);
    const { state } = halt(running, beta, halted.id, later);
    const [committed, { id }] = withCommitted(state, beta, 10, later);
    const { rollout } = requireSubmission(settle(committed, later + 5 * hour), beta, id);
    const expected = fallbackAfterHalt === 'lastFinalized' ? halted.rollout.fallbackSubmissionId : halted.id;
    expect(rollout.fallbackSubmissionId).toBe(expected);
  });
});

describe('the first rollout on a flight', () => {
  const flights = [{ flightId: beta.flightId, name: 'beta' }];
  test.each(['none', 'production'] as const)('has the fallback %s', (firstFlightFallback) => {
    const [state, { rollout }] = withRollout(aStore({ firstFlightFallback }, { flights }), beta);
    const published = requireTrack(state, production).lastPublishedId;
    expect(rollout.fallbackSubmissionId).toBe(firstFlightFallback === 'none' ? '0' : published);
  });
});
