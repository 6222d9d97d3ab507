import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type CommitOptions, commitSubmission } from '../../simulator/commits.ts';
import { type Fault, type FaultRuleInput, faultRuleSchema } from '../../simulator/faults.ts';
import { requireSubmission, requireTrack } from '../../simulator/lookups.ts';
import { act } from '../../simulator/partnerCenter.ts';
import { settle } from '../../simulator/progress.ts';
import type { State } from '../../simulator/state.ts';
import { commitBy, putLossBy } from '../../simulator/storeFaults.ts';
import { updateSubmission } from '../../simulator/submissions.ts';
import { aStore, beta, hour, minute, production, putBody, start, withDraft } from './store.fixture.ts';

const faultOf = (fault: FaultRuleInput['fault']): Fault => faultRuleSchema.parse({ fault }).fault;

function committed(options: Partial<CommitOptions>, state = aStore()): [State, string] {
  const [drafted, draft] = withDraft(state, beta);
  const updated = updateSubmission(drafted, beta, draft.id, putBody(draft, 5));
  const commit = { archive: 'unchecked', now: start, ...options } as const;
  return [commitSubmission(updated.state, beta, draft.id, commit).state, draft.id];
}
const at = ([state, id]: [State, string], ms: number) =>
  requireSubmission(settle(state, start + ms), beta, id);

const failures = [
  ['commitFailed', 'CommitFailed'],
  ['preProcessingFailed', 'PreProcessingFailed'],
  ['certificationFailed', 'CertificationFailed'],
  ['releaseFailed', 'ReleaseFailed'],
  ['publishFailed', 'PublishFailed'],
] as const;

describe('a commit by a fault', () => {
  test.each(failures)('%s ends in %s, in the usual words', (kind, status) => {
    const submission = at(committed(commitBy(faultOf({ kind }))), 6 * hour);
    expect(submission).toMatchObject({ status, statusDetails: { errors: [{ code: expect.any(String) }] } });
    const reports = kind === 'certificationFailed' ? 1 : 0;
    expect(submission.statusDetails.certificationReports).toHaveLength(reports);
  });

  test.each(failures)('%s ends in %s, in words of its own', (kind, status) => {
    const fault = faultOf({ kind, code: '1201', details: 'The application crashed.' });
    const submission = at(committed(commitBy(fault)), 6 * hour);
    expect(submission.status).toBe(status);
    expect(submission.statusDetails.errors).toEqual([{ code: '1201', details: 'The application crashed.' }]);
  });

  test('says nothing of its failure before it comes', () => {
    const failing = committed(commitBy(faultOf({ kind: 'publishFailed', code: 'ServiceError' })));
    expect(at(failing, hour)).toMatchObject({ status: 'Certification', statusDetails: { errors: [] } });
  });

  test('may carry a warning that nobody knows, and is published', () => {
    const submission = at(committed(commitBy(faultOf({ kind: 'commitWarns' }))), 6 * hour);
    expect(submission.status).toBe('Published');
    expect(submission.statusDetails.warnings).toMatchObject([{ code: 'SomethingNewWarning' }]);
  });

  test.each([
    [undefined, { enabled: false }],
    [50, { enabled: true, percentage: 50 }],
  ])('may lose its rollout in processing, or have it changed (%s)', (percentage, rollout) => {
    const fault = faultOf({
      kind: 'rolloutLostInProcessing',
      ...(percentage !== undefined && { percentage }),
    });
    const lossy = committed(commitBy(fault));
    expect(at(lossy, minute).rollout).toMatchObject({ enabled: true, percentage: 5 });
    expect(at(lossy, 6 * hour).rollout).toMatchObject(rollout);
  });
});

test.each<[FaultRuleInput['fault'], object]>([
  [{ kind: 'putIgnoresPackages' }, { newPackages: true, rollout: false }],
  [{ kind: 'putIgnoresPackagesLater' }, { newPackages: false, hidden: { newPackagesIgnored: true } }],
  [{ kind: 'putDropsRollout' }, { newPackages: false, rollout: true }],
  [{ kind: 'rolloutLostInProcessing' }, { rollout: false, hidden: { rollout: 'lost' } }],
  [{ kind: 'rolloutLostInProcessing', percentage: 99 }, { hidden: { rollout: { percentage: 99 } } }],
  [{ kind: 'status503' }, { newPackages: false, rollout: false, hidden: { newPackagesIgnored: false } }],
])('a PUT under %o loses %o', (fault, loss) => {
  expect(putLossBy(faultOf(fault))).toMatchObject(loss);
});

describe('a status that no documentation knows', () => {
  const unknown = aStore({ unknownStatus: 'betweenCertificationAndRelease' });
  const statusesOf = (one: [State, string]) =>
    new Set(Array.from({ length: 300 }, (_, index) => at(one, index * minute).status));

  test('is never shown unless the toggle says so', () => {
    expect(statusesOf(committed({}))).not.toContain('Signing');
  });

  test('is shown for a while on the way to Published', () => {
    const statuses = [...statusesOf(committed({}, unknown))];
    const known = z.array(z.string()).parse(statuses);
    expect(known.indexOf('Signing')).toBe(known.indexOf('Certification') + 1);
    expect(known.at(-1)).toBe('Published');
  });

  test('can be cancelled like any other on the way', () => {
    const one = committed({}, unknown);
    const ms = Array.from({ length: 300 }, (_, index) => index * minute).find(
      (candidate) => at(one, candidate).status === 'Signing',
    );
    const signing = settle(one[0], start + (ms ?? 0));
    const cancelled = act(signing, 'cancel-certification', beta, start + (ms ?? 0)).state;
    expect(requireSubmission(cancelled, beta, one[1]).status).toBe('Canceled');
  });
});

test('an outcome of one track does not touch another', () => {
  const [state, id] = committed({ outcome: 'certificationFailed' });
  const later = settle(state, start + 6 * hour);
  expect(requireTrack(later, beta).pendingId).toBe(id);
  expect(withDraft(later, production)[1].status).toBe('PendingCommit');
});
