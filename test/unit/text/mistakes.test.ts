import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { pauseSchema } from '../../../src/shared/http/input/commands.ts';
import { pageSchema } from '../../../src/shared/http/input/lists.ts';
import { samplesSchema } from '../../../src/shared/http/input/samples.ts';
import { policySchema } from '../../../src/shared/rollout/policy.ts';
import { InvalidInputError, mistakesOf, parseInput } from '../../../src/shared/text/mistakes.ts';
import { policyDocument } from '../../support/builders.ts';

const saysOf = (schema: z.ZodType, value: unknown): string[] => {
  const { error } = schema.safeParse(value);
  return error ? mistakesOf(error, schema).map(({ path, message }) => `${path} ${message}`) : [];
};

function sentenceOf(schema: z.ZodType, value: unknown): string {
  try {
    parseInput(schema, value, 'The query');
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message;
    throw error;
  }
  return 'nothing';
}

describe('a mistake is told in words for who made it:', () => {
  const sample = { signal: 'launch', start: 'noon', end: '2026-11-30T10:00:00Z' };

  test.each<[string, z.ZodType, unknown, string]>([
    [
      'a length of time for an instant',
      pauseSchema,
      { reason: 'x', until: '6h' },
      'until is not an instant such as 2026-11-30T09:00:00Z',
    ],
    [
      'an instant without seconds',
      pauseSchema,
      { reason: 'x', until: '2026-11-30T09:00Z' },
      'until is not an instant such as 2026-11-30T09:00:00Z',
    ],
    [
      'a sample that starts at a word',
      samplesSchema,
      { samples: [{ ...sample, candidate: { value: 1 } }] },
      'samples[0].start is not an instant such as 2026-11-30T09:00:00Z',
    ],
    ['too few of a page', pageSchema, { pageSize: '0' }, 'pageSize must be at least 1'],
    ['too many of a page', pageSchema, { pageSize: '201' }, 'pageSize must be at most 200'],
    ['a word for a number', pageSchema, { pageSize: 'all' }, 'pageSize is not a number'],
    ['a part of one', pageSchema, { pageSize: '1.5' }, 'pageSize is not a whole number'],
    ['a list of none', samplesSchema, { samples: [] }, 'samples must have at least 1 item'],
    [
      'a text that is too long',
      pauseSchema,
      { reason: 'x'.repeat(501) },
      'reason must have at most 500 characters',
    ],
    [
      'nothing above nothing',
      z.strictObject({ rate: z.number().gt(0) }),
      { rate: 0 },
      'rate must be more than 0',
    ],
    ['all of it', z.strictObject({ rate: z.number().lt(1) }), { rate: 1 }, 'rate must be less than 1'],
    [
      'a word of its schema',
      z.strictObject({ a: z.string().min(2, 'is too short') }),
      { a: '' },
      'a is too short',
    ],
    ['another type', pauseSchema, { reason: 1 }, 'reason expected string, received number'],
    ['what is not there', pauseSchema, {}, 'reason is missing'],
  ])('%s', (_, schema, value, says) => {
    expect(saysOf(schema, value)).toEqual([says]);
  });
});

describe('the sentence', () => {
  test.each<[string, unknown, string]>([
    ['of one mistake has one end', { pageSize: '0' }, 'The query is wrong: pageSize must be at least 1.'],
    [
      'that asks has the end of a question',
      { pagesize: '5' },
      'The query is wrong: pagesize is not a known key; did you mean "pageSize"?',
    ],
    [
      'counts what follows a question',
      { pagesize: '5', continuationToken: 'x' },
      'The query is wrong: pagesize is not a known key; did you mean "pageSize"? And 1 more.',
    ],
    [
      'counts what follows',
      { pageSize: '0', continuationToken: 'x' },
      'The query is wrong: pageSize must be at least 1, and 1 more.',
    ],
  ])('%s', (_, value, says) => {
    expect(sentenceOf(pageSchema, value)).toBe(says);
  });
});

describe('a misspelt key comes before what is missing without it,', () => {
  test('at the top', () => {
    const { steps: stepz, ...rest } = policyDocument();
    expect(saysOf(policySchema, { ...rest, stepz })).toEqual([
      'stepz is not a known key; did you mean "steps"?',
      'steps is missing',
    ]);
  });

  test('inside a list', () => {
    const wrong = { reson: 'x' };
    const listSchema = z.strictObject({
      first: z.string(),
      items: z.array(z.strictObject({ reason: z.string() })),
    });
    expect(saysOf(listSchema, { items: [wrong] })).toEqual([
      'items[0].reson is not a known key; did you mean "reason"?',
      'first is missing',
      'items[0].reason is missing',
    ]);
  });

  test('inside what may be one thing or another', () => {
    const either = z.strictObject({
      first: z.string(),
      credential: z.union([z.strictObject({ value: z.number() }), z.string()]),
    });
    expect(saysOf(either, { credential: { value: 1, valu: 2 } })).toEqual([
      'credential.valu is not a known key; did you mean "value"?',
      'first is missing',
    ]);
  });

  test('also where more is wrong than is told', () => {
    const many = z.strictObject({ items: z.array(z.strictObject({ a: z.number() })) });
    const items = Array.from({ length: 60 }, () => ({}));
    const says = saysOf(many, { items: [...items, { a: 1, b: 2 }] });
    expect(says[0]).toMatch(/^items\[60\]\.b is not a known key/);
    expect(says.at(-1)).toBe(' and 11 more');
  });
});
