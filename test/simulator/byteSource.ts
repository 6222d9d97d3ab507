import { Reader } from '@zip.js/zip.js';

/** Bytes that are not held in memory, but asked for by ranges. */
export type ByteSource = {
  readonly size: number;
  /** Gives exactly these bytes. Throws `UnreadableUploadError` where the storage does not give them. */
  read(offset: number, length: number): Promise<Uint8Array>;
};

/** The storage did not give what it holds: no fault of the archive. */
export class UnreadableUploadError extends Error {
  override readonly name = 'UnreadableUploadError';
}

/** The most that is read at once, and unpacked: a table of contents or a manifest is smaller, a package need not be. */
export const mostBytes = 4 * 1024 * 1024;

export const bytesInMemory = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
});

/** A part of a source as a source of its own. Throws a `RangeError` where it leads out of the whole. */
export function partOf(whole: ByteSource, start: number, size: number): ByteSource {
  if (start + size > whole.size) throw new RangeError('The part ends beyond the whole.');
  return { size, read: (offset, length) => whole.read(start + offset, length) };
}

/** Lets the library read from a source, and never much at once, whatever an archive claims. */
export class RangeReader extends Reader<undefined> {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super(undefined);
    this.#source = source;
    this.size = source.size;
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const there = Math.max(0, Math.min(length, this.size - index));
    if (there > mostBytes) throw new RangeError(`${there} bytes at once are too many.`);
    return there === 0 ? new Uint8Array() : this.#source.read(index, there);
  }
}
