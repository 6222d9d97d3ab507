import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/shared/delivery/decide.ts';
import type { Decision } from '../../../src/shared/delivery/decision.ts';
import type { Delivery } from '../../../src/shared/delivery/delivery.ts';
import { saidOf } from '../../../src/shared/delivery/evolve.ts';
import type { SeenSubmission } from '../../../src/shared/delivery/observed.ts';
import { at, hour, policy, policyDocument } from '../../support/builders.ts';
import {
  ask,
  awaited,
  cancelledBy,
  delivery,
  draft,
  kept,
  minute,
  onlyOfFlight,
  ops,
  ownId,
  problem,
  processed,
  published,
  seen,
  taken,
} from './deliveries.fixture.ts';

type Row = {
  name: string;
  delivery?: Delivery;
  submission: SeenSubmission;
  now?: Date;
  expected: { kind: Decision['kind'] } & Record<string, unknown>;
};
const awaiting = (change: Partial<Delivery> = {}) =>
  delivery('awaitingPublication', { commits: 1, committedAt: at(0), ...change });
const failingNow = (change: Partial<Delivery> = {}) => delivery('failing', { problem, ...change });
const check = ({ delivery: of = awaiting(), submission, now = at(0), expected }: Row) =>
  expect(decide(of, seen(submission), now)).toMatchObject(expected);
const cancelled = { cancel: cancelledBy };
const failing = (reason: string, words: string) => ({
  kind: 'go' as const,
  phase: 'failing',
  reason,
  sentence: expect.stringContaining(words),
  handed: { problem: { reason, since: at(0), escalatedAt: at(0) } },
});

describe('while the Store works on it', () => {
  test.each<Row>([
    ...(['CommitStarted', 'PreProcessing'] as const).map((status) => ({
      name: `${status} is short`,
      submission: draft({ status }),
      expected: { kind: 'wait' as const, reason: 'inProcess', nextLookAt: at(minute) },
    })),
    ...(['Certification', 'Release', 'PendingPublication', 'Publishing', 'Teleporting'] as const).map(
      (status) => ({
        name: `${status} takes its time`,
        submission: taken(status),
        expected: {
          kind: 'wait' as const,
          reason: 'inProcess',
          sentence: `The Store is at ${status}.`,
          nextLookAt: at(5 * minute),
        },
      }),
    ),
    {
      name: 'warnings and codes that nobody knows are no failure',
      submission: taken('Certification', {
        warnings: [{ code: 'SalesUnsupportedWarning', details: 'x' }],
        errors: [{ code: 'Odd', details: '' }],
      }),
      expected: { kind: 'wait' },
    },
    {
      name: 'certified, it waits for a person, if asked to',
      delivery: awaiting({ ask: ask({ publishMode: 'Manual' }) }),
      submission: taken('Release', { publishMode: 'Manual' }),
      expected: {
        kind: 'hold',
        reason: 'awaitingPublish',
        sentence: 'The submission is certified; the Store waits for "Publish now" in Partner Center.',
      },
    },
    {
      name: 'certified, it waits for its date, if asked to',
      delivery: awaiting({ ask: ask({ publishMode: { date: at(hour) } }) }),
      submission: taken('Release', { publishMode: 'SpecificDate' }),
      expected: {
        kind: 'wait',
        reason: 'awaitingPublish',
        sentence: 'The submission is certified; the Store publishes it at 2026-11-02T01:00:00.000Z.',
      },
    },
    {
      name: 'CommitStarted for less than a day is no news',
      submission: draft({ status: 'CommitStarted' }),
      now: at(24 * hour - 1),
      expected: { kind: 'wait' },
    },
    {
      name: 'CommitStarted for a day is told',
      submission: draft({ status: 'CommitStarted' }),
      now: at(24 * hour),
      expected: { kind: 'hold', reason: 'stuck', escalated: true },
    },
    {
      name: 'and not again at every look',
      delivery: awaiting({
        trouble: { since: at(24 * hour), count: 1, cause: 'stuck', escalatedAt: at(24 * hour) },
      }),
      submission: draft({ status: 'CommitStarted' }),
      now: at(24.5 * hour),
      expected: { kind: 'hold', reason: 'stuck', escalated: false },
    },
    {
      name: 'cancelled too late, it says what a person can do, and that at once',
      delivery: awaiting(cancelled),
      submission: taken('Certification'),
      expected: {
        kind: 'hold',
        reason: 'cancelLate',
        escalated: true,
        sentence: expect.stringContaining('cancel it in Partner Center'),
      },
    },
    ...[
      { minutes: 59, escalated: false },
      { minutes: 60, escalated: true },
    ].map(({ minutes, escalated }) => ({
      name: `and again after an hour (${minutes} minutes: ${escalated})`,
      delivery: awaiting({
        ...cancelled,
        trouble: { since: at(0), count: 1, cause: 'too late', escalatedAt: at(0) },
      }),
      submission: taken('Certification'),
      now: at(minutes * minute),
      expected: { kind: 'hold' as const, reason: 'cancelLate', escalated },
    })),
  ])('$name', check);
});

