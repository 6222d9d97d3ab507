import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../../../src/shared/notify/post.ts';
import { retries, retryIn } from '../../../src/shared/notify/retry.ts';

const now = Date.parse('2026-11-02T10:00:00Z');

describe('an answer', () => {
  test.each([
    [200, 'sent'],
    [202, 'sent'],
    [204, 'sent'],
    [301, 'refused'],
    [307, 'refused'],
    [400, 'refused'],
    [401, 'refused'],
    [404, 'refused'],
    [410, 'refused'],
    [413, 'refused'],
    [408, 'failed'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
  ])('of %i is %s', (status, kind) => {
    expect(outcomeOf(status, undefined, now)).toMatchObject({ kind, outcome: `answered ${status}` });
  });

  test.each([
    [429, false],
    [503, false],
    [408, true],
    [500, true],
    [502, true],
    [504, true],
  ])('of %i leaves open whether it arrived: %s', (status, mayHaveArrived) => {
    expect(outcomeOf(status, undefined, now)).toMatchObject({ mayHaveArrived });
  });

  test.each([
    ['30', 30_000],
    ['Mon, 02 Nov 2026 10:01:00 GMT', 60_000],
    ['soon', undefined],
    [undefined, undefined],
  ])('with Retry-After %s asks for a wait of %s ms', (header, retryAfterMs) => {
    expect(outcomeOf(429, header, now)).toMatchObject({ retryAfterMs });
  });
});

describe('the next attempt', () => {
  const hour = 3_600_000;

  test.each([
    [1, 5_000],
    [2, 20_000],
    [3, 80_000],
    [4, 320_000],
    [7, 20_480_000],
    [8, 6 * hour],
    [500, 6 * hour],
  ])('after %i attempts comes within %i ms, and not before half of that', (attempts, most) => {
    expect(retryIn({ attempts, elapsedMs: 0, random: 0 })).toBe(most);
    expect(retryIn({ attempts, elapsedMs: 0, random: 0.999_999 })).toBeCloseTo(most / 2, -2);
  });

  test.each([
    [30_000, 30_000],
    [0, 1_000],
    [900 * hour, 24 * hour],
  ])('follows a wait of %i ms that was asked for, without jitter: %i ms', (retryAfterMs, wait) => {
    expect(retryIn({ attempts: 1, elapsedMs: 0, retryAfterMs, random: 0.7 })).toBe(wait);
  });

  test('never comes more than three days after the message was written', () => {
    const elapsedMs = retries.giveUpAfter - 5_000;
    expect(retryIn({ attempts: 1, elapsedMs, random: 0 })).toBe(5_000);
    expect(retryIn({ attempts: 1, elapsedMs: elapsedMs + 1, random: 0 })).toBe('never');
  });
});
