import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/shared/delivery/decide.ts';
import type { Decision } from '../../../src/shared/delivery/decision.ts';
import type { Delivery } from '../../../src/shared/delivery/delivery.ts';
import type { Observed, SeenSubmission } from '../../../src/shared/delivery/observed.ts';
import type { DeliveryPhase } from '../../../src/shared/delivery/vocabulary.ts';
import { at } from '../../support/builders.ts';
import {
  ask,
  awaited,
  cancelledBy,
  delivery,
  draft,
  expected as expectedPackages,
  kept,
  onlyOfFlight,
  onProduction,
  ownId,
  problem,
  seen,
  submission,
  taken,
} from './deliveries.fixture.ts';

type Row = {
  name: string;
  delivery: Delivery;
  submission: SeenSubmission;
  expected: { kind: Decision['kind'] } & Record<string, unknown>;
};
const check = ({ delivery: of, submission: shown, expected }: Row) =>
  expect(decide(of, seen(shown), at(0))).toMatchObject(expected);

const missing: Observed = { kind: 'missing', cause: 'not found' };
const deleting = { kind: 'go', phase: 'discarding' } as const;
const discards = { kind: 'act', act: { kind: 'discard' } } as const;

describe('a draft on its way', () => {
  test.each<Row>([
    {
      name: 'gets what was asked for',
      delivery: delivery('updating'),
      submission: submission(),
      expected: {
        kind: 'act',
        act: {
          kind: 'update',
          plan: { percentage: 5, publishMode: 'Immediate', expected: expectedPackages },
        },
      },
    },
    {
      name: 'gets it again, when nobody knows whether it came through',
      delivery: delivery('updating'),
      submission: draft(),
      expected: { kind: 'act', act: { kind: 'update', plan: { expected: expectedPackages } } },
    },
    {
      name: 'that cannot become what was asked for is given up',
      delivery: delivery('updating', { ask: ask({ existingPackages: { remove: ['9'] } }) }),
      submission: submission(),
      expected: { kind: 'fail', reason: 'wrongPackages' },
    },
    {
      name: 'gets its packages',
      delivery: delivery('uploading'),
      submission: draft(),
      expected: { kind: 'act', act: { kind: 'upload' } },
    },
    {
      name: 'is committed when it is exactly as asked',
      delivery: delivery('committing'),
      submission: draft(),
      expected: { kind: 'act', act: { kind: 'commit' } },
    },
    {
      name: 'is not committed, if nobody wrote down what it is to be',
      delivery: (({ expected: _, ...rest }) => rest)(delivery('committing')),
      submission: draft(),
      expected: { kind: 'fail', reason: 'wrongPackages' },
    },
    {
      name: 'that the Store has taken needs no second commit',
      delivery: delivery('committing'),
      submission: taken('CommitStarted'),
      expected: { kind: 'go', phase: 'awaitingPublication' },
    },
    {
      name: 'nor when the Store is at a status that nobody knows',
      delivery: delivery('committing'),
      submission: taken('Teleporting'),
      expected: { kind: 'go', phase: 'awaitingPublication' },
    },
    {
      name: 'nor when the Store took it before it was cancelled',
      delivery: delivery('committing', { cancel: cancelledBy }),
      submission: taken('PreProcessing'),
      expected: { kind: 'go', phase: 'awaitingPublication' },
    },
    {
      name: 'whose upload URL has expired is deleted',
      delivery: delivery('renewing'),
      submission: draft(),
      expected: discards,
    },
  ])('$name', check);

  test.each(['updating', 'uploading', 'renewing'] as const)(
    'that somebody else commits while %s is theirs from then on',
    (phase) => {
      expect(decide(delivery(phase), seen(taken('Certification')), at(0))).toMatchObject({
        kind: 'fail',
        reason: 'changedByOthers',
        sentence: expect.stringContaining(`Submission ${ownId} is at Certification`),
      });
    },
  );

  test.each(['updating', 'uploading', 'committing', 'awaitingPublication'] as const)(
    'that is gone while %s ends it',
    (phase) => {
      expect(decide(delivery(phase), missing, at(0))).toMatchObject({
        kind: 'fail',
        reason: 'submissionMissing',
      });
      const gone = decide(delivery(phase, { cancel: cancelledBy }), missing, at(0));
      expect(gone, 'and that is what was wanted, when it was cancelled').toMatchObject({ kind: 'cancel' });
    },
  );
});

