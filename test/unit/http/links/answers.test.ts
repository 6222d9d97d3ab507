import { describe, expect, test } from 'vitest';
import { linkAnswer } from '../../../../src/shared/http/links/answers.ts';
import type { Followed } from '../../../../src/shared/usecases/notify/followLink.ts';
import { ramping, start } from '../../../support/builders.ts';

const rollout = ramping({
  decision: { kind: 'hold', reason: 'approval', sentence: 'All is\nwell \u202Eat 5 %.', at: start },
});
const answer = (followed: Followed) => {
  const { status, headers, body } = linkAnswer(followed);
  return { status, headers: new Headers({ ...headers }), body: JSON.parse(String(body)) };
};

describe('a link that is good', () => {
  test.each([
    ['approve', 'Approve going on from 5 %?', 'Approve', /No later step/],
    ['halt', 'Halt the rollout at 5 %?', 'Halt for good', /A halt is final/],
  ] as const)('to %s is offered, with what it means and on what it bears', (action, title, button, means) => {
    expect(answer({ kind: 'offered', action, rollout })).toMatchObject({
      status: 200,
      body: {
        ...{ title, button },
        sentences: [expect.stringMatching(means)],
        facts: [
          {
            name: 'Rollout',
            value:
              '9NBLGGH4R315 · flight 7bfc11d5-f710-47c5-8a98-e04bb5aad310 · submission 1152921504621086517',
          },
          { name: 'Version', value: '2.0.0.0' },
          { name: 'Policy', value: 'test' },
          { name: 'Now', value: 'All is well at 5 %.' },
        ],
      },
    });
  });

  test.each([
    [200, 'Approved', 'approve', true],
    [200, 'Halted', 'halt', true],
    [202, 'The halt is written down', 'halt', false],
  ] as const)('and was used is %i %s, without a button', (status, title, action, done) => {
    const { status: got, body } = answer({ kind: 'followed', action, rollout, done });
    expect([got, body.title]).toEqual([status, title]);
    expect(body).not.toHaveProperty('button');
  });

  test('never shows more than a page can hold', () => {
    const decision = { kind: 'wait', reason: 'baking', sentence: 'x'.repeat(100_000), at: start } as const;
    const { body } = answer({ kind: 'offered', action: 'halt', rollout: { ...rollout, decision } });
    expect(JSON.stringify(body).length).toBeLessThan(4_000);
  });
});

describe('a link that is not', () => {
  test.each<[status: number, type: string, says: RegExp, Followed]>([
    [404, 'no-such-link', /not made here/, { kind: 'forged' }],
    [410, 'link-expired', /^Nothing was done\. While the rollout goes on, the API/, { kind: 'expired' }],
    [410, 'link-used', /works once.* While the rollout goes on, the API/, { kind: 'used' }],
    [410, 'link-past', /^It is over\. Nothing was done\.$/, { kind: 'past', sentence: 'It is\nover.' }],
    [409, 'conflict', /^Too late\.$/, { kind: 'refused', sentence: 'Too late.' }],
    [503, 'outcome-unknown', /^It may have been done: look/, { kind: 'unknown', retryAfterMs: 1_000 }],
  ])('is a problem document: %i %s', (status, type, says, followed) => {
    const { headers, body, status: got } = answer(followed);
    expect(got).toBe(status);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    });
    expect(body).toEqual({
      type: `urn:rampart:problem:${type}`,
      title: expect.any(String),
      status,
      detail: expect.stringMatching(says),
    });
  });

  test('known to have done anything or nothing says when to try again', () => {
    expect(answer({ kind: 'unknown', retryAfterMs: 1_500 }).headers.get('retry-after')).toBe('2');
  });
});
