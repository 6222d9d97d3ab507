import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/shared/delivery/decide.ts';
import type { Delivery, DeliveryChange } from '../../../src/shared/delivery/delivery.ts';
import { evolve, handedOver, saidOf } from '../../../src/shared/delivery/evolve.ts';
import type { Observed } from '../../../src/shared/delivery/observed.ts';
import { at, evidence, hour, policy } from '../../support/builders.ts';
import {
  ask,
  cancelledBy,
  content,
  delivery,
  draft,
  lines,
  minute,
  onlyOfFlight,
  onTrack,
  ops,
  otherId,
  ownId,
  problem,
  published,
  seen,
  slot,
  start,
  submission,
  taken,
} from './deliveries.fixture.ts';

/** One look: what the delivery is after it, and what the journal says of it. */
const looked = (of: Delivery, observed: Observed, now = at(0)): DeliveryChange =>
  evolve({ delivery: of, observed, now }, decide(of, observed, now));

const down: Observed = { kind: 'unreadable', cause: 'down' };
const pending = submission({ submissionId: otherId });
const deleting = { ask: ask({ onPendingSubmission: 'delete' }) };

describe('a phase begins', () => {
  test('with its intent, beside the decision that led to it', () => {
    const { delivery: next, entries } = looked(delivery('checking'), start({ published: onTrack() }));
    expect(next).toMatchObject({
      phase: 'creating',
      content,
      creates: 0,
      nextLookAt: at(0),
      journalLength: 2,
    });
    expect(lines(entries)).toEqual(['decision creating', 'intent creating']);
    expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(entries[1]?.sentence).toBe('The Store is to be asked for a draft.');
  });

  test('without one, where nothing is asked of the Store', () => {
    const { delivery: next, entries } = looked(delivery('committing'), seen(taken('PreProcessing')), at(9));
    expect(next).toMatchObject({ phase: 'awaitingPublication', commits: 1, committedAt: at(9) });
    expect(lines(entries)).toEqual(['decision awaitingPublication']);
  });

  test('with a second intent, where one obstacle follows the other', () => {
    const clearing = { kind: 'deletePending', submissionId: ownId, reason: 'as asked' } as const;
    const of = delivery('clearing', { ...deleting, clearing });
    const { delivery: next, entries } = looked(of, slot({ published: onTrack(), pending }));
    expect(next).toMatchObject({ phase: 'clearing', clearing: { submissionId: otherId } });
    expect(lines(entries)).toEqual(['decision clearing', 'intent clearing']);
    expect(entries[1]?.sentence).toBe(`The Store is to be asked to delete submission ${otherId}.`);
  });

  test('with the health by which a rollout is to be ended', () => {
    const automation = {
      rolloutId: 'r1',
      phase: 'ramping',
      paused: false,
      evidence: [evidence('good')],
    } as const;
    const ramps = onTrack({ rollout: { state: 'inProgress', percentage: 20 }, automation });
    const of = delivery('checking', { policy: policy({ onUnfinishedRollout: 'finalize' }) });
    const { entries } = looked(of, start({ published: ramps }));
    expect(entries).toMatchObject([
      { kind: 'decision', evidence: [evidence('good')] },
      {
        kind: 'intent',
        sentence: `The Store is to be asked to finalize the rollout of submission ${otherId}.`,
      },
    ]);
  });

  test('without the troubles of the one before', () => {
    const of = delivery('committing', { trouble: { since: at(0), count: 4, cause: 'down' } });
    expect(looked(of, seen(taken('PreProcessing'))).delivery.trouble).toBeUndefined();
  });

  test('and a new draft without what the old one had', () => {
    const of = delivery('renewing', { upload: { uploadedBytes: 1, totalBytes: 2 } });
    const { delivery: next } = looked(of, { kind: 'missing', cause: 'gone' });
    expect(next).toMatchObject({ phase: 'creating', content, creates: 0 });
    for (const name of ['submissionId', 'expected', 'upload']) expect(next).not.toHaveProperty(name);
  });

  test('a commit that is made again counts when it is taken', () => {
    const of = delivery('awaitingPublication', { commits: 1, committedAt: at(0) });
    expect(looked(of, seen(draft())).delivery).toMatchObject({ phase: 'committing', commits: 1 });
  });
});

describe('an act', () => {
  test('is announced before it is made, and nobody starts beside it', () => {
    const { delivery: next, entries } = looked(delivery('creating'), slot({ published: onTrack() }));
    expect(next).toMatchObject({ phase: 'creating', creates: 1, nextLookAt: at(2.5 * minute) });
    expect(entries).toEqual([]);
  });

  test('that is an upload may take longer', () => {
    expect(looked(delivery('uploading'), seen(draft())).delivery.nextLookAt).toEqual(at(6 * minute));
  });

  test('is in the journal when it is made again after a failure', () => {
    const of = delivery('uploading', { reason: 'retrying', sentence: 'Timed out.' });
    expect(lines(looked(of, seen(draft())).entries)).toEqual(['decision upload']);
  });
});