describe('a week after its commit', () => {
  const week = 7 * 24 * hour;
  const statuses = [
    'PreProcessing',
    'Certification',
    'Release',
    'PendingPublication',
    'Publishing',
    'Teleporting',
  ] as const;
  test.each<Row>([
    ...statuses.map((status) => ({
      name: `a submission that is still at ${status} is told`,
      submission: taken(status),
      now: at(week),
      expected: {
        kind: 'hold' as const,
        reason: 'stuck',
        escalated: true,
        sentence: expect.stringMatching(
          new RegExp(
            `^The submission has been waited for since .*, more than a week: the Store is at ${status}.$`,
          ),
        ),
      },
    })),
    ...statuses.map((status) => ({
      name: `and not a moment before, at ${status}`,
      submission: taken(status),
      now: at(week - 1),
      expected: { kind: 'wait' as const, reason: 'inProcess' },
    })),
    {
      name: 'one that waits for a person’s "Publish now" is as asked',
      delivery: awaiting({ ask: ask({ publishMode: 'Manual' }) }),
      submission: taken('Release', { publishMode: 'Manual' }),
      now: at(week),
      expected: { kind: 'hold', reason: 'awaitingPublish' },
    },
    {
      name: 'but one that is still certified is told, though a person is to publish it',
      delivery: awaiting({ ask: ask({ publishMode: 'Manual' }) }),
      submission: taken('Certification', { publishMode: 'Manual' }),
      now: at(week),
      expected: { kind: 'hold', reason: 'stuck' },
    },
    {
      name: 'one that a person is just publishing by hand is as asked',
      delivery: awaiting({ ask: ask({ publishMode: 'Manual' }) }),
      submission: taken('Publishing', { publishMode: 'Manual' }),
      now: at(2 * week),
      expected: { kind: 'wait', reason: 'inProcess' },
    },
    {
      name: 'one whose date went by a week ago is told',
      delivery: awaiting({ ask: ask({ publishMode: { date: at(week) } }) }),
      submission: taken('Release', { publishMode: 'SpecificDate' }),
      now: at(2 * week),
      expected: { kind: 'hold', reason: 'stuck' },
    },
    {
      name: 'one whose date is to come is as asked',
      delivery: awaiting({ ask: ask({ publishMode: { date: at(2 * week) } }) }),
      submission: taken('Release', { publishMode: 'SpecificDate' }),
      now: at(week),
      expected: { kind: 'wait', reason: 'awaitingPublish' },
    },
  ])('$name', check);
});

