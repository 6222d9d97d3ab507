import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { defaultRetryPolicy } from '../../../src/shared/msstore/client.ts';
import { parseRetryAfter, type RetryPolicy, retryDelay } from '../../../src/shared/platform/retryTiming.ts';

const policy: RetryPolicy = {
  attempts: 5,
  baseDelayMs: 1_000,
  maxDelayMs: 6_000,
  maxRetryAfterMs: 30_000,
  attemptTimeoutMs: 10_000,
  totalTimeoutMs: 100_000,
};
const now = Date.UTC(2026, 10, 21, 12, 0, 0);

describe('the delay before the next attempt', () => {
  test.each([
    ['the first delay is the base', { attempt: 1, random: 0 }, 1_000],
    ['the second is twice as long', { attempt: 2, random: 0 }, 2_000],
    ['the third is twice as long again', { attempt: 3, random: 0 }, 4_000],
    ['it stays below the longest delay', { attempt: 4, random: 0 }, 6_000],
    ['jitter takes a part of it away', { attempt: 2, random: 0.5 }, 1_500],
    ['jitter takes at most half of it away', { attempt: 2, random: 0.999_999 }, 1_000],
    ['the last attempt is followed by none', { attempt: 5, random: 0 }, 'stop'],
    ['what the server asks for is followed', { attempt: 1, random: 0, retryAfterMs: 14_000 }, 14_000],
    ['without jitter', { attempt: 1, random: 0.9, retryAfterMs: 14_000 }, 14_000],
    ['even if it is shorter than the base', { attempt: 3, random: 0, retryAfterMs: 0 }, 0],
    ['up to the cap', { attempt: 1, random: 0, retryAfterMs: 3_600_000 }, 30_000],
    ['but not beyond the last attempt', { attempt: 5, random: 0, retryAfterMs: 0 }, 'stop'],
    ['a wait within the budget is kept', { attempt: 1, random: 0, elapsedMs: 98_999 }, 1_000],
    ['a wait that uses up the budget is the end', { attempt: 1, random: 0, elapsedMs: 99_000 }, 'stop'],
    [
      'so is one that the server asks for',
      { attempt: 1, random: 0, elapsedMs: 80_000, retryAfterMs: 20_000 },
      'stop',
    ],
  ] as const)('%s', (_, input, expected) => {
    expect(retryDelay({ policy, elapsedMs: 0, ...input })).toBe(expected);
  });

  it('always ends, stays within the budget, and never exceeds its caps', () => {
    const inputs = fc.record({
      attempt: fc.integer({ min: 1, max: 50 }),
      elapsedMs: fc.integer({ min: 0, max: 200_000 }),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      retryAfterMs: fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined }),
    });
    fc.assert(
      fc.property(inputs, (input) => {
        const delay = retryDelay({ policy: defaultRetryPolicy, ...input });
        if (delay === 'stop') return;
        expect(input.attempt).toBeLessThan(defaultRetryPolicy.attempts);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay + input.elapsedMs).toBeLessThan(defaultRetryPolicy.totalTimeoutMs);
        const { maxRetryAfterMs, maxDelayMs } = defaultRetryPolicy;
        expect(delay).toBeLessThanOrEqual(input.retryAfterMs === undefined ? maxDelayMs : maxRetryAfterMs);
      }),
    );
  });
});

describe('the time that a server asks for', () => {
  test.each([
    ['seconds in the header', '14', '', 14_000],
    ['seconds with spaces', ' 3 ', '', 3_000],
    ['an HTTP date', 'Sat, 21 Nov 2026 12:00:30 GMT', '', 30_000],
    ['an HTTP date in the past is 0', 'Sat, 21 Nov 2026 11:00:00 GMT', '', 0],
    ['negative seconds are 0', '-5', '', 0],
    [
      "the gateway's words",
      undefined,
      '{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 14 seconds." }',
      14_000,
    ],
    ['one second', undefined, 'Try again in 1 second.', 1_000],
    ['the header goes before the words', '2', 'Try again in 14 seconds.', 2_000],
    ['a malformed header leaves the words', 'soon', 'Try again in 14 seconds.', 14_000],
    ['garbage is none', 'soon', 'later', undefined],
    ['a date of another form is none', '2026-11-21', '', undefined],
    ['a date that does not exist is none', 'Sat, 21 Foo 2026 12:00:30 GMT', '', undefined],
    ['an empty header is none', '', '', undefined],
    ['nothing is none', undefined, '', undefined],
  ])('%s', (_, header, body, expected) => {
    expect(parseRetryAfter(header, body, now)).toBe(expected);
  });

  it('is a finite time of 0 or more, or none, whatever comes', () => {
    fc.assert(
      fc.property(fc.option(fc.string(), { nil: undefined }), fc.string(), (header, body) => {
        const asked = parseRetryAfter(header, body, now);
        expect(asked === undefined || (Number.isFinite(asked) && asked >= 0)).toBe(true);
      }),
    );
    expect(parseRetryAfter('9'.repeat(400), '', now)).toBe(Number.MAX_SAFE_INTEGER);
  });
});
