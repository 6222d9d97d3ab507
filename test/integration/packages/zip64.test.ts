import { expect, it } from 'vitest';
import { type RandomAccess, readArchive } from '../../../src/shared/packages/archive.ts';
import { type ZippedFile, zipOf } from '../../../src/shared/packages/zipStream.ts';

const nothing = Buffer.alloc(4 * 2 ** 20);
const magic = Buffer.from('PK\u0003\u0004');

/** A package that is zeros but for its beginning, and takes no memory. */
const zeros = (fileName: string, size: number): ZippedFile => ({
  fileName,
  size,
  version: '"0x1"',
  read: async (offset, count) =>
    offset > 0
      ? nothing.subarray(0, count)
      : Buffer.concat([magic, nothing.subarray(0, count - magic.length)]),
});

/** Keeps what is not zero of a stream, at its offset. */
async function sparse(stream: AsyncIterable<Uint8Array>): Promise<RandomAccess> {
  const kept: [at: number, chunk: Uint8Array][] = [];
  let size = 0;
  for await (const chunk of stream) {
    if (nothing.compare(chunk, 0, chunk.length, 0, chunk.length) !== 0) kept.push([size, chunk]);
    size += chunk.byteLength;
  }
  const read = async (offset: number, count: number) => {
    const bytes = Buffer.alloc(count);
    for (const [at, chunk] of kept) {
      const from = Math.max(0, offset - at);
      if (at < offset + count && from < chunk.length)
        bytes.set(chunk.subarray(from, offset + count - at), Math.max(0, at - offset));
    }
    return bytes;
  };
  return { size, read };
}

it('makes a Zip64 of packages beyond 4 GiB, with the announced size', async () => {
  const sizes = [100, 2 ** 32 - 2, 2 ** 32, 200];
  const { size, stream } = zipOf(sizes.map((bytes, index) => zeros(`App${index}.msix`, bytes)));
  const archive = await sparse(stream());
  expect(archive.size).toBe(size);
  expect(await readArchive(archive)).toEqual({
    kind: 'packages',
    entries: sizes.map((bytes, index) => ({
      fileName: `App${index}.msix`,
      size: bytes,
      compressedSize: bytes,
    })),
  });
});
