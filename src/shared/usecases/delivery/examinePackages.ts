import type { Content } from '../../delivery/delivery.ts';
import type { ContentFinding } from '../../delivery/observed.ts';
import { readArchive } from '../../packages/archive.ts';
import type { PackageBlob, PackageContainer } from '../../packages/container.ts';
import { beginsAsArchive, noArchive, packageMistakes } from '../../packages/rules.ts';
import { archiveSource } from '../../packages/sources.ts';

/** How many blobs are asked for at once. */
const atOnce = 5;

/**
 * Looks at the blobs of a request: that they are there, in the versions that were asked for, and that the Store will find in them what is meant. Reads no more
 * than the directories. @throws PackageStorageError
 */
export async function examinePackages(
  container: PackageContainer,
  names: readonly string[],
  versions: readonly string[],
  abortSignal: AbortSignal,
): Promise<ContentFinding> {
  const found = await statAll(container, names, abortSignal);
  const missing = names.filter((_, index) => found[index] === undefined);
  if (missing.length > 0)
    return bad(missing.map((name) => `there is no blob ${JSON.stringify(name)} in the container`));
  const changed = names.filter((_, index) => versionOf(found[index]) !== versions[index]);
  if (changed.length > 0)
    return bad(changed.map((name) => `${JSON.stringify(name)} was changed after it was submitted`));
  const blobs = found.filter((blob) => blob !== undefined);
  const archives = blobs.filter(isArchive);
  if (archives.length === 0) return ofFiles(container, blobs, abortSignal);
  const [archive] = archives;
  if (!archive || blobs.length > 1) return bad(['a .zip goes alone: it holds all packages of a submission']);
  return ofArchive(container, archive, abortSignal);
}

/** The same bytes uploaded again are the same version, where the storage knows their hash. */
export const versionOf = (blob: PackageBlob | undefined): string => {
  if (!blob) return '';
  return blob.contentMd5 === undefined ? blob.etag : `${blob.contentMd5} ${blob.size}`;
};

async function statAll(
  container: PackageContainer,
  names: readonly string[],
  abortSignal: AbortSignal,
): Promise<(PackageBlob | undefined)[]> {
  const found: (PackageBlob | undefined)[] = [];
  for (let first = 0; first < names.length; first += atOnce)
    found.push(
      ...(await Promise.all(
        names.slice(first, first + atOnce).map((name) => container.stat(name, abortSignal)),
      )),
    );
  return found;
}

const isArchive = ({ name }: PackageBlob): boolean => name.toLowerCase().endsWith('.zip');
const fileNameOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
/** Nobody reads more at once. */
const mostMistakes = 10;

function bad(mistakes: readonly string[]): ContentFinding {
  const told = mistakes.slice(0, mostMistakes).map((mistake) => mistake.replace(/\.$/, ''));
  const more = mistakes.length - told.length;
  return { kind: 'bad', mistakes: more > 0 ? [...told, `and ${more} more`] : told };
}

const blobOf = ({ name, etag, size, contentMd5 }: PackageBlob): Content['blobs'][number] => ({
  name,
  etag,
  bytes: size,
  ...(contentMd5 !== undefined && { md5: contentMd5 }),
});

async function ofFiles(
  container: PackageContainer,
  blobs: readonly PackageBlob[],
  abortSignal: AbortSignal,
): Promise<ContentFinding> {
  const files = blobs.map(({ name, size }) => ({ fileName: fileNameOf(name), size }));
  const mistakes = packageMistakes(files);
  if (mistakes.length > 0) return bad(mistakes);
  const beginnings = await Promise.all(blobs.map((blob) => container.read(blob, 0, 4, abortSignal)));
  const foreign = files.filter((_, index) => !beginsAsArchive(beginnings[index]?.bytes));
  if (foreign.length > 0) return bad(foreign.map(({ fileName }) => noArchive(fileName)));
  return {
    kind: 'good',
    content: {
      kind: 'files',
      blobs: blobs.map(blobOf),
      files: files.map(({ fileName, size }) => ({ fileName, bytes: size })),
    },
  };
}

async function ofArchive(
  container: PackageContainer,
  blob: PackageBlob,
  abortSignal: AbortSignal,
): Promise<ContentFinding> {
  const finding = await readArchive(archiveSource(container, blob, abortSignal));
  if (finding.kind === 'mistakes') return bad(finding.mistakes);
  const files = finding.entries.map(({ fileName, size }) => ({ fileName, bytes: size }));
  return { kind: 'good', content: { kind: 'archive', blobs: [blobOf(blob)], files } };
}
