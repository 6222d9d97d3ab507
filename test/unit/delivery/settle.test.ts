import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../src/shared/delivery/decision.ts';
import type { Delivery } from '../../../src/shared/delivery/delivery.ts';
import { planFor } from '../../../src/shared/delivery/plan.ts';
import { settle } from '../../../src/shared/delivery/settle.ts';
import { at, hour } from '../../support/builders.ts';
import {
  content,
  delivery,
  draft,
  expected,
  kept,
  lines,
  minute,
  onlyOfFlight,
  onProduction,
  ownId,
  problem,
} from './deliveries.fixture.ts';

const plan = planFor(delivery('updating'), expected);

const timedOut: Outcome = { kind: 'failed', cause: 'it timed out' };
const trouble = { since: at(0), count: 3, cause: 'it timed out', repeats: 3 };

describe('an act that came through', () => {
  test.each<{
    name: string;
    of: Delivery;
    outcome: Outcome;
    next: Partial<Delivery>;
    entries: string[];
    says: string;
  }>([
    {
      name: 'a draft was made',
      of: delivery('creating', { creates: 1 }),
      outcome: { kind: 'created', submissionId: ownId },
      next: { phase: 'updating', submissionId: ownId },
      entries: ['effect creating', 'intent updating'],
      says: `The Store made the draft ${ownId}.`,
    },
    {
      name: 'the draft is as asked',
      of: delivery('updating'),
      outcome: { kind: 'updated', plan, draft: draft() },
      next: { phase: 'uploading', expected },
      entries: ['effect updating', 'intent uploading'],
      says: 'The draft is as asked, read back from the Store.',
    },
    {
      name: 'the packages are there',
      of: delivery('uploading'),
      outcome: { kind: 'uploaded', bytes: 900, method: 'copied' },
      next: { phase: 'committing', upload: { uploadedBytes: 900, totalBytes: 900, method: 'copied' } },
      entries: ['effect uploading', 'intent committing'],
      says: 'The packages are uploaded: 900 bytes, copied from storage to storage.',
    },
    {
      name: 'the commit was taken',
      of: delivery('committing', { commits: 1 }),
      outcome: { kind: 'committed', status: 'CommitStarted' },
      next: { phase: 'awaitingPublication', commits: 2, committedAt: at(minute) },
      entries: ['effect committing'],
      says: 'The Store took the commit; it is at CommitStarted.',
    },
    {
      name: 'the slot was cleared',
      of: delivery('clearing'),
      outcome: { kind: 'cleared', done: true },
      next: { phase: 'clearing' },
      entries: ['effect clearing'],
      says: 'The slot was cleared.',
    },
    {
      name: 'the draft was deleted, which the next look confirms',
      of: delivery('discarding'),
      outcome: { kind: 'discarded' },
      next: { phase: 'discarding' },
      entries: ['effect discarding'],
      says: `Submission ${ownId} was deleted.`,
    },
  ])('$name', ({ of, outcome, next, entries, says }) => {
    const { delivery: settled, entries: written } = settle(of, outcome, at(minute));
    expect(settled).toMatchObject({
      ...next,
      nextLookAt: at(minute),
      sentence: says,
      journalLength: written.length,
    });
    expect(lines(written)).toEqual(entries);
    expect(written[0]?.sentence).toBe(says);
  });

  test.each<[Delivery, Outcome, string]>([
    [
      delivery('creating'),
      { kind: 'created', submissionId: ownId },
      `The draft ${ownId} is to get Notes_2.msix and a gradual rollout at 5 %.`,
    ],
    [
      delivery('updating'),
      { kind: 'updated', plan, draft: draft() },
      `The packages are to be uploaded for the draft ${ownId}.`,
    ],
    [
      delivery('uploading'),
      { kind: 'uploaded', bytes: 1, method: 'found' },
      `The draft ${ownId} is to be committed.`,
    ],
    [
      delivery('uploading'),
      { kind: 'uploadExpired' },
      `The Store is to be asked to delete the draft ${ownId}.`,
    ],
  ])('the next intent names what it is about', (of, outcome, sentence) => {
    expect(settle(of, outcome, at(0)).entries.at(-1)).toMatchObject({ kind: 'intent', sentence });
  });

  test('ends the trouble', () => {
    const { delivery: next } = settle(
      delivery('creating', { trouble }),
      { kind: 'created', submissionId: ownId },
      at(0),
    );
    expect(next.trouble).toBeUndefined();
  });
});