describe('when it is published, and for whom, is compared while it can be taken back', () => {
  const dated = awaiting({ ask: ask({ publishMode: { date: at(hour) } }) });
  const mandatory = awaiting({ ask: ask({ mandatoryUpdate: { from: at(0) } }) });
  test.each<Row>([
    {
      name: 'and not from Release on, where a person may have published it by hand',
      submission: taken('Release', { publishMode: 'Manual' }),
      expected: { kind: 'wait', reason: 'inProcess' },
    },
    ...(['CommitStarted', 'PreProcessing', 'Certification'] as const).map((status) => ({
      name: `another publish mode at ${status}`,
      submission: taken(status, { publishMode: 'Manual' }),
      expected: failing('optionsDiffer', 'its publish mode is Manual and not Immediate'),
    })),
    {
      name: 'no publish mode at all',
      submission: taken('Certification', { publishMode: undefined }),
      expected: failing('optionsDiffer', 'its publish mode is absent and not Immediate'),
    },
    {
      name: 'at once instead of at its date',
      delivery: dated,
      submission: taken('Certification', { publishMode: 'Immediate' }),
      expected: failing('optionsDiffer', 'its publish mode is Immediate and not SpecificDate'),
    },
    {
      name: 'a date that the Store writes in its own way is no difference',
      delivery: dated,
      submission: taken('Certification', { publishMode: 'SpecificDate', publishDate: '2026-11-02T09:00' }),
      expected: { kind: 'wait', reason: 'inProcess' },
    },
    {
      name: 'a mandatory update that nobody asked for',
      submission: taken('Certification', { mandatory: { from: undefined } }),
      expected: failing('optionsDiffer', 'it is a mandatory update'),
    },
    {
      name: 'one that was asked for and is not',
      delivery: mandatory,
      submission: taken('Certification'),
      expected: failing('optionsDiffer', 'it is no mandatory update'),
    },
    {
      name: 'one that was asked for and is',
      delivery: mandatory,
      submission: taken('Certification', { mandatory: { from: 'later' } }),
      expected: { kind: 'wait' },
    },
    {
      name: 'every difference is named',
      delivery: mandatory,
      submission: taken('Certification', { publishMode: 'Manual' }),
      expected: failing(
        'optionsDiffer',
        'its publish mode is Manual and not Immediate; it is no mandatory update',
      ),
    },
    {
      name: 'once it is published they do not matter any more',
      submission: published('inProgress', { publishMode: 'Manual', mandatory: { from: undefined } }),
      expected: { kind: 'handOver', reason: 'published' },
    },
  ])('$name', check);

  test('and published as it is not asked for all the same, it begins paused', () => {
    const shown = published('inProgress', { publishMode: 'Manual' });
    const options = {
      reason: 'optionsDiffer',
      sentence: 'Its publish mode is Manual.',
      since: at(0),
    } as const;
    expect(decide(failingNow({ problem: options }), seen(shown), at(0))).toMatchObject({
      kind: 'handOver',
      reason: 'optionsDiffer',
      paused: options.sentence,
    });
  });
});

describe('what the Store will not publish', () => {
  const reports = [{ date: '2026', reportUrl: 'https://report.example/1' }];
  test.each<Row>([
    {
      name: 'ends it in the Store’s words, and stays in the slot',
      submission: taken('CertificationFailed', {
        errors: [{ code: '1201', details: 'It crashes.' }],
        certificationReports: reports,
      }),
      expected: {
        kind: 'fail',
        actor: 'store',
        reason: 'submissionFailed',
        sentence:
          'The Store will not publish the submission, its status is CertificationFailed: 1201: It crashes. Its report: https://report.example/1 It stays in the slot until it is deleted: the next request can ask for that with "onPendingSubmission": "delete".',
      },
    },
    {
      name: 'though nobody knows the status',
      submission: taken('TeleportFailed'),
      expected: { kind: 'fail', reason: 'submissionFailed' },
    },
    {
      name: 'when somebody cancels it there',
      submission: taken('Canceled'),
      expected: { kind: 'fail', reason: 'submissionFailed' },
    },
    {
      name: 'and goes, when it was cancelled here as well',
      delivery: awaiting({ cancel: { ...ops, reason: 'a mistake', at: at(0) } }),
      submission: taken('Canceled'),
      expected: { kind: 'go', phase: 'discarding', reason: 'cancelled' },
    },
  ])('$name', check);
});

describe('a commit that the Store has lost', () => {
  test.each<Row>([
    {
      name: 'is made again',
      submission: draft(),
      expected: { kind: 'go', phase: 'committing', reason: 'commitLost' },
    },
    {
      name: 'is made a third time',
      delivery: awaiting({ commits: 2 }),
      submission: draft(),
      expected: { kind: 'go', phase: 'committing' },
    },
    ...(['PreProcessing', 'Certification', 'Release', 'Teleporting', 'Canceled'] as const).map((status) => ({
      name: `is none where the Store had gone on (${status}): a person has taken the submission back`,
      delivery: awaiting({ store: saidOf(taken(status), at(0)) }),
      submission: draft(),
      expected: {
        kind: 'fail' as const,
        reason: 'takenOver',
        sentence: expect.stringContaining(
          `Somebody took submission ${ownId} back from ${status} in Partner Center`,
        ),
      },
    })),
    ...(['PendingCommit', 'CommitStarted'] as const).map((status) => ({
      name: `is one where the Store had shown ${status}`,
      delivery: awaiting({ store: saidOf(draft({ status }), at(0)) }),
      submission: draft(),
      expected: { kind: 'go' as const, phase: 'committing', reason: 'commitLost' },
    })),
    {
      name: 'is not made a fourth time',
      delivery: awaiting({ commits: 3 }),
      submission: draft(),
      expected: {
        kind: 'fail',
        reason: 'commitLost',
        sentence: `The Store has lost the commit 3 times: submission ${ownId} is a draft again.`,
      },
    },
    {
      name: 'is not made again after a cancel',
      delivery: awaiting(cancelled),
      submission: draft(),
      expected: { kind: 'go', phase: 'discarding' },
    },
    {
      name: 'of a flight’s only submission is left after a cancel',
      delivery: awaiting({ ...cancelled, ...onlyOfFlight }),
      submission: draft(),
      expected: { kind: 'cancel', sentence: expect.stringContaining(`The draft ${ownId} stays`) },
    },
  ])('$name', check);
});

