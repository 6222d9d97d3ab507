import { describe, expect, test } from 'vitest';
import { plainLines } from '../../demo/plainLines.ts';
import type { RolloutView } from '../../support/api.ts';
import { haltedSentence, hoursIn, snapshot, watched, watchedBad } from './watched.fixture.ts';

const first = snapshot(hoursIn(39), watched(), watchedBad());
const next = (change: Partial<RolloutView>) => snapshot(hoursIn(40), watched(change), watchedBad());

describe('plain lines', () => {
  test('begin with where both rollouts are', () => {
    expect(plainLines(undefined, first)).toEqual([
      '2026-01-06 09:00 UTC  Contoso Notes   25 %  ramping: Baking at 25 %, 3 h left.',
      `2026-01-06 09:00 UTC  Contoso Paint    0 %  halted: ${haltedSentence}`,
    ]);
  });

  test('say nothing while nothing changes', () => {
    expect(plainLines(first, next({}))).toEqual([]);
  });

  test('say nothing of a bake that only counts down', () => {
    expect(plainLines(first, next({ sentence: 'Baking at 25 %, 1 h 30 min left.' }))).toEqual([]);
  });

  test.each<[string, Partial<RolloutView>]>([
    ['sentence', { sentence: 'Holding at 25 % for more evidence.' }],
    ['percentage', { percentage: 50 }],
    ['phase', { phase: 'finalizing' }],
  ])('tell a change of the %s once, of the rollout that changed', (_what, change) => {
    const changed = next(change);
    const lines = plainLines(first, changed);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('Contoso Notes');
    expect(plainLines(changed, changed)).toEqual([]);
  });
});
