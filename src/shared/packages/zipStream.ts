import { createHash } from 'node:crypto';

/** A file for a ZIP. `read` gives exactly the bytes asked for; an error of it goes on to who reads the ZIP. */
export type ZippedFile = {
  /** Its path in the ZIP. */
  readonly fileName: string;
  readonly size: number;
  /** Another one when the bytes are others, such as the ETag of a blob. */
  readonly version: string;
  readonly read: (offset: number, count: number, abortSignal: AbortSignal | undefined) => Promise<Uint8Array>;
};

/** A ZIP that is made while it is read. */
export type ZipStream = {
  /** Another one when the bytes are others. */
  readonly version: string;
  /** Of the whole ZIP, in bytes. */
  readonly size: number;
  /** From the start; each call makes it anew, with the same bytes. */
  readonly stream: (abortSignal?: AbortSignal) => AsyncIterable<Uint8Array>;
};

const most32 = 0xffff_ffff;
const localHeader = 30;
const descriptor = 16;
const descriptor64 = 24;
const centralHeader = 46;
const endRecord = 22;
const endRecord64 = 56 + 20;

/**
 * The size of a ZIP of stored files with data descriptors, in Zip64 where a number needs it (PKWARE APPNOTE 4.3 to
 * 4.5).
 */
export function zipSize(files: readonly Pick<ZippedFile, 'fileName' | 'size'>[]): number {
  let offset = 0;
  let directory = 0;
  let anyLarge = false;
  for (const { fileName, size } of files) {
    const name = Buffer.byteLength(fileName);
    const large = size >= most32;
    const far = offset >= most32;
    anyLarge ||= large;
    directory += centralHeader + name + (large || far ? 4 + (large ? 16 : 0) + (far ? 8 : 0) : 0);
    offset += localHeader + name + (large ? 20 : 0) + size + (large ? descriptor64 : descriptor);
  }
  return offset + directory + endRecord + (anyLarge || offset >= most32 ? endRecord64 : 0);
}

/**
 * A ZIP of package files. They are archives already, so they are stored and not packed once more. The same files give
 * the same bytes: no dates, no attributes, and the order as given. Memory does not depend on their sizes.
 */
export function zipOf(files: readonly ZippedFile[]): ZipStream {
  const size = zipSize(files);
  const versions = files.map((file) => [file.fileName, file.size, file.version]);
  return {
    version: createHash('sha256').update(JSON.stringify(versions)).digest('hex'),
    size,
    async *stream(abortSignal) {
      // The ZIP library takes its time to load, and only this needs it.
      const { writeZip } = await import('./zipWriting.ts');
      let made = 0;
      for await (const chunk of writeZip(files, abortSignal)) {
        made += chunk.byteLength;
        yield chunk;
      }
      if (made !== size) throw new Error(`The ZIP has ${made} bytes instead of ${size}.`);
    },
  };
}
