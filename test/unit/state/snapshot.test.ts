import { describe, expect, test } from 'vitest';
import { fromRolloutRow, toRolloutRow } from '../../../src/shared/state/rows.ts';
import { readSnapshot, writeSnapshot } from '../../../src/shared/state/snapshot.ts';
import { evidence, ramping } from '../../support/builders.ts';

const etag = 'W/"datetime\'2026-11-02T00%3A00%3A00Z\'"';
/** The longest text that a column of the tables holds, in UTF-16 code units. */
const longest = 32 * 1_024;

describe('a snapshot', () => {
  test('gives back the row and its mark, and the row the rollout', () => {
    const rollout = ramping({ evidence: [evidence('good', { sentence: 'näh “numbers” 𝄞' })] });
    const row = toRolloutRow(rollout);
    const read = readSnapshot(writeSnapshot({ row, etag }));
    expect(read).toEqual({ row, etag });
    expect(fromRolloutRow(read?.row ?? {})).toEqual(rollout);
  });

  test('is none where it would not fit its column', () => {
    const ofLength = (length: number) => {
      const bare = JSON.stringify({ row: { text: '' }, etag }).length;
      return writeSnapshot({ row: { text: 'x'.repeat(length - bare) }, etag });
    };
    expect(ofLength(longest - 1)).toHaveLength(longest - 1);
    expect(ofLength(longest)).toBeUndefined();
  });

  test.each([
    undefined,
    '',
    '{',
    'null',
    '[]',
    '{"row":{}}',
    '{"etag":"a"}',
    '{"row":[],"etag":"a"}',
    '{"row":{},"etag":""}',
    '{"row":{},"etag":7}',
  ])('is none in what somebody else wrote: %j', (text) => {
    expect(readSnapshot(text)).toBeUndefined();
  });
});
