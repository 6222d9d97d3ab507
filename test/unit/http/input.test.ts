import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { commandSchema, pauseSchema } from '../../../src/shared/http/input/commands.ts';
import { samplesSchema } from '../../../src/shared/http/input/samples.ts';
import { startSchema } from '../../../src/shared/http/input/start.ts';
import { problemOf } from '../../../src/shared/http/problem.ts';
import { InvalidInputError, mistakesOf } from '../../../src/shared/text/mistakes.ts';
import { applicationId, policyDocument, submissionId } from '../../support/builders.ts';

/** Input that was once taken and could then not be kept, and answers that once grew with what was sent. */

function saysOf(schema: z.ZodType, value: unknown): string[] {
  const { error } = schema.safeParse(value);
  return error ? mistakesOf(error, schema).map(({ path, message }) => `${path} ${message}`) : [];
}

describe('what the tables cannot keep is refused:', () => {
  test.each([
    ['9999-12-31T23:59:59-14:00', ['until must be within the years 1 to 9999']],
    ['0000-06-01T00:00:00Z', ['until must be within the years 1 to 9999']],
    ['9999-12-31T23:59:59Z', []],
  ])('a pause until %s', (until, says) => {
    expect(saysOf(pauseSchema, { reason: 'x', until })).toEqual(says);
  });

  test('a sample of a year before the first', () => {
    const start = '0000-01-01T00:00:00+14:00';
    const sample = { signal: 'launch', start, end: start, candidate: { failed: 0, exposed: 1 } };
    expect(saysOf(samplesSchema, { samples: [sample] })).toContain(
      'samples[0].start must be within the years 1 to 9999',
    );
  });

  test('a policy that is longer than a column', () => {
    const match = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`label${index}`, 'v'.repeat(1_000)]),
    );
    const wish = (rules: number) => ({
      applicationId,
      submissionId,
      policy: policyDocument({ alerts: Array.from({ length: rules }, () => ({ match, do: 'hold' })) }),
    });
    expect(saysOf(startSchema, wish(1))).toEqual([]);
    expect(saysOf(startSchema, wish(2))).toEqual([
      'policy is too large to be kept: use fewer or shorter rules',
    ]);
  });

  test('counts that are nearly nothing', () => {
    const times = { start: '2026-03-01T00:00:00Z', end: '2026-03-01T01:00:00Z' };
    const sample = { signal: 'launch', ...times, candidate: { failed: 5e-324, exposed: 1 } };
    expect(saysOf(samplesSchema, { samples: [sample] }).join()).toContain(
      'is neither 0 nor at least 0.000001',
    );
  });
});

describe('a reason is taken, and kept without', () => {
  test.each([
    ['a half character', 'a\ud800b', 'a\ufffdb'],
    ['control characters', 'a\0b\u001b[2J\u0085c', 'a b [2J c'],
    ['lines', 'one\r\n  two', 'one two'],
    [
      'the signature of a URL',
      'see https://s.example/c/b?sv=2024&sig=abc%2Bd%3D&se=2026 for more',
      'see https://s.example/c/b?sv=2024&sig=[redacted] for more',
    ],
    ['a token', 'curl -H "Authorization: Bearer abc.def"', 'curl -H "Authorization: Bearer [redacted]"'],
    ['a JWT', 'it is eyJhbGciOiJub25lIn0.e30.x', 'it is [redacted]'],
    ['a client secret', 'with client_secret=abc', 'with client_secret=[redacted]'],
  ])('%s', (_, reason, kept) => {
    expect(commandSchema.parse({ reason })).toEqual({ reason: kept });
  });

  test('and one that is nothing else is none', () => {
    expect(saysOf(commandSchema, { reason: '\0\u001b' })).toEqual(['reason must not be empty']);
  });
});

describe('an answer does not grow with what was sent:', () => {
  const keys = (count: number, length: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`.padEnd(length, 'y'), 0]));

  test('fifty mistakes are named, each cut, and the others counted', () => {
    const says = saysOf(commandSchema, { reason: 'x', ...keys(1_000, 5_000) });
    expect(says.length).toBe(51);
    expect(says.at(-1)).toBe(' and 950 more');
    expect(Math.max(...says.map(({ length }) => length))).toBeLessThan(600);
  });

  test('a sentence that quotes input is cut, and mistakes that no schema found are bounded', () => {
    const mistakes = Array.from({ length: 1_000 }, (_, index) => ({
      path: `samples[${index}].${'s'.repeat(500)}`,
      message: 'm'.repeat(5_000),
    }));
    const document = problemOf(new InvalidInputError('d'.repeat(100_000), mistakes));
    expect(document.mistakes?.length).toBe(51);
    expect(document.mistakes?.at(-1)).toEqual({ path: '', message: 'and 950 more' });
    expect(JSON.stringify(document).length).toBeLessThan(32_000);
  });

  test('fifty-one are all named', () => {
    const mistakes = Array.from({ length: 51 }, (_, index) => ({ path: `${index}`, message: 'is wrong' }));
    expect(problemOf(new InvalidInputError('x', mistakes)).mistakes).toEqual(mistakes);
  });
});
