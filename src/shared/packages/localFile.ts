import { constants, inflateRawSync } from 'node:zlib';
import type { FileEntry } from '@zip.js/zip.js';
import type { RandomAccess } from './archive.ts';
import { beginsAsArchive, noArchive, shown } from './rules.ts';

/** Methods of packing (PKWARE APPNOTE 4.4.5). */
export const stored = 0;
export const deflated = 8;

const headerBytes = 30;
const descriptorFlag = 0x08;
const most32 = 0xffff_ffff;
/** Enough for the header of a file with its name, and for the beginning of its content. */
const windowBytes = 4_096;

/** The header that precedes a file's content, as far as the directory says the same. */
type LocalHeader = {
  readonly method: number;
  readonly sizes: readonly [compressed: number, unpacked: number] | undefined;
  readonly length: number;
};

function parseHeader(window: Buffer): LocalHeader | undefined {
  if (window.length < headerBytes || !beginsAsArchive(window)) return undefined;
  const sizes = [window.readUInt32LE(18), window.readUInt32LE(22)] as const;
  // With a data descriptor the sizes come behind the content, and in Zip64 in an extra field.
  const elsewhere = (window.readUInt16LE(6) & descriptorFlag) !== 0 || sizes.includes(most32);
  return {
    method: window.readUInt16LE(8),
    sizes: elsewhere ? undefined : sizes,
    length: headerBytes + window.readUInt16LE(26) + window.readUInt16LE(28),
  };
}

const agrees = (entry: FileEntry, { method, sizes }: LocalHeader): boolean =>
  method === entry.compressionMethod &&
  (sizes === undefined || (sizes[0] === entry.compressedSize && sizes[1] === entry.uncompressedSize));

/**
 * What is wrong with the content of a file that the directory names, as a sentence: the ZIP library reads ahead far
 * more than its beginning, so this is read here. Rejects with errors of the source.
 */
export async function contentMistake(entry: FileEntry, source: RandomAccess): Promise<string | undefined> {
  const name = shown(entry.filename);
  const header = parseHeader(await readAt(source, entry.offset));
  if (header === undefined) return `${name} is not where the directory says.`;
  if (!agrees(entry, header))
    return `${name} is described in two ways, in the directory and in its own header.`;
  const start = entry.offset + header.length;
  if (start + entry.compressedSize > source.size) return `${name} ends behind the end of the archive.`;

  const packed = (await readAt(source, start)).subarray(0, entry.compressedSize);
  const beginning = entry.compressionMethod === deflated ? unpacked(packed) : packed;
  if (beginning === undefined) return `${name} cannot be unpacked.`;
  return beginsAsArchive(beginning) ? undefined : noArchive(entry.filename);
}

async function readAt(source: RandomAccess, offset: number): Promise<Buffer> {
  const count = Math.max(0, Math.min(windowBytes, source.size - offset));
  return Buffer.from(await source.read(offset, count));
}

/** What the beginning of a packed file unpacks to. */
function unpacked(packed: Buffer): Buffer | undefined {
  try {
    return inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // Damaged bytes are an ordinary case here, and the caller says so.
    return undefined;
  }
}
