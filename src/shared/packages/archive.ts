/** Bytes that can be read anywhere. An error of `read` goes on to who asked for the reading. */
export type RandomAccess = {
  readonly size: number;
  readonly read: (offset: number, count: number) => Promise<Uint8Array>;
};

export type ArchiveEntry = {
  /** The path in the archive. */
  readonly fileName: string;
  /** Unpacked, in bytes. */
  readonly size: number;
  readonly compressedSize: number;
};

/** What an archive holds, or what is wrong with it, each as a sentence. */
export type ArchiveFinding =
  | { readonly kind: 'packages'; readonly entries: readonly ArchiveEntry[] }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly string[] };

/**
 * Reads the directory of a ZIP and the beginning of each file in it, and checks what the Store would pass over in
 * silence. Reads some ten kilobytes a file, whatever the size of the archive. Rejects only with errors of the source.
 */
export async function readArchive(source: RandomAccess): Promise<ArchiveFinding> {
  // The ZIP library takes its time to load, and only this needs it.
  const { inspectArchive } = await import('./zipDirectory.ts');
  return inspectArchive(source);
}