test.each(['updating', 'uploading', 'committing'] as const)(
  'a draft that people have taken over while %s is left to them, cancelled or not',
  (phase) => {
    for (const change of [{}, { cancel: cancelledBy }])
      expect(decide(delivery(phase, change), seen(draft({ madeByApi: false })), at(0))).toMatchObject({
        kind: 'fail',
        reason: 'takenOver',
        sentence: expect.stringContaining(`Submission ${ownId} is a draft of Partner Center now`),
      });
  },
);

describe('before the commit, the draft is compared once more', () => {
  const asked = {
    ask: ask({
      publishMode: { date: at(0) },
      mandatoryUpdate: { from: at(0) },
      notesForCertification: 'log in as x',
    }),
  };
  const as = {
    publishMode: 'SpecificDate',
    publishDate: at(0).toISOString(),
    mandatory: { from: at(0).toISOString() },
    notes: 'log in as x',
  };
  const like = (change: Partial<SeenSubmission>) =>
    decide(delivery('committing', asked), seen(draft({ ...as, ...change })), at(0));

  test('and committed with all its options', () => {
    expect(like({})).toMatchObject({ kind: 'act', act: { kind: 'commit' } });
  });

  test.each<[string, Partial<SeenSubmission>]>([
    ['it shows no gradual rollout where 5 % was asked for', { rollout: undefined }],
    ['it shows no gradual rollout where 5 % was asked for', { rollout: { enabled: false, percentage: 5 } }],
    ['it shows a rollout at 50 % where 5 % was asked for', { rollout: { enabled: true, percentage: 50 } }],
    ['it shows a rollout at 0 % where 5 % was asked for', { rollout: { enabled: true, percentage: 0 } }],
    ['it does not keep Notes_1.msix', { packages: [awaited] }],
    ['it does not keep Notes_1.msix', { packages: [{ ...kept, fileStatus: 'PendingDelete' }, awaited] }],
    ['it does not await Notes_2.msix', { packages: [kept] }],
    ['it does not await Notes_2.msix', { packages: [kept, { ...awaited, fileName: 'notes_2.msix' }] }],
    [
      'it awaits Other.msix, which was not asked for',
      { packages: [kept, awaited, { ...awaited, fileName: 'Other.msix' }] },
    ],
    [
      'it has Odd.msix (7), which was not asked for',
      { packages: [kept, awaited, { ...kept, id: '7', fileName: 'Odd.msix' }] },
    ],
    ['its publish mode is Immediate and not SpecificDate', { publishMode: 'Immediate' }],
    ['its publish mode is absent and not SpecificDate', { publishMode: undefined }],
    ['its publish date is absent and not 2026-11-02T00:00:00.000Z', { publishDate: undefined }],
    [
      'its publish date is 2026-11-02T01:00:00Z and not 2026-11-02T00:00:00.000Z',
      { publishDate: '2026-11-02T01:00:00Z' },
    ],
    ['it is not mandatory from 2026-11-02T00:00:00.000Z on', { mandatory: undefined }],
    ['it is not mandatory from 2026-11-02T00:00:00.000Z on', { mandatory: { from: undefined } }],
    ['its notes for certification differ', { notes: 'something else' }],
  ])('%s', (words, change) => {
    expect(like(change)).toMatchObject({
      kind: 'fail',
      reason: 'changedByOthers',
      sentence: expect.stringContaining(
        `Nothing was committed: the draft is not what was asked for; ${words}`,
      ),
    });
  });

  test('a package that was to be removed and is not', () => {
    const of = delivery('committing', { expected: { kept: [], removed: ['2001'], added: ['Notes_2.msix'] } });
    expect(decide(of, seen(draft()), at(0))).toMatchObject({
      sentence: expect.stringContaining('it does not remove package 2001'),
    });
  });

  test('and one that is gone without having been marked is gone all the same', () => {
    const of = delivery('committing', {
      ask: ask({ existingPackages: { remove: ['2001'] } }),
      expected: { kept: [], removed: ['2001'], added: ['Notes_2.msix'] },
    });
    expect(decide(of, seen(draft({ packages: [awaited] })), at(0))).toMatchObject({
      kind: 'act',
      act: { kind: 'commit' },
    });
  });

  test('a mandatory update that nobody asked for', () => {
    const shown = draft({ mandatory: { from: undefined } });
    expect(decide(delivery('committing'), seen(shown), at(0))).toMatchObject({
      sentence: expect.stringContaining('it is a mandatory update, which was not asked for'),
    });
  });

  test('every difference is named', () => {
    expect(like({ rollout: undefined, notes: '' }).sentence).toContain(
      'it shows no gradual rollout where 5 % was asked for; its notes for certification differ',
    );
  });
});

