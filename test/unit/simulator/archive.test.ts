import { Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import { expect, test } from 'vitest';
import { bytesOf, filesOf } from '../../simulator/archive.ts';
import {
  type ByteSource,
  bytesInMemory,
  mostBytes,
  UnreadableUploadError,
} from '../../simulator/byteSource.ts';
import { zipOf } from '../../support/zipOf.ts';

const namesIn = async (archive: Buffer) =>
  (await filesOf(bytesInMemory(archive)))?.map(({ filename }) => filename);

test('names the files of an archive with their folders', async () => {
  expect(await namesIn(zipOf({ 'a.msix': 'one', 'folder/b.msix': 'two' }))).toEqual([
    'a.msix',
    'folder/b.msix',
  ]);
});

test('finds the end of an archive before its comment', async () => {
  expect(await namesIn(Buffer.concat([zipOf({ 'a.msix': '' }), Buffer.from('a comment')]))).toEqual([
    'a.msix',
  ]);
});

test('reads an archive in the form for more than four gigabytes', async () => {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { zip64: true, useWebWorkers: false });
  await writer.add('a.msix', new Blob(['one']).stream());
  expect(await namesIn(Buffer.from(await writer.close(undefined, { zip64: true })))).toEqual(['a.msix']);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('this is no archive, but it is long enough to hold an end record')],
  ['an archive that is cut off at its end', zipOf({ 'a.msix': 'one' }).subarray(0, -30)],
  ['a table of contents that claims to be huge', hugeDirectory()],
])('is nothing for %s', async (_what, archive) => {
  expect(await namesIn(archive)).toBeUndefined();
});

test('cannot read a file whose header is not at its place', async () => {
  const archive = zipOf({ 'a.msix': 'one' });
  archive.fill(0, 0, 4);
  const source = bytesInMemory(archive);
  const [file] = (await filesOf(source)) ?? [];
  expect(file && (await bytesOf(file, source))).toBeUndefined();
});

test('reads neither much at once nor much in all of an archive of a gigabyte', async () => {
  const { source, read } = hollow(2 ** 30);
  const [file] = (await filesOf(source)) ?? [];
  const inside = file && (await bytesOf(file, source));
  expect(inside).toMatchObject({ size: 2 ** 30 });
  expect(Math.max(...read)).toBeLessThanOrEqual(mostBytes);
  expect(read.reduce((sum, length) => sum + length, 0)).toBeLessThan(1024 * 1024);
});

test('takes a storage that does not answer for no fault of the archive', async () => {
  const source: ByteSource = {
    size: 1000,
    read: async () => {
      throw new UnreadableUploadError('gone');
    },
  };
  await expect(filesOf(source)).rejects.toThrow(UnreadableUploadError);
});

function hugeDirectory(): Buffer {
  const archive = zipOf({ 'a.msix': 'one' });
  const claimed = Buffer.concat([Buffer.alloc(mostBytes * 2), archive]);
  claimed.writeUInt32LE(mostBytes * 2, claimed.length - 10);
  claimed.writeUInt32LE(0, claimed.length - 6);
  return claimed;
}

/** An archive with one stored file of so many zeros, of which only the frame is in memory. */
function hollow(bytes: number): { source: ByteSource; read: number[] } {
  const frame = zipOf({ 'a.msix': '' });
  const directoryAt = frame.readUInt32LE(frame.length - 6);
  const [head, tail] = [frame.subarray(0, directoryAt), Buffer.from(frame.subarray(directoryAt))];
  for (const at of [20, 24]) tail.writeUInt32LE(bytes, at);
  tail.writeUInt32LE(directoryAt + bytes, tail.length - 6);
  const read: number[] = [];
  const source: ByteSource = {
    size: frame.length + bytes,
    read: async (offset, length) => {
      read.push(length);
      const chunk = Buffer.alloc(length);
      head.copy(chunk, 0, Math.min(offset, head.length));
      const into = head.length + bytes - offset;
      tail.copy(chunk, Math.max(0, into), Math.max(0, -into));
      return chunk;
    },
  };
  return { source, read };
}
