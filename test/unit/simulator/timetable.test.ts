import { describe, expect, test } from 'vitest';
import { withSubmission } from '../../simulator/lookups.ts';
import { act } from '../../simulator/partnerCenter.ts';
import { settle } from '../../simulator/progress.ts';
import { seedSubmission } from '../../simulator/seeding.ts';
import { submissionSeedSchema } from '../../simulator/seeds.ts';
import type { State, Submission } from '../../simulator/state.ts';
import { applicationId, aStore, beta, flightId, minute, start } from './store.fixture.ts';

const timetable = {
  commitStarted: 1 * minute,
  preProcessing: 2 * minute,
  certification: 3 * minute,
  release: 4 * minute,
  pendingPublication: 5 * minute,
  publishing: 6 * minute,
};

function committed(seed: object, state = aStore()): [State, Submission] {
  const parsed = submissionSeedSchema.parse({ ...beta, packageVersion: '1.1.0.0', timetable, ...seed });
  const seeded = seedSubmission(state, parsed, undefined, start);
  return [seeded.state, seeded.value];
}
const statusAt = (state: State, { id }: Submission, at: number) =>
  settle(state, start + at * minute).submissions[id]?.status;

describe('the progress of a submission', () => {
  test.each([
    [0, 'CommitStarted'],
    [1, 'PreProcessing'],
    [3, 'Certification'],
    [6, 'Release'],
    [10, 'PendingPublication'],
    [15, 'Publishing'],
    [21, 'Published'],
  ])('after %i minutes is %s, whether or not anyone looked before', (at, status) => {
    const [state, submission] = committed({});
    expect(statusAt(state, submission, at)).toBe(status);
    const looked = settle(settle(state, start + (at / 2) * minute), start + (at * minute * 3) / 4);
    expect(statusAt(looked, submission, at)).toBe(status);
  });

  test('takes effect at its own time, however late it is looked at', () => {
    const [state, { id }] = committed({ rolloutPercentage: 5 });
    const late = settle(state, start + 1000 * minute).submissions[id];
    expect(late?.publishedAt).toBe(start + 21 * minute);
    expect(late?.offers).toEqual([{ at: start + 21 * minute, share: 0.05 }]);
  });

  test('can leave out PendingPublication', () => {
    const [state, submission] = committed({ timetable: { ...timetable, pendingPublication: 0 } });
    expect(statusAt(state, submission, 10)).toBe('Publishing');
  });

  test.each([
    ['commitFailed', 'CommitFailed'],
    ['preProcessingFailed', 'PreProcessingFailed'],
    ['certificationFailed', 'CertificationFailed'],
    ['releaseFailed', 'ReleaseFailed'],
    ['publishFailed', 'PublishFailed'],
  ])('%s ends in %s, says why and keeps the slot', (outcome, status) => {
    const [state, { id }] = committed({ outcome });
    const failed = settle(state, start + 60 * minute);
    expect(failed.submissions[id]?.status).toBe(status);
    expect(failed.submissions[id]?.statusDetails.errors).toHaveLength(1);
    expect(failed.tracks[`${applicationId}/${flightId}`]?.pendingId).toBe(id);
  });

  test('stuckCommitStarted stays until a person submits it in Partner Center', () => {
    const [state, submission] = committed({ outcome: 'stuckCommitStarted' });
    expect(statusAt(state, submission, 10_000)).toBe('CommitStarted');
    const pushed = act(state, 'submit', beta, start + 100 * minute).state;
    expect(statusAt(pushed, submission, 121)).toBe('Published');
  });

  test('Manual waits in Release until a person clicks', () => {
    const [state, submission] = committed({ publishMode: 'Manual' });
    const waiting = settle(state, start + 1000 * minute);
    expect(waiting.submissions[submission.id]?.status).toBe('Release');
    const clicked = act(waiting, 'publish-now', beta, start + 1000 * minute).state;
    expect(statusAt(clicked, submission, 1004)).toBe('PendingPublication');
    expect(statusAt(clicked, submission, 1015)).toBe('Published');
  });

  test('SpecificDate waits in Release until its date', () => {
    const [state, submission] = committed({});
    const dated: Submission = {
      ...submission,
      targetPublishMode: 'SpecificDate',
      targetPublishDate: new Date(start + 100 * minute).toISOString(),
    };
    const waiting = withSubmission(state, dated);
    expect(statusAt(waiting, submission, 103)).toBe('Release');
    expect(statusAt(waiting, submission, 104)).toBe('PendingPublication');
  });
});
