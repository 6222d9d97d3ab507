import {
  configure,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipWriter,
  type ZipWriterAddDataOptions,
  type ZipWriterConstructorOptions,
} from '@zip.js/zip.js';
import type { RandomAccess } from '../../../src/shared/packages/archive.ts';

configure({ useWebWorkers: false });

/** What any package begins with, and some more. */
export const packageBytes = (length = 100): Uint8Array => {
  const bytes = new Uint8Array(length);
  bytes.set(Buffer.from('PK\u0003\u0004'));
  return bytes;
};

export type File = {
  readonly name: string;
  readonly bytes?: Uint8Array;
  readonly options?: ZipWriterAddDataOptions;
};

/** A real ZIP, made by the library. */
export async function archiveOf(
  files: readonly File[],
  options: ZipWriterConstructorOptions = {},
): Promise<Uint8Array> {
  const zip = new ZipWriter(new Uint8ArrayWriter(), { level: 0, ...options });
  for (const { name, bytes = packageBytes(), options: forFile = {} } of files) {
    await zip.add(name, forFile.directory ? null : new Uint8ArrayReader(bytes), forFile);
  }
  return zip.close();
}

/** Replaces bytes everywhere by as many others; names are in a ZIP twice. */
export function patched(archive: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(archive).toString('latin1').replaceAll(from, to);
  return Buffer.from(text, 'latin1');
}

export type CountedAccess = RandomAccess & { readonly reads: readonly number[] };

/** Bytes in memory, with the sizes of what was read of them. */
export function accessTo(bytes: Uint8Array): CountedAccess {
  const reads: number[] = [];
  return {
    size: bytes.byteLength,
    reads,
    read: async (offset, count) => {
      reads.push(count);
      return bytes.slice(offset, offset + count);
    },
  };
}
