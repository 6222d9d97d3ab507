import { describe, expect, test } from 'vitest';
import type { Alert } from '../../../src/shared/alerts/alert.ts';
import { alertIdOf } from '../../../src/shared/alerts/identity.ts';
import { type AlertRecord, endOf, type KnownAlert, recordOf } from '../../../src/shared/alerts/record.ts';
import { at, firingAlert } from '../../support/builders.ts';

/** What is kept of an alert that comes, beside what is known of it. Times are in hours, and it is ten o'clock. */

const now = at(10);
const alert = (change: Partial<Alert> = {}): Alert =>
  firingAlert({ format: 'alertmanager', startsAt: at(5), ...change });
const effect = (rolloutId: string, outcome: string, sentence = '') => ({ rolloutId, outcome, sentence });
const held = effect('a', 'held');

const known = (change: Partial<KnownAlert> = {}): KnownAlert => ({
  status: 'firing',
  startsAt: at(5),
  firstAt: at(2),
  firingAt: at(6),
  lastAt: at(7),
  count: 3,
  matched: true,
  effects: [held],
  ...change,
});
const record = (change: Partial<Alert>, earlier?: KnownAlert, effected = [effect('b', 'held')]) =>
  recordOf({ alert: alert(change), effected, remarks: [] }, earlier, now);

test('of an alert stands all but its fingerprint, which may be long, behind its id', () => {
  const { status, startsAt, sender, format, title, labels } = alert();
  expect(
    recordOf({ alert: alert(), effected: [], remarks: ['No rollout is active.'] }, undefined, now),
  ).toEqual({
    ...{ id: alertIdOf(alert()), sender, format, title, labels, status, startsAt },
    ...{ firstAt: now, firingAt: now, lastAt: now, count: 1 },
    ...{ matched: false, effects: [], remarks: ['No rollout is active.'] },
  });
});

const ended = known({ status: 'resolved', effects: [effect('a', 'released')] });

test.each<
  [
    what: string,
    comes: Partial<Alert>,
    earlier: KnownAlert,
    kept: Pick<AlertRecord, 'status' | 'startsAt' | 'firingAt' | 'lastAt'>,
    standing: readonly string[],
  ]
>([
  [
    'a repeat goes on with its firing',
    {},
    known(),
    { status: 'firing', startsAt: at(5), firingAt: at(6), lastAt: now },
    ['held'],
  ],
  [
    'another firing begins anew, and what the one before did is not its doing',
    { startsAt: at(9) },
    known(),
    { status: 'firing', startsAt: at(9), firingAt: now, lastAt: now },
    [],
  ],
  [
    'a firing after an end begins anew',
    { startsAt: at(9) },
    ended,
    { status: 'firing', startsAt: at(9), firingAt: now, lastAt: now },
    [],
  ],
  [
    'an end ends what fired, and what that did still stands',
    { status: 'resolved' },
    known(),
    { status: 'resolved', startsAt: at(5), firingAt: at(6), lastAt: now },
    ['held'],
  ],
  [
    'one that is late begins nothing: it stays over since the time at which its end was heard',
    { startsAt: at(4) },
    ended,
    { status: 'resolved', startsAt: at(5), firingAt: at(6), lastAt: at(7) },
    ['released'],
  ],
])('%s', (_, comes, earlier, kept, standing) => {
  const { effects, ...rest } = record(comes, earlier);
  expect(rest).toMatchObject({ ...kept, firstAt: at(2), count: 4, matched: true });
  expect(effects.map(({ outcome }) => outcome)).toEqual(['held', ...standing]);
  expect(record(comes, earlier, []).matched).toBe(standing.length > 0);
});

describe('what it did', () => {
  test('to a rollout once more takes the place of what it did before', () => {
    expect(record({}, known(), [effect('a', 'released')]).effects).toEqual([effect('a', 'released')]);
  });

  const many = Array.from({ length: 105 }, (_, index) => effect(`new-${index}`, 'held', 'x'.repeat(500)));

  test('is kept of a hundred rollouts, so that a repeat knows which of them it held', () => {
    const { effects } = record({}, known(), many);
    expect(effects.map(({ rolloutId, outcome }) => [rolloutId, outcome])).toEqual(
      many.slice(0, 100).map((each) => [each.rolloutId, 'held']),
    );
  });

  test('is told of twenty of them, in four hundred characters each, so that a row can hold it', () => {
    const { effects } = record({}, known(), many);
    const lengths = effects.map(({ sentence }) => sentence.length);
    expect(lengths).toEqual([...Array(20).fill(400), ...Array(80).fill(0)]);
    const longId = `9NBLGGH4R315.7bfc11d5-f710-47c5-8a98-e04bb5aad310.${'1'.repeat(20)}`;
    const longest = effects.map((each) => ({ ...each, rolloutId: longId, outcome: 'unavailable' }));
    expect(JSON.stringify(longest).length).toBeLessThan(32_000);
  });
});

test('an end that has yet to be carried out has not come yet', () => {
  const end = alert({ status: 'resolved' });
  expect(endOf(end, known(), now)).toEqual({ ...record({ status: 'resolved' }, known(), []), count: 3 });
  expect(endOf(end, undefined, now)).toMatchObject({ status: 'resolved', count: 0, matched: false });
});
