import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/shared/delivery/decide.ts';
import { type Delivery, withEntries } from '../../../src/shared/delivery/delivery.ts';
import { evolve } from '../../../src/shared/delivery/evolve.ts';
import { settle } from '../../../src/shared/delivery/settle.ts';
import { at } from '../../support/builders.ts';
import { delivery, seen, taken } from './deliveries.fixture.ts';

/** Foreign words end up in sentences, and a column of a row holds 32 000 characters. */

const endless = 'x'.repeat(50_000);
/** 6 000 characters and the mark of what was left out. */
const most = 6_001;
const remark = { kind: 'effect', actor: 'policy', subject: 'committing', sentence: endless } as const;

const strings = (of: unknown): string[] => {
  if (typeof of === 'string') return [of];
  return typeof of === 'object' && of !== null ? Object.values(of).flatMap(strings) : [];
};
const longest = (of: unknown): number => Math.max(...strings(of).map(({ length }) => length));

test.each<[string, Partial<Delivery>]>([
  ['the sentence', { sentence: endless }],
  ['the problem', { problem: { reason: 'refused', sentence: endless, since: at(0) } }],
  ['the trouble', { trouble: { since: at(0), count: 1, cause: endless } }],
  [
    'the right by which the slot is cleared',
    { clearing: { kind: 'deletePending', submissionId: '1', reason: endless } },
  ],
])('%s is cut to 6 000 characters, and says that it was', (_, change) => {
  const { delivery: written } = withEntries(delivery('committing', change), [], at(0));
  expect(longest(written)).toBe(most);
  expect(strings(written).find(({ length }) => length === most)).toMatch(/x…$/);
});

test('an entry of the journal is cut as well', () => {
  const { entries } = withEntries(delivery('committing'), [remark], at(0));
  expect(longest(entries)).toBe(most);
});

test('what is not longer is left as it is', () => {
  const sentence = 'x'.repeat(6_000);
  const { delivery: written, entries } = withEntries(
    delivery('committing', { sentence }),
    [{ ...remark, sentence }],
    at(0),
  );
  expect([written.sentence, entries[0]?.sentence]).toEqual([sentence, sentence]);
});

describe('nothing that the Store says makes a row too large', () => {
  test.each(['refused', 'failed'] as const)('where an act was %s', (kind) => {
    const change = settle(delivery('committing'), { kind, cause: endless }, at(0));
    expect(longest(change)).toBeLessThanOrEqual(most);
  });

  test('where the submission has failed', () => {
    const errors = Array.from({ length: 5 }, (_, index) => ({ code: `C${index}`, details: endless }));
    const observed = seen(taken('CertificationFailed', { errors }));
    const of = delivery('awaitingPublication');
    const change = evolve({ delivery: of, observed, now: at(0) }, decide(of, observed, at(0)));
    expect(change.delivery.phase).toBe('failed');
    expect(longest(change)).toBeLessThanOrEqual(most);
  });
});

describe('of a long list of the Store’s', () => {
  const errors = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ code: `C${index + 1}`, details: 'bad.' }));
  const certificationReports = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ date: '', reportUrl: `https://r.example/${index + 1}` }));
  const said = (count: number) =>
    decide(
      delivery('awaitingPublication'),
      seen(
        taken('CommitFailed', { errors: errors(count), certificationReports: certificationReports(count) }),
      ),
      at(0),
    ).sentence;

  test('the first five are told, and how many more there are', () => {
    expect(said(8)).toContain('C4: bad.; C5: bad.; and 3 more. Its report: ');
    expect(said(8)).toContain('https://r.example/5, and 3 more It stays');
    expect(said(8)).not.toContain('C6');
  });

  test('five are all', () => {
    expect(said(5)).toContain('C5: bad. Its report');
    expect(said(5)).not.toContain('more');
  });
});