describe('an update that the Store answered with success and ignored', () => {
  const outcome: Outcome = {
    kind: 'updated',
    plan,
    draft: draft({ packages: [kept], rollout: { enabled: false, percentage: 0 } }),
  };
  test('is never followed by an upload or a commit: the draft is deleted', () => {
    const { delivery: next, entries } = settle(delivery('updating'), outcome, at(0));
    expect(next).toMatchObject({ phase: 'discarding', problem: { reason: 'refused' } });
    expect(next.problem?.sentence).toContain(
      'it shows no gradual rollout where 5 % was asked for; it does not await Notes_2.msix. Nothing was committed.',
    );
    expect(lines(entries)).toEqual(['effect updating!', 'intent discarding']);
  });
});

describe('an upload', () => {
  test('in slices goes on at once, with its progress and no entry', () => {
    const { delivery: next, entries } = settle(
      delivery('uploading', { trouble }),
      { kind: 'uploading', uploadedBytes: 5, totalBytes: 9 },
      at(minute),
    );
    expect(next).toMatchObject({
      phase: 'uploading',
      upload: { uploadedBytes: 5, totalBytes: 9 },
      sentence: 'Uploading the packages: 5 of 9 bytes.',
      nextLookAt: at(minute),
    });
    expect(next.trouble).toBeUndefined();
    expect(entries).toEqual([]);
  });

  test('whose URL has expired needs a new draft', () => {
    const { delivery: next, entries } = settle(
      delivery('uploading', { renewals: 2 }),
      { kind: 'uploadExpired' },
      at(0),
    );
    expect(next).toMatchObject({ phase: 'renewing', renewals: 3, submissionId: ownId, content });
    expect(lines(entries)).toEqual(['effect uploading', 'intent renewing']);
  });

  test('whose URL expires a fourth time is given up', () => {
    const { delivery: next } = settle(
      delivery('uploading', { renewals: 3 }),
      { kind: 'uploadExpired' },
      at(0),
    );
    expect(next).toMatchObject({
      phase: 'discarding',
      renewals: 3,
      problem: { reason: 'uploadExpired', sentence: 'The upload URL has expired 4 times.' },
    });
  });

  test('of a flight’s only submission is not renewed: its draft must not be deleted', () => {
    const { delivery: next } = settle(delivery('uploading', onlyOfFlight), { kind: 'uploadExpired' }, at(0));
    expect(next).toMatchObject({ phase: 'failed', problem: { reason: 'uploadExpired' } });
    expect(next.sentence).toContain(`The draft ${ownId} stays`);
    const production = onProduction(delivery('uploading', onlyOfFlight));
    expect(settle(production, { kind: 'uploadExpired' }, at(0)).delivery.phase).toBe('renewing');
  });
});

describe('a refusal', () => {
  test.each(['updating', 'uploading', 'renewing', 'committing'] as const)(
    'while %s deletes the draft',
    (phase) => {
      const { delivery: next, entries } = settle(
        delivery(phase),
        { kind: 'refused', cause: 'the Store said no' },
        at(0),
      );
      expect(next).toMatchObject({
        phase: 'discarding',
        problem: { reason: 'refused', sentence: 'The Store said no.' },
      });
      expect(lines(entries)).toEqual([`effect ${phase}!`, 'intent discarding']);
    },
  );

  test.each(['clearing', 'creating', 'discarding'] as const)('while %s ends it', (phase) => {
    const { delivery: next, entries } = settle(
      delivery(phase),
      { kind: 'refused', cause: 'the Store said no' },
      at(0),
    );
    expect(next).toMatchObject({ phase: 'failed', sentence: 'The Store said no.', endedAt: at(0) });
    expect(lines(entries)).toEqual([`effect ${phase}!`]);
  });

  test('of a deletion does not hide why there was one', () => {
    const of = delivery('discarding', { problem: { ...problem, sentence: 'It was too big.' } });
    const { delivery: next } = settle(of, { kind: 'refused', cause: 'no' }, at(0));
    expect(next.problem?.sentence).toBe('It was too big.');
  });
});

describe('a refusal because people have taken the draft over', () => {
  test.each(['updating', 'uploading', 'renewing', 'committing', 'discarding'] as const)(
    'while %s ends it, and the draft is theirs',
    (phase) => {
      const outcome: Outcome = { kind: 'refused', cause: 'it was edited by people', byOthers: true };
      const { delivery: next, entries } = settle(delivery(phase), outcome, at(0));
      expect(next).toMatchObject({
        phase: 'failed',
        endedAt: at(0),
        problem: { reason: 'takenOver', sentence: 'It was edited by people.' },
      });
      expect(lines(entries)).toEqual([`effect ${phase}!`]);
    },
  );
});