describe('what the Store says', () => {
  test('is kept in its own words at every look, as much as a row can hold', () => {
    const many = Array.from({ length: 99 }, (_, index) => ({
      code: `C${index}`,
      details: 'x'.repeat(9_999),
    }));
    const reports = many.map((_, index) => ({ date: `${index}`, reportUrl: 'https://r.example' }));
    const said = saidOf(submission({ errors: many, warnings: many, certificationReports: reports }), at(7));
    expect(said).toMatchObject({ status: 'PendingCommit', at: at(7) });
    expect(said.errors).toHaveLength(15);
    expect(said.warnings[14]).toEqual({ code: 'C14', details: 'x'.repeat(500) });
    expect(said.certificationReports.at(-1)?.date, 'the newest report').toBe('98');
  });

  test('stays when it cannot be read', () => {
    const store = saidOf(taken('Certification'), at(0));
    expect(looked(delivery('awaitingPublication', { store }), down).delivery.store).toEqual(store);
  });
});

describe('what cannot be read', () => {
  test('is told once, tried again at ever longer intervals, and told to people once an hour', () => {
    let of = delivery('awaitingPublication');
    const waits: number[] = [];
    const told: string[] = [];
    for (let now = at(0); now < at(2.2 * hour); now = of.nextLookAt ?? at(9 * hour)) {
      const { delivery: next, entries } = looked(of, down, now);
      told.push(...lines(entries));
      waits.push((next.nextLookAt?.getTime() ?? 0) - now.getTime());
      of = next;
    }
    expect(waits.slice(0, 7)).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
    expect(told).toEqual(['decision wait', 'decision wait!', 'decision wait!']);
    expect(of.trouble).toMatchObject({ since: at(0), count: waits.length });
  });

  test('is forgotten when it can be read again', () => {
    const of = looked(delivery('awaitingPublication'), down).delivery;
    expect(looked(of, seen(taken('Certification'))).delivery.trouble).toBeUndefined();
  });
});

describe('a wait', () => {
  test('is in the journal once', () => {
    const first = looked(delivery('awaitingPublication'), seen(taken('Certification')));
    expect(lines(first.entries)).toEqual(['decision wait']);
    expect(lines(looked(first.delivery, seen(taken('Release'))).entries)).toEqual([]);
  });

  test.each([
    [
      'a commit that is stuck',
      draft({ status: 'CommitStarted' }),
      24 * hour,
      ['decision hold!', '', 'decision hold!'],
    ],
    ['a rollout that does not begin', published('notStarted'), 0, ['decision wait', 'decision wait!', '']],
  ])('for %s is told to people once an hour', (_, shown, from, expected) => {
    let of = delivery('awaitingPublication', { commits: 1, committedAt: at(0) });
    const told = [0, 1, 1.5].map((more) => {
      const { delivery: next, entries } = looked(
        of,
        seen(shown),
        at(from + (from ? more / 1.5 : more) * hour),
      );
      of = next;
      return lines(entries).join();
    });
    expect(told).toEqual(expected);
  });

  test('that a cancel came too late is told at once, and then once an hour', () => {
    let of = delivery('awaitingPublication', { cancel: cancelledBy, commits: 1, committedAt: at(0) });
    const told: string[] = [];
    for (let now = at(0); now <= at(2 * hour); now = of.nextLookAt ?? at(9 * hour)) {
      const { delivery: next, entries } = looked(of, seen(taken('Certification')), now);
      told.push(...lines(entries).map((line) => `${line} ${(now.getTime() - at(0).getTime()) / hour}`));
      of = next;
    }
    expect(told).toEqual(['decision hold! 0', 'decision hold! 1', 'decision hold! 2']);
  });

  test('that a cancel came too late is told at once, though the Store could not be read before', () => {
    const of = looked(delivery('awaitingPublication', { cancel: cancelledBy }), down).delivery;
    expect(lines(looked(of, seen(taken('Certification')), at(minute)).entries)).toEqual(['decision hold!']);
  });

  test('while people must act reminds them, and says so in the problem', () => {
    const of = delivery('failing', { problem, reason: 'refused' });
    const { delivery: next, entries } = looked(of, seen(taken('Certification')), at(hour));
    expect(next.problem).toEqual({ ...problem, escalatedAt: at(hour) });
    expect(lines(entries)).toEqual(['decision hold!']);
  });
});

