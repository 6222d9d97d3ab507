import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  blockBytesFor,
  bytesOf,
  isMadeOf,
  missingBlocks,
  planBlocks,
} from '../../../src/shared/msstore/uploadPlan.ts';

const mebibyte = 2 ** 20;
const listed = (blocks: ReturnType<typeof planBlocks>) => blocks.map(({ id, size }) => ({ name: id, size }));

describe('the blocks of an upload', () => {
  test.each([
    [1, undefined, 4 * mebibyte],
    [50_000 * 4 * mebibyte, undefined, 4 * mebibyte],
    [50_000 * 4 * mebibyte + 1, undefined, 5 * mebibyte],
    [23, 4, 4],
    [50_001, 1, mebibyte],
  ])('of %i bytes have each, where %s are wanted, %i bytes', (size, wanted, bytes) => {
    expect(blockBytesFor(size, wanted)).toBe(bytes);
  });

  test.each([0, -1, 1.5, Number.NaN])('cannot have %s bytes', (wanted) => {
    expect(() => blockBytesFor(10, wanted)).toThrow(RangeError);
  });

  it('hold each byte once, in order, under names of one length', () => {
    const inputs = fc.record({ version: fc.string(), size: fc.integer({ min: 1, max: 5_000 }) });
    fc.assert(
      fc.property(inputs, fc.integer({ min: 1, max: 600 }), (source, blockBytes) => {
        const blocks = planBlocks(source, blockBytes);
        let end = 0;
        for (const block of blocks) {
          expect(block.offset).toBe(end);
          expect(block.size).toBeGreaterThan(0);
          expect(block.size).toBeLessThanOrEqual(blockBytes);
          end += block.size;
        }
        expect(end).toBe(source.size);
        expect(bytesOf(blocks)).toBe(source.size);
        expect(new Set(blocks.map(({ id }) => id)).size).toBe(blocks.length);
        expect(new Set(blocks.map(({ id }) => Buffer.from(id, 'base64').length))).toEqual(new Set([30]));
      }),
    );
  });

  test.each([
    ['version', { version: '2', size: 100 }, 10],
    ['size', { version: '1', size: 101 }, 10],
    ['size of blocks', { version: '1', size: 100 }, 20],
  ])('have other names with another %s', (_what, source, blockBytes) => {
    const names = new Set(planBlocks({ version: '1', size: 100 }, 10).map(({ id }) => id));
    expect(planBlocks({ version: '1', size: 100 }, 10).every(({ id }) => names.has(id))).toBe(true);
    expect(planBlocks(source, blockBytes).some(({ id }) => names.has(id))).toBe(false);
  });
});

describe('what an earlier upload left', () => {
  const blocks = planBlocks({ version: '1', size: 25 }, 10);

  it('is used where the name and the size are right', () => {
    const [first, second, third] = listed(blocks);
    expect(missingBlocks(blocks, [])).toEqual(blocks);
    expect(missingBlocks(blocks, listed(blocks))).toEqual([]);
    const some = [third, first, { name: second?.name ?? '', size: 9 }, { name: 'other', size: 10 }];
    expect(
      missingBlocks(
        blocks,
        some.filter((block) => block !== undefined),
      ),
    ).toEqual([blocks[1]]);
  });

  it('is a whole blob only with all blocks in their order and no other', () => {
    const all = listed(blocks);
    expect(isMadeOf(blocks, all)).toBe(true);
    expect(isMadeOf(blocks, all.toReversed())).toBe(false);
    expect(isMadeOf(blocks, all.slice(1))).toBe(false);
    expect(isMadeOf(blocks, [...all, { name: 'other', size: 1 }])).toBe(false);
    expect(isMadeOf(blocks, all.with(2, { name: all[2]?.name ?? '', size: 4 }))).toBe(false);
  });
});
