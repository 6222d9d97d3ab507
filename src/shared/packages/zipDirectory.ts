import {
  configure,
  type Entry,
  ERR_BAD_FORMAT,
  ERR_EOCDR_NOT_FOUND,
  type FileEntry,
  Reader,
  WARNING_APPENDED_DATA,
  WARNING_DUPLICATE_FILENAME,
  WARNING_PREPENDED_CENTRAL_DIRECTORY,
  WARNING_PREPENDED_DATA,
  ZipReader,
} from '@zip.js/zip.js';
import { mostPackages } from '../delivery/vocabulary.ts';
import type { ArchiveFinding, RandomAccess } from './archive.ts';
import { contentMistake, deflated, stored } from './localFile.ts';
import { packageMistakes, shown } from './rules.ts';

configure({ useWebWorkers: false });

/** So many files are looked at before it is said that there are too many; folders count. */
const mostEntries = 100 * mostPackages;
/** Far more than the directory of that many files takes. */
const longestRead = 8 * 2 ** 20;
/** What may lie behind the end record: the longest comment that a ZIP can have. */
const longestComment = 0xffff;

/** The source for the ZIP library, in pieces of a bounded length. */
class RangeReader extends Reader<RandomAccess> {
  readonly #source: RandomAccess;

  constructor(source: RandomAccess) {
    super(source);
    this.#source = source;
    this.size = source.size;
  }

  override async readUint8Array(offset: number, length: number): Promise<Uint8Array> {
    const count = Math.max(0, Math.min(length, this.size - offset));
    if (count > longestRead) throw new RangeError('its directory is too long');
    return this.#source.read(offset, count);
  }
}

const mistakes = (...found: readonly string[]): ArchiveFinding => ({ kind: 'mistakes', mistakes: found });

const isFile = (entry: Entry): entry is FileEntry => !entry.directory;

/** See `readArchive`. */
export async function inspectArchive(source: RandomAccess): Promise<ArchiveFinding> {
  // What the source throws goes on as it is, and the library's errors become sentences.
  let failure: { readonly error: unknown } | undefined;
  const read: RandomAccess['read'] = async (offset, count) => {
    try {
      return await source.read(offset, count);
    } catch (error) {
      failure ??= { error };
      throw error;
    }
  };
  try {
    return await inspect({ size: source.size, read });
  } catch (error) {
    if (failure !== undefined) throw failure.error;
    return mistakes(sayUnreadable(error));
  }
}

async function inspect(source: RandomAccess): Promise<ArchiveFinding> {
  const zip = new ZipReader(new RangeReader(source), {
    // What is odd becomes a sentence of ours instead of the first one becoming an error of the library.
    strictness: 'tolerant',
    maxAppendedDataSize: longestComment,
  });
  const entries = await readEntries(zip);
  if (entries === undefined) return mistakes(`There are more than ${mostEntries} files in it.`);
  const files = entries.filter(isFile);
  const found = [
    ...archiveMistakes(zip),
    ...files.flatMap(entryMistakes),
    ...packageMistakes(
      files.map(({ filename, uncompressedSize }) => ({ fileName: filename, size: uncompressedSize })),
    ),
  ];
  if (found.length > 0) return mistakes(...found);

  const inside = await contentMistakes(files, source);
  if (inside.length > 0) return mistakes(...inside);
  const packages = files.map(({ filename, uncompressedSize, compressedSize }) => ({
    fileName: filename,
    size: uncompressedSize,
    compressedSize,
  }));
  return { kind: 'packages', entries: packages };
}

async function readEntries(zip: ZipReader<RandomAccess>): Promise<readonly Entry[] | undefined> {
  const entries: Entry[] = [];
  for await (const entry of zip.getEntriesGenerator()) {
    if (entries.push(entry) > mostEntries) return undefined;
  }
  return entries;
}

const sayUnreadable = (error: unknown): string => {
  const reason = error instanceof Error ? error.message : String(error);
  return reason === ERR_EOCDR_NOT_FOUND || reason === ERR_BAD_FORMAT
    ? 'It is no ZIP archive, or the end of it is missing.'
    : `It is no whole ZIP archive (${reason}).`;
};

/** Names that are there twice are told by our own rules. */
function archiveMistakes({ warnings = [] }: ZipReader<RandomAccess>): readonly string[] {
  return warnings
    .filter(({ reason }) => reason !== WARNING_DUPLICATE_FILENAME)
    .map(({ reason }) => {
      switch (reason) {
        case WARNING_APPENDED_DATA:
          return 'There are bytes behind the end of the archive.';
        case WARNING_PREPENDED_DATA:
        case WARNING_PREPENDED_CENTRAL_DIRECTORY:
          return 'There are bytes before the beginning of the archive.';
        default:
          return `The archive can be read in more than one way (${reason}).`;
      }
    });
}

function entryMistakes(entry: FileEntry): readonly string[] {
  const name = shown(entry.filename);
  return [
    ...(entry.encrypted ? [`${name} is encrypted.`] : []),
    ...(entry.symlink ? [`${name} is a symbolic link.`] : []),
    ...(entry.compressionMethod === stored || entry.compressionMethod === deflated
      ? []
      : [`${name} is packed by the method ${entry.compressionMethod}; the Store knows stored and deflated.`]),
  ];
}

async function contentMistakes(
  files: readonly FileEntry[],
  source: RandomAccess,
): Promise<readonly string[]> {
  const found: (string | undefined)[] = [];
  for (const entry of files) found.push(await contentMistake(entry, source));
  return found.filter((mistake) => mistake !== undefined);
}
