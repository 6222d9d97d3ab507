import { describe, expect, test } from 'vitest';
import {
  StoreConflictError,
  StoreNotFoundError,
  StoreThrottledError,
  StoreUnavailableError,
} from '../../../../src/shared/msstore/errors.ts';
import type { PackageRollout, Submission, TrackState } from '../../../../src/shared/msstore/model.ts';
import type { StoreReader } from '../../../../src/shared/msstore/port.ts';
import { UnknownPublisherError } from '../../../../src/shared/usecases/errors.ts';
import { observe, observedRollout } from '../../../../src/shared/usecases/rollout/observe.ts';
import { at, fresh, ramping, submissionId } from '../../../support/builders.ts';

const shown: PackageRollout = {
  enabled: true,
  percentage: 5,
  status: 'PackageRolloutInProgress',
  fallbackSubmissionId: '1152921504621086000',
};
const track: TrackState = { lastPublishedSubmissionId: submissionId, pendingSubmissionId: undefined };

const submission = (versions: string[]): Submission => ({
  ref: { track: { kind: 'production', applicationId: '9NBLGGH4R315' }, submissionId },
  ...{ status: 'Published', errors: [], warnings: [], certificationReports: [] },
  packages: versions.map((version, index) => ({
    id: `${index}`,
    fileName: `${version}.msix`,
    fileStatus: 'Uploaded',
    version,
    architecture: 'x64',
  })),
  ...{ packageRollout: shown, targetPublishMode: undefined, targetPublishDate: undefined },
  ...{ mandatoryUpdate: undefined, notesForCertification: undefined, canUpload: false },
});

type Answers = {
  track?: TrackState | Error;
  status?: string | Error;
  rollout?: PackageRollout | Error;
  versions?: Record<string, string[] | Error>;
};

/** A small Store that answers, or fails, as told, and remembers what it was asked. */
function store(answers: Answers = {}): StoreReader & { asked: string[] } {
  const asked: string[] = [];
  const give = <T>(name: string, value: T | Error): Promise<T> => {
    asked.push(name);
    return value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
  };
  return {
    asked,
    getTrack: () => give('track', answers.track ?? track),
    getPackageRollout: () => give('rollout', answers.rollout ?? shown),
    getSubmissionStatus: () => {
      const status = answers.status ?? 'Published';
      const progress = {
        errors: [{ code: '1201', details: 'it crashes' }],
        warnings: [],
        certificationReports: [],
      };
      return give('status', status instanceof Error ? status : { status, ...progress });
    },
    getSubmission: (ref) => {
      const versions = answers.versions?.[ref.submissionId] ?? ['2.0.0.0'];
      return give('submission', versions instanceof Error ? versions : submission(versions));
    },
  };
}

const never = () => Promise.reject(new Error('Observing changes nothing.'));
const writesNothing = {
  updateRolloutPercentage: never,
  haltPackageRollout: never,
  finalizePackageRollout: never,
  probe: never,
};

const look = (reader: StoreReader, rollout = ramping()) =>
  observe({ storeOf: () => ({ ...reader, ...writesNothing }) }, rollout, at(0), {});
const details = { operation: 'getPackageRollout' } as const;
const notFound = new StoreNotFoundError('it is not there', details);

describe('the Store’s words for a package rollout', () => {
  test.each([
    ['PackageRolloutInProgress', true, 'inProgress'],
    ['PackageRolloutComplete', true, 'complete'],
    ['PackageRolloutComplete', false, 'complete'],
    ['PackageRolloutStopped', true, 'stopped'],
    ['PackageRolloutNotStarted', true, 'notStarted'],
    ['PackageRolloutNotStarted', false, 'notGradual'],
    ['PackageRolloutTeleported', true, 'unknown'],
  ])('%s, enabled %s, is %s', (status, enabled, state) => {
    expect(observedRollout({ ...shown, status, enabled })).toEqual({ state, percentage: 5 });
  });
});

