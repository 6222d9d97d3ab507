import { type Entry, type FileEntry, TextWriter, ZipReader } from '@zip.js/zip.js';
import {
  type ByteSource,
  bytesInMemory,
  mostBytes,
  partOf,
  RangeReader,
  UnreadableUploadError,
} from './byteSource.ts';

/** ZIP archives that are read by ranges: a table of contents and single small files, never the whole. */

const options = { useWebWorkers: false } as const;

/** The files of an archive, or nothing if it is none. Throws `UnreadableUploadError`. */
export async function filesOf(source: ByteSource): Promise<FileEntry[] | undefined> {
  const entries = await unlessBroken(() => new ZipReader(new RangeReader(source), options).getEntries());
  return entries?.filter(isFile);
}

const isFile = (entry: Entry): entry is FileEntry => !entry.directory;

/** The text of a small file, or nothing if it cannot be read. Throws `UnreadableUploadError`. */
export const textOf = (file: FileEntry): Promise<string | undefined> =>
  unlessBroken(async () =>
    file.uncompressedSize > mostBytes ? undefined : await file.getData(new TextWriter(), options),
  );

/**
 * The bytes of a file, to be read as an archive in its turn: in place if they are stored, out of memory if they are
 * compressed and few. `tooBig` if they are many, nothing if they cannot be read. Throws `UnreadableUploadError`.
 */
export function bytesOf(file: FileEntry, archive: ByteSource): Promise<ByteSource | 'tooBig' | undefined> {
  return unlessBroken(async () => {
    if (file.compressionMethod === stored && !file.encrypted) {
      return partOf(archive, await dataOffset(file, archive), file.uncompressedSize);
    }
    if (file.uncompressedSize > mostBytes) return 'tooBig';
    return bytesInMemory(new Uint8Array(await file.arrayBuffer(options)));
  });
}

const stored = 0;
const localHeaderBytes = 30;
const localSignature = 0x04034b50;

/** The header before the data has a name and extra fields of its own lengths (PKWARE APPNOTE 4.3.7). */
async function dataOffset({ offset }: FileEntry, archive: ByteSource): Promise<number> {
  const header = await new RangeReader(archive).readUint8Array(offset, localHeaderBytes);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getUint32(0, true) !== localSignature) throw new RangeError('There is no file at its place.');
  return offset + localHeaderBytes + view.getUint16(26, true) + view.getUint16(28, true);
}

/** What the library throws is about the archive, unless the storage was at fault. */
async function unlessBroken<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UnreadableUploadError) throw error;
    return undefined;
  }
}
