import { buffer } from 'node:stream/consumers';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readArchive } from '../../../src/shared/packages/archive.ts';
import { type ZippedFile, zipOf, zipSize } from '../../../src/shared/packages/zipStream.ts';
import { accessTo, packageBytes } from './archives.ts';

const fileOf = (fileName: string, bytes: Uint8Array): ZippedFile => ({
  fileName,
  size: bytes.byteLength,
  version: '"0x1"',
  read: async (offset, count) => bytes.slice(offset, offset + count),
});

/** A file of zeros that takes no memory. */
const zeros = (fileName: string, size: number): ZippedFile => {
  const piece = new Uint8Array(4 * 2 ** 20);
  return { fileName, size, version: '"0x1"', read: async (_offset, count) => piece.subarray(0, count) };
};

const contentOf = (files: readonly ZippedFile[]): Promise<Buffer> => buffer(zipOf(files).stream());

describe('a ZIP of packages', () => {
  const large = packageBytes(9 * 2 ** 20 + 1);
  const files = [fileOf('x64/App.msix', large), fileOf('App_arm64.msix', packageBytes(10))];

  it('holds the files as they are, stored, and the announced number of bytes', async () => {
    const zip = await contentOf(files);
    expect(zip.length).toBe(zipOf(files).size);
    expect(await readArchive(accessTo(zip))).toEqual({
      kind: 'packages',
      entries: [
        { fileName: 'x64/App.msix', size: large.length, compressedSize: large.length },
        { fileName: 'App_arm64.msix', size: 10, compressedSize: 10 },
      ],
    });
    const [first] = await new ZipReader(new Uint8ArrayReader(zip)).getEntries();
    if (first?.directory !== false) throw new Error('the first entry is no file');
    const content = await first.getData(new Uint8ArrayWriter(), { checkCrc32: true });
    expect(Buffer.from(content).equals(large)).toBe(true);
  });

  it('is the same each time, wherever it is made', async () => {
    const zone = process.env.TZ;
    const here = await contentOf(files);
    process.env.TZ = 'Pacific/Chatham';
    const there = await contentOf(files).finally(() => {
      process.env.TZ = zone;
    });
    expect(here.equals(there)).toBe(true);
  });

  it('has the announced size for any names and sizes', async () => {
    const size = fc.integer({ min: 0, max: 100_000 });
    const names = fc.uniqueArray(fc.stringMatching(/^[a-zA-Zé_]{1,30}$/), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(names, size, async (fileNames, bytes) => {
        const some = fileNames.map((name, index) => zeros(`${name}.msix`, index === 0 ? bytes : index));
        expect((await contentOf(some)).length).toBe(zipSize(some));
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ['another name', [fileOf('b.msix', packageBytes(5))]],
    ['another size', [fileOf('a.msix', packageBytes(6))]],
    ['another version', [{ ...fileOf('a.msix', packageBytes(5)), version: '"0x2"' }]],
    ['one more file', [fileOf('a.msix', packageBytes(5)), fileOf('b.msix', packageBytes(5))]],
  ])('has another version with %s', (_what, others) => {
    const { version } = zipOf([fileOf('a.msix', packageBytes(5))]);
    expect(zipOf([fileOf('a.msix', packageBytes(5))]).version).toBe(version);
    expect(zipOf(others).version).not.toBe(version);
  });

  it('is made no faster than it is taken', async () => {
    let read = 0;
    const file: ZippedFile = {
      ...zeros('App.msix', 400 * 2 ** 20),
      read: async (_offset, count) => {
        read += count;
        return new Uint8Array(count);
      },
    };
    let taken = 0;
    for await (const chunk of zipOf([file]).stream()) {
      taken += chunk.byteLength;
      expect(read - taken).toBeLessThan(20 * 2 ** 20);
      if (taken > 100 * 2 ** 20) break;
    }
  });

  it('ends with the error of a file', async () => {
    const failure = new Error('the blob has changed');
    const broken = { ...zeros('App.msix', 20 * 2 ** 20), read: () => Promise.reject(failure) };
    await expect(contentOf([fileOf('a.msix', large), broken])).rejects.toBe(failure);
  });

  it('ends when it is aborted', async () => {
    const reason = new Error('shutting down');
    const stopping = new AbortController();
    const { stream } = zipOf([zeros('App.msix', 400 * 2 ** 20)]);
    const taking = async () => {
      for await (const _chunk of stream(stopping.signal)) stopping.abort(reason);
    };
    await expect(taking()).rejects.toBe(reason);
  });

  it('notices a file that is not as long as it should be', async () => {
    const short = { ...fileOf('a.msix', packageBytes(10)), size: 20 };
    await expect(contentOf([short])).rejects.toThrow('The package a.msix gave 10 bytes instead of 20.');
  });
});