describe('what the Store makes of it is compared at every look', () => {
  test.each<Row>([
    {
      name: 'a rollout that is missing',
      submission: taken('Certification', { rollout: undefined }),
      expected: failing(
        'notGradual',
        'it shows no gradual rollout where 5 % was asked for. Cancel its certification in Partner Center',
      ),
    },
    {
      name: 'a rollout that is switched off, long before publication',
      submission: draft({ status: 'CommitStarted', rollout: { enabled: false, percentage: 5 } }),
      expected: failing('notGradual', 'The submission is at CommitStarted and not what was asked for'),
    },
    {
      name: 'another percentage',
      submission: taken('Release', { rollout: { enabled: true, percentage: 25 } }),
      expected: failing('rolloutDiffers', 'it shows a rollout at 25 % where 5 % was asked for'),
    },
    {
      name: 'a package that was dropped',
      submission: taken('Certification', { packages: [kept] }),
      expected: failing('packagesDiffer', 'Notes_2.msix was uploaded and is missing'),
    },
    {
      name: 'a package that still waits when certification has begun',
      submission: taken('Certification', { packages: [kept, awaited] }),
      expected: failing('packagesDiffer', 'Notes_2.msix was uploaded and is missing'),
    },
    {
      name: 'while the packages are not processed they are not judged',
      submission: taken('PreProcessing', { packages: [] }),
      expected: { kind: 'wait' },
    },
    {
      name: 'nor at a status that nobody knows, while one of them waits',
      submission: taken('Teleporting', { packages: [kept, awaited] }),
      expected: { kind: 'wait' },
    },
    {
      name: 'a cancelled one that is wrong is wrong',
      delivery: awaiting(cancelled),
      submission: taken('Certification', { rollout: undefined }),
      expected: failing('notGradual', 'no gradual rollout'),
    },
  ])('$name', check);
});