describe('a failure', () => {
  test('keeps the phase, and is tried again after a look', () => {
    const { delivery: next, entries } = settle(delivery('committing'), timedOut, at(0));
    expect(next).toMatchObject({
      phase: 'committing',
      reason: 'retrying',
      sentence: 'It timed out. It is tried again after a look at the Store.',
      nextLookAt: at(10_000),
      trouble: { since: at(0), count: 1, repeats: 1 },
    });
    expect(lines(entries)).toEqual(['effect committing']);
  });

  test('is in the journal once for each cause', () => {
    const again = settle(delivery('committing', { trouble }), timedOut, at(0));
    expect(again.entries).toEqual([]);
    expect(again.delivery.nextLookAt).toEqual(at(80_000));
    const other = settle(again.delivery, { kind: 'failed', cause: 'throttled' }, at(0));
    expect(other.entries).toHaveLength(1);
    expect(other.delivery.trouble).toMatchObject({ count: 5, repeats: 1, since: at(0) });
  });

  test('is told to people once an hour', () => {
    const first = settle(delivery('committing', { trouble }), timedOut, at(hour));
    expect(lines(first.entries)).toEqual(['effect committing!']);
    expect(first.delivery.trouble?.escalatedAt).toEqual(at(hour));
    expect(settle(first.delivery, timedOut, at(1.5 * hour)).entries).toEqual([]);
    expect(lines(settle(first.delivery, timedOut, at(2 * hour)).entries)).toEqual(['effect committing!']);
  });

  const nowhere: Outcome = { kind: 'failed', cause: 'there is no such track', most: 5 };
  test('that has a limit is given up at it', () => {
    let of = delivery('creating', { creates: 1 });
    for (let times = 1; times < 5; times++) of = settle(of, nowhere, at(times)).delivery;
    expect(of.phase).toBe('creating');
    expect(settle(of, nowhere, at(5)).delivery).toMatchObject({
      phase: 'failed',
      problem: { reason: 'refused', sentence: 'There is no such track, 5 times.' },
    });
  });

  test('is not given up for other troubles before it', () => {
    const of = delivery('creating', {
      creates: 1,
      trouble: { since: at(0), count: 40, cause: 'the Store was down' },
    });
    expect(settle(of, nowhere, at(0)).delivery).toMatchObject({
      phase: 'creating',
      trouble: { count: 41, repeats: 1 },
    });
  });

  test.each([
    ['that conflicts on the first create has made nothing', 1, { conflict: true as const }, 0],
    ['that conflicts on a later one says nothing of the first', 2, { conflict: true as const }, 2],
    ['without an answer may have made a draft', 1, {}, 1],
  ])('%s', (_, creates, more, left) => {
    expect(
      settle(delivery('creating', { creates }), { kind: 'failed', cause: 'no', ...more }, at(0)).delivery
        .creates,
    ).toBe(left);
  });
});

describe('an obstacle', () => {
  test('that the Store does not confirm as gone is looked at again, and told to people', () => {
    const first = settle(delivery('clearing'), { kind: 'cleared', done: false }, at(0));
    expect(first.delivery).toMatchObject({
      phase: 'clearing',
      nextLookAt: at(10_000),
      trouble: { count: 1 },
    });
    expect(lines(settle(first.delivery, { kind: 'cleared', done: false }, at(hour)).entries)).toEqual([
      'effect clearing!',
    ]);
  });

  test('that the Store says is gone and shows again and again is not asked for without a pause', () => {
    const cleared: Outcome = { kind: 'cleared', done: true };
    const first = settle(delivery('clearing'), cleared, at(0));
    expect(first.delivery.nextLookAt).toEqual(at(0));
    const second = settle(first.delivery, cleared, at(0));
    expect(second.delivery.nextLookAt).toEqual(at(20_000));
    expect(second.entries).toEqual([]);
    expect(lines(settle(second.delivery, cleared, at(hour)).entries)).toEqual(['effect clearing!']);
  });
});

describe('a submission that was deleted', () => {
  const discarded: Outcome = { kind: 'discarded' };
  test.each(['discarding', 'renewing'] as const)(
    'and is shown again and again while %s is not deleted without a pause',
    (phase) => {
      let of = delivery(phase);
      const pauses: number[] = [];
      const told: string[] = [];
      let now = at(0);
      while (now < at(1.2 * hour)) {
        const { delivery: next, entries } = settle(of, discarded, now);
        told.push(...lines(entries));
        pauses.push((next.nextLookAt?.getTime() ?? 0) - now.getTime());
        // A look at a draft that is still shown takes some time of its own.
        now = new Date((next.nextLookAt ?? now).getTime() + 1_000);
        of = next;
      }
      expect(pauses.slice(0, 7)).toEqual([0, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
      expect(told).toEqual([`effect ${phase}`, `effect ${phase}!`]);
      expect(of).toMatchObject({
        phase,
        trouble: { since: at(0), cause: 'the Store still shows the submission that was deleted' },
      });
    },
  );
});
