import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/shared/delivery/decide.ts';
import { type Delivery, newDelivery } from '../../../src/shared/delivery/delivery.ts';
import { evolve } from '../../../src/shared/delivery/evolve.ts';
import type { Observed, SeenSubmission } from '../../../src/shared/delivery/observed.ts';
import { settle } from '../../../src/shared/delivery/settle.ts';
import { at } from '../../support/builders.ts';
import {
  cancelledBy,
  delivery,
  draft,
  minute,
  onlyOfFlight,
  onTrack,
  ownId,
  published,
  seen,
  slot,
  taken,
  wish,
} from './deliveries.fixture.ts';

/** A commit whose answer was lost may come through after the cancel, and a flight’s only draft cannot be deleted to prevent it. */

const passed = (of: Delivery, observed: Observed, now = at(0)): Delivery =>
  evolve({ delivery: of, observed, now }, decide(of, observed, now)).delivery;

const asked = { ...onlyOfFlight, cancel: cancelledBy, commitAsked: true };

describe('that the Store was asked to commit', () => {
  test('is not so at first', () => {
    expect(newDelivery(wish(), at(0)).commitAsked).toBe(false);
    expect(passed(delivery('uploading'), seen(draft())).commitAsked).toBe(false);
  });

  test('is written down before it is asked, and stays so whatever the answer was', () => {
    const announced = passed(delivery('committing'), seen(draft()));
    expect(announced.commitAsked).toBe(true);
    const lost = settle(announced, { kind: 'failed', cause: 'it timed out' }, at(0)).delivery;
    expect(lost).toMatchObject({ phase: 'committing', commitAsked: true });
  });

  test('says nothing of a draft that is made anew', () => {
    const of = delivery('renewing', { commitAsked: true });
    expect(passed(of, { kind: 'missing', cause: 'gone' })).toMatchObject({
      phase: 'creating',
      commitAsked: false,
    });
  });
});

describe('a cancelled delivery of a flight’s only submission', () => {
  test.each(['committing', 'awaitingPublication'] as const)(
    'is watched for a quarter of an hour while %s, and then ends',
    (phase) => {
      let of = delivery(phase, asked);
      const phases: string[] = [];
      for (let now = at(0); now <= at(15 * minute); now = of.nextLookAt ?? at(99 * minute)) {
        of = passed(of, seen(draft()), now);
        phases.push(of.phase);
        if (of.phase === phase) expect(of.nextLookAt).toEqual(new Date(now.getTime() + minute));
      }
      expect(phases).toEqual([...Array.from({ length: 15 }, () => phase), 'cancelled']);
      expect(of.sentence).toContain(`The draft ${ownId} stays`);
    },
  );

  test('says what it waits for', () => {
    expect(decide(delivery('committing', asked), seen(draft()), at(0))).toMatchObject({
      kind: 'wait',
      reason: 'cancelled',
      sentence: 'Cancelled; the commit that was asked for may still come through, and is watched for.',
    });
  });

  test('ends at once where nobody was ever asked to commit', () => {
    for (const phase of ['updating', 'uploading', 'committing'] as const) {
      const of = delivery(phase, { ...asked, commitAsked: false });
      expect(passed(of, seen(draft()))).toMatchObject({ phase: 'cancelled', endedAt: at(0) });
    }
  });

  test.each(['CommitStarted', 'PreProcessing'])(
    'whose commit comes late (%s) is watched up to its publication, and halted there',
    (status) => {
      const watching = passed(delivery('committing', asked), seen(draft()));
      const late = passed(watching, seen(taken(status)), at(14 * minute));
      expect(late).toMatchObject({ phase: 'awaitingPublication', commits: 1, cancel: cancelledBy });
      expect(decide(late, seen(published()), at(60 * minute))).toMatchObject({
        kind: 'handOver',
        halt: cancelledBy.reason,
      });
    },
  );
});

test('a draft that may be deleted is deleted without a wait, and what came late is followed all the same', () => {
  const of = delivery('committing', { cancel: cancelledBy, commitAsked: true });
  const discarding = passed(of, seen(draft()));
  expect(discarding.phase).toBe('discarding');
  expect(passed(discarding, seen(taken('CommitStarted'))).phase).toBe('awaitingPublication');
});

describe('the time of the commit', () => {
  const began = (of: Delivery, shown: SeenSubmission) => passed(of, seen(shown), at(7 * minute));
  test.each<[string, () => Delivery]>([
    [
      'where the Store answered it',
      () =>
        settle(delivery('committing'), { kind: 'committed', status: 'CommitStarted' }, at(7 * minute))
          .delivery,
    ],
    ['where only a look shows it', () => began(delivery('committing'), taken('CommitStarted'))],
    [
      'where it came in spite of a cancel',
      () => began(delivery('discarding', { cancel: cancelledBy }), taken('Certification')),
    ],
    [
      'where it was made again',
      () => began(delivery('committing', { committedAt: at(0), commits: 1 }), taken('CommitStarted')),
    ],
  ])('is known %s', (_, entered) => {
    expect(entered()).toMatchObject({ phase: 'awaitingPublication', committedAt: at(7 * minute) });
  });

  test('is none before', () => {
    expect(passed(delivery('creating'), slot({ published: onTrack() })).committedAt).toBeUndefined();
  });
});