describe('before publication', () => {
  test('one request tells how far the submission is, with the Store’s errors', async () => {
    const reader = store({ status: 'Certification' });
    expect(await look(reader, fresh())).toEqual({
      kind: 'unpublished',
      status: 'Certification',
      problems: ['1201: it crashes'],
    });
    expect(reader.asked).toEqual(['status']);
  });

  test('once published, the candidate is the versions that the fallback does not have', async () => {
    const versions = {
      [submissionId]: ['1.0.0.0', '2.0.0.0', '2.0.0.0'],
      '1152921504621086000': ['1.0.0.0'],
    };
    expect(await look(store({ versions }), fresh())).toMatchObject({
      kind: 'published',
      candidateVersions: ['2.0.0.0'],
    });
  });

  test('the control is the versions of the fallback that are gone, and costs no further request', async () => {
    const versions = {
      [submissionId]: ['1.0.1.0', '2.0.0.0'],
      '1152921504621086000': ['1.0.0.0', '1.0.1.0', '0.9.0.0'],
    };
    const reader = store({ versions });
    expect(await look(reader, fresh())).toMatchObject({
      candidateVersions: ['2.0.0.0'],
      controlVersions: ['1.0.0.0', '0.9.0.0'],
    });
    expect(reader.asked).toEqual(['status', 'rollout', 'submission', 'submission']);
  });

  test('a fallback whose versions the submission all keeps is the control: whoever runs them has not got the new ones', async () => {
    const versions = { [submissionId]: ['1.0.0.0', '2.0.0.0'], '1152921504621086000': ['1.0.0.0'] };
    expect(await look(store({ versions }), fresh())).toMatchObject({
      candidateVersions: ['2.0.0.0'],
      controlVersions: ['1.0.0.0'],
    });
  });

  test('a submission with nothing new in it has neither a candidate nor a control', async () => {
    const versions = { [submissionId]: ['1.0.0.0'], '1152921504621086000': ['1.0.0.0', '0.9.0.0'] };
    const observed = await look(store({ versions }), fresh());
    expect(observed).toMatchObject({ candidateVersions: [] });
    expect(observed).not.toHaveProperty('controlVersions');
  });

  test.each([
    ['without a fallback', { rollout: { ...shown, fallbackSubmissionId: undefined } }],
    [
      'with a fallback on another track',
      {
        versions: {
          '1152921504621086000': new StoreConflictError(
            'it is of another flight',
            details,
            'foreignSubmission',
          ),
        },
      },
    ],
    ['with a fallback that is gone', { versions: { '1152921504621086000': notFound } }],
  ])('%s all versions are the candidate, and none is the control', async (_, answers: Answers) => {
    const observed = await look(store(answers), fresh());
    expect(observed).toMatchObject({ candidateVersions: ['2.0.0.0'] });
    expect(observed).not.toHaveProperty('controlVersions');
  });
});

describe('while it ramps', () => {
  test('two requests tell the rollout and whether the track has moved on', async () => {
    const reader = store();
    expect(await look(reader)).toEqual({
      kind: 'published',
      status: 'Published',
      rollout: { state: 'inProgress', percentage: 5 },
    });
    expect(reader.asked).toEqual(['rollout', 'track']);
  });

  test('a newer published submission is named', async () => {
    const moved = { ...track, lastPublishedSubmissionId: '1152921504621099999' };
    expect(await look(store({ track: moved }))).toMatchObject({ replacedBy: '1152921504621099999' });
  });

  test('while it halts, one request is enough', async () => {
    const reader = store();
    await look(reader, ramping({ phase: 'halting' }));
    expect(reader.asked).toEqual(['rollout']);
  });
});

describe('what cannot be read', () => {
  test('is unreadable, and is read again when the Store says', async () => {
    const throttled = new StoreThrottledError('the limit is used up', details, 14_000);
    expect(await look(store({ rollout: throttled }))).toMatchObject({
      kind: 'unreadable',
      retryAt: at(14_000),
    });
    const down = new StoreUnavailableError('it answered 503', details, { effect: 'none' });
    expect(await look(store({ rollout: down }))).toEqual({
      kind: 'unreadable',
      cause: 'Could not read the package rollout: it answered 503',
    });
  });

  test('is read again within ten minutes, however long the Store asks for', async () => {
    const throttled = new StoreThrottledError('the limit is used up', details, 7 * 86_400_000);
    expect(await look(store({ rollout: throttled }))).toMatchObject({ retryAt: at(600_000) });
  });

  test('of the track does not hide the rollout', async () => {
    const down = new StoreUnavailableError('it answered 503', details, { effect: 'none' });
    expect(await look(store({ track: down }))).toMatchObject({ kind: 'published', trackUnread: true });
  });

  test('a rollout status that nobody knows is unreadable, and says the word', async () => {
    const odd = { ...shown, status: 'PackageRolloutTeleported' };
    expect(await look(store({ rollout: odd }), fresh())).toMatchObject({ kind: 'unreadable' });
    expect(await look(store({ rollout: odd }))).toEqual({
      kind: 'unreadable',
      cause: 'it shows the rollout status PackageRolloutTeleported, which Rampart does not know',
    });
  });

  test('is missing only if the track does not name the submission either', async () => {
    expect(await look(store({ rollout: notFound }))).toMatchObject({ kind: 'unreadable' });
    const elsewhere = { lastPublishedSubmissionId: '1', pendingSubmissionId: undefined };
    expect(await look(store({ rollout: notFound, track: elsewhere }))).toMatchObject({ kind: 'missing' });
    expect(await look(store({ rollout: notFound, track: notFound }))).toMatchObject({ kind: 'missing' });
    const down = new StoreUnavailableError('it answered 503', details, { effect: 'none' });
    expect(await look(store({ rollout: notFound, track: down }))).toMatchObject({ kind: 'unreadable' });
  });
});

test('a publisher that the settings no longer name leaves the Store unreadable, and says so', async () => {
  const publishers = {
    storeOf: () => {
      throw new UnknownPublisherError('contoso', ['fabrikam']);
    },
  };
  expect(await observe(publishers, ramping(), at(0), {})).toEqual({
    kind: 'unreadable',
    cause: 'There is no publisher "contoso". Name one of: fabrikam',
  });
});