describe('a failure', () => {
  const wrong = seen(draft({ rollout: undefined }));
  test('before the commit deletes the draft first, and keeps its problem to the end', () => {
    const discarding = looked(delivery('committing'), wrong);
    expect(discarding.delivery).toMatchObject({
      phase: 'discarding',
      problem: { reason: 'changedByOthers', since: at(0) },
    });
    expect(lines(discarding.entries)).toEqual(['decision fail!', 'intent discarding']);
    const ended = looked(discarding.delivery, { kind: 'missing', cause: 'gone' }, at(hour));
    expect(ended.delivery).toMatchObject({
      phase: 'failed',
      endedAt: at(hour),
      problem: discarding.delivery.problem,
    });
    expect(ended.delivery.nextLookAt).toBeUndefined();
  });

  test('leaves the only submission of a flight, and says so', () => {
    const { delivery: next, entries } = looked(delivery('committing', onlyOfFlight), wrong);
    expect(next.phase).toBe('failed');
    expect(next.problem?.sentence).toMatch(
      new RegExp(`The draft ${ownId} stays: .* Delete it in Partner Center\\.$`),
    );
    expect(entries).toMatchObject([{ escalated: true, sentence: next.sentence }]);
  });

  test.each([
    ['is gone', { kind: 'missing', cause: 'gone' } as Observed],
    ['was committed by somebody else', seen(taken('Certification'))],
  ])('deletes nothing, where the draft %s', (_, observed) => {
    expect(looked(delivery('uploading'), observed).delivery.phase).toBe('failed');
  });

  test('deletes the draft that a commit was lost on for good', () => {
    const of = delivery('awaitingPublication', { commits: 3 });
    expect(looked(of, seen(draft())).delivery).toMatchObject({
      phase: 'discarding',
      problem: { reason: 'commitLost' },
    });
  });

  test.each([
    ['was taken back from certification', 'awaitingPublication', draft()],
    ['was edited in Partner Center', 'committing', draft({ madeByApi: false })],
  ] as const)('leaves the draft that %s to those who did it', (_, phase, shown) => {
    const of = delivery(phase, { store: saidOf(taken('Certification'), at(0)) });
    const { delivery: next, entries } = looked(of, seen(shown));
    expect(next).toMatchObject({ phase: 'failed', problem: { reason: 'takenOver' } });
    expect(lines(entries)).toEqual(['decision fail!']);
  });

  test('of the Store’s own leaves the submission with its reports', () => {
    expect(looked(delivery('awaitingPublication'), seen(taken('CertificationFailed'))).delivery.phase).toBe(
      'failed',
    );
  });

  test('that only people can take back is told at once', () => {
    const { delivery: next, entries } = looked(
      delivery('awaitingPublication'),
      seen(taken('Release', { rollout: undefined })),
    );
    expect(next).toMatchObject({ phase: 'failing', problem: { reason: 'notGradual', escalatedAt: at(0) } });
    expect(lines(entries)).toEqual(['decision failing!']);
  });
});

test('a cancel ends it in the name of who gave it', () => {
  const { delivery: next, entries } = looked(delivery('checking', { cancel: cancelledBy }), start());
  expect(next).toMatchObject({ phase: 'cancelled', endedAt: at(0) });
  expect(entries).toMatchObject([{ kind: 'decision', subject: 'cancel', ...ops }]);
});

describe('the hand-over', () => {
  const of = delivery('awaitingPublication', { commits: 1 });
  const handing = (from: Delivery, observed: Observed) => {
    const decision = decide(from, observed, at(0));
    if (decision.kind !== 'handOver') throw new Error(`decided ${decision.kind}`);
    const announced = evolve({ delivery: from, observed, now: at(0) }, decision);
    return { announced, ended: handedOver(announced.delivery, decision, 'r2', at(minute)) };
  };

  test('is a decision first, and then an end', () => {
    const { announced, ended } = handing(of, seen(published()));
    expect(announced.delivery).toMatchObject({ phase: 'awaitingPublication', nextLookAt: at(2.5 * minute) });
    expect(lines(announced.entries)).toEqual(['decision handOver']);
    expect(ended.delivery).toMatchObject({ phase: 'handedOver', rolloutId: 'r2', endedAt: at(minute) });
    expect(lines(ended.entries)).toEqual(['effect handedOver']);
    expect(ended.delivery.nextLookAt).toBeUndefined();
  });

  test('of what differs is an alarm, and the delivery has failed', () => {
    const { announced, ended } = handing(
      of,
      seen(published('inProgress', { rollout: { enabled: true, percentage: 50 } })),
    );
    expect(lines(announced.entries)).toEqual(['decision handOver!']);
    expect(ended.delivery).toMatchObject({
      phase: 'failed',
      rolloutId: 'r2',
      problem: { reason: 'rolloutDiffers' },
    });
  });

  test('of what is complete in spite of a cancel is an alarm, because nothing can be halted any more', () => {
    const { announced, ended } = handing({ ...of, cancel: cancelledBy }, seen(published('complete')));
    expect(lines(announced.entries)).toEqual(['decision handOver!']);
    expect(ended.delivery.phase).toBe('handedOver');
  });

  test('of what differs after a cancel has failed as well', () => {
    const from = { ...of, cancel: cancelledBy };
    const { ended } = handing(
      from,
      seen(published('inProgress', { rollout: { enabled: true, percentage: 50 } })),
    );
    expect(ended.delivery).toMatchObject({ phase: 'failed', problem: { reason: 'rolloutDiffers' } });
  });

  test('keeps the problem that was known before', () => {
    const { ended } = handing(delivery('failing', { problem }), seen(published()));
    expect(ended.delivery).toMatchObject({ phase: 'failed', problem });
  });
});