describe('at publication', () => {
  const everyone =
    'It went to everyone at once, and only a new submission with a higher version changes that.';
  test.each<Row>([
    {
      name: 'a rollout as asked is handed over',
      submission: published(),
      expected: {
        kind: 'handOver',
        reason: 'published',
        sentence: 'The Store published the submission, and its rollout is in progress at 5 %, as asked.',
      },
    },
    {
      name: 'a percentage that the Store has rounded down is as asked',
      delivery: awaiting({
        policy: policy({ steps: [{ percentage: 5.5, bake: '6h' }, ...policyDocument().steps.slice(1)] }),
      }),
      submission: published(),
      expected: { kind: 'handOver', reason: 'published' },
    },
    {
      name: 'one that it has rounded up is not',
      delivery: awaiting({
        policy: policy({ steps: [{ percentage: 4.5, bake: '6h' }, ...policyDocument().steps.slice(1)] }),
      }),
      submission: published(),
      expected: {
        kind: 'handOver',
        reason: 'rolloutDiffers',
        paused: expect.stringContaining('at 5 % where 4.5 % was asked for'),
      },
    },
    {
      name: 'after a cancel it is handed over with its halt',
      delivery: awaiting(cancelled),
      submission: published(),
      expected: { kind: 'handOver', halt: 'a wrong build.' },
    },
    ...(['stopped', 'complete'] as const).flatMap((state) =>
      [0, 5, 100].map((percentage) => ({
        name: `a rollout that is ${state} already is handed over, whatever it shows (${percentage} %)`,
        submission: published(state, { rollout: { enabled: true, percentage } }),
        expected: {
          kind: 'handOver' as const,
          sentence: `The Store published the submission; its rollout is ${state} already.`,
        },
      })),
    ),
    {
      name: 'a rollout that is complete although it was cancelled is told: everyone has it',
      delivery: awaiting(cancelled),
      submission: published('complete'),
      expected: { kind: 'handOver', escalated: true },
    },
    ...(['notStarted', 'unknown', undefined] as const).map((state) => ({
      name: `a rollout that is ${state} is waited for`,
      submission: published('inProgress', { rolloutState: state }),
      expected: {
        kind: 'wait' as const,
        reason: 'rolloutNotStarted',
        nextLookAt: at(minute),
        escalated: false,
      },
    })),
    {
      name: 'and people are told when it does not begin for an hour',
      delivery: awaiting({ trouble: { since: at(0), count: 9, cause: 'not begun' } }),
      submission: published('notStarted'),
      now: at(hour),
      expected: { kind: 'wait', reason: 'rolloutNotStarted', escalated: true },
    },
    {
      name: 'no rollout at all is told as what it is',
      submission: published('notGradual', { rollout: { enabled: false, percentage: 0 } }),
      expected: { kind: 'fail', reason: 'notGradual', sentence: expect.stringContaining(everyone) },
    },
    ...(['inProgress', 'notStarted', 'unknown', undefined] as const).flatMap((state) => [
      {
        name: `another percentage (${state}) begins paused`,
        submission: published('inProgress', {
          rolloutState: state,
          rollout: { enabled: true, percentage: 25 },
        }),
        expected: {
          kind: 'handOver' as const,
          reason: 'rolloutDiffers',
          paused: expect.stringContaining('at 25 % where 5 % was asked for'),
        },
      },
      {
        name: `another percentage (${state}) after a cancel begins paused and with its halt`,
        delivery: awaiting(cancelled),
        submission: published('inProgress', {
          rolloutState: state,
          rollout: { enabled: true, percentage: 25 },
        }),
        expected: {
          kind: 'handOver' as const,
          paused: expect.any(String),
          halt: 'a wrong build.',
          sentence: expect.stringMatching(/to be halted, because the submission was cancelled\.$/),
        },
      },
    ]),
    {
      name: 'other packages begin paused',
      submission: published('inProgress', { packages: [kept] }),
      expected: {
        kind: 'handOver',
        reason: 'packagesDiffer',
        paused: expect.stringContaining('Notes_2.msix was uploaded'),
      },
    },
    {
      name: 'other packages of a rollout that is over already are told',
      submission: published('stopped', { packages: [kept] }),
      expected: {
        kind: 'fail',
        reason: 'packagesDiffer',
        sentence: expect.stringContaining('Its rollout is stopped already.'),
      },
    },
  ])('$name', check);
});

describe('once it is known to be wrong', () => {
  test.each<Row>([
    {
      name: 'people are reminded while they can take it back',
      delivery: failingNow(),
      submission: taken('Certification'),
      now: at(hour),
      expected: {
        kind: 'hold',
        reason: 'refused',
        sentence: problem.sentence,
        escalated: true,
        nextLookAt: at(hour + 5 * minute),
      },
    },
    {
      name: 'but once an hour',
      delivery: failingNow({ problem: { ...problem, escalatedAt: at(hour) } }),
      submission: taken('Certification'),
      now: at(1.5 * hour),
      expected: { kind: 'hold', escalated: false },
    },
    ...(['Canceled', 'PendingCommit', 'CertificationFailed'] as const).map((status) => ({
      name: `taken back (${status}), it ends with its problem`,
      delivery: failingNow(),
      submission: taken(status),
      expected: {
        kind: 'fail' as const,
        reason: 'refused',
        sentence: `The Store said no. It was taken back: the Store shows ${status}. It stays in the slot until somebody deletes it.`,
      },
    })),
    {
      name: 'published all the same, it begins paused, though all is as asked by then',
      delivery: failingNow(),
      submission: published('inProgress', { packages: [kept, processed] }),
      expected: { kind: 'handOver', reason: 'refused', paused: problem.sentence },
    },
    {
      name: 'published to everyone, it says so',
      delivery: failingNow(),
      submission: published('notGradual', { rollout: { enabled: false, percentage: 0 } }),
      expected: {
        kind: 'fail',
        reason: 'refused',
        sentence: expect.stringContaining('It went to everyone at once'),
      },
    },
  ])('$name', check);
});