describe('a cancel', () => {
  const stays = `Cancelled on the word of ops: a wrong build. The draft ${ownId} stays: deleting the only submission of a flight by the API can leave the flight unusable. Delete it in Partner Center.`;
  const drafting: DeliveryPhase[] = ['updating', 'uploading', 'committing'];
  test.each(drafting)('while %s deletes the draft', (phase) => {
    expect(decide(delivery(phase, { cancel: cancelledBy }), seen(draft()), at(0))).toMatchObject(deleting);
  });
  test.each(drafting)('while %s leaves the only submission of a flight, and says so', (phase) => {
    const of = delivery(phase, { cancel: cancelledBy, ...onlyOfFlight });
    expect(decide(of, seen(draft()), at(0))).toMatchObject({ kind: 'cancel', sentence: stays });
  });
  test('deletes the only submission of production', () => {
    const of = onProduction(delivery('updating', { cancel: cancelledBy, ...onlyOfFlight }));
    expect(decide(of, seen(draft()), at(0))).toMatchObject(deleting);
  });
});

describe('while the draft is deleted', () => {
  const discarding = (change: Partial<Delivery> = { cancel: cancelledBy }) => delivery('discarding', change);
  test.each<Row>([
    { name: 'a draft goes', delivery: discarding(), submission: draft(), expected: discards },
    {
      name: 'a failed submission goes',
      delivery: discarding(),
      submission: taken('CommitFailed'),
      expected: discards,
    },
    ...(['Certification', 'Teleporting', 'Published'] as const).map((status) => ({
      name: `one at ${status} goes its way`,
      delivery: discarding(),
      submission: taken(status),
      expected: { kind: 'go' as const, phase: 'awaitingPublication', reason: 'cancelLate' },
    })),
    ...(['Certification', 'Published'] as const).map((status) => ({
      name: `one at ${status} that had failed never counts as delivered`,
      delivery: discarding({ problem }),
      submission: taken(status),
      expected: {
        kind: 'go' as const,
        phase: 'failing',
        reason: 'refused',
        handed: {
          problem: {
            reason: 'refused',
            since: at(0),
            sentence: expect.stringMatching(/^The Store said no\. .* Partner Center/),
          },
        },
      },
    })),
  ])('$name', check);

  test('and once it is gone, that is the end', () => {
    expect(decide(discarding(), missing, at(0))).toMatchObject({ kind: 'cancel' });
  });

  test('a problem is still the problem', () => {
    const both = discarding({ problem, cancel: cancelledBy });
    expect(decide(both, missing, at(0))).toMatchObject({
      kind: 'fail',
      ...{ reason: 'refused', sentence: problem.sentence },
    });
  });

  test('an expired one is followed by a new one', () => {
    expect(decide(delivery('renewing'), missing, at(0))).toMatchObject({
      kind: 'go',
      phase: 'creating',
      handed: { creates: 0 },
    });
  });
});

test.each(['checking', 'clearing', 'creating', 'handedOver', 'cancelled', 'failed'] as const)(
  'there is nothing to decide on a submission while %s',
  (phase) => {
    expect(() => decide(delivery(phase), seen(draft()), at(0))).toThrow(
      `A delivery in the phase ${phase} has nothing to decide on "submission".`,
    );
  },
);
