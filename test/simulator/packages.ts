import type { PackageEntry } from './body.ts';
import { invalidParameter } from './errors.ts';
import { packageId } from './ids.ts';
import type { Package } from './state.ts';

/** The most packages that one submission may have. */
export const packageLimit = 25;

/**
 * The packages of a draft after a PUT. Every package that the Store has already processed must be there with its id,
 * either as it is or marked for deletion; everything else is new and waits for its upload.
 * Throws a `Refusal` where the entries break these rules.
 */
export function updatedPackages(current: readonly Package[], entries: readonly PackageEntry[]): Package[] {
  const existing = current.filter((one) => one.id !== '');
  requireExisting(existing, entries);
  const updated = entries.map((entry) => (entry.id ? updatedPackage(existing, entry) : newPackage(entry)));
  if (updated.length > packageLimit) {
    throw invalidParameter(`A submission may have ${packageLimit} packages at most`, 'packages');
  }
  return updated;
}

function requireExisting(existing: readonly Package[], entries: readonly PackageEntry[]): void {
  const kept = new Set(entries.filter((entry) => entry.fileStatus !== 'PendingUpload').map(({ id }) => id));
  const missing = existing.filter(({ id }) => !kept.has(id)).map(({ id }) => id);
  if (missing.length === 0) return;
  throw invalidParameter(
    `Please keep all file entries for existing packages. If you wish to remove a package, mark it as PendingDelete. The following packages are missing in your update: ${missing.join(', ')}`,
    'packages',
  );
}

function updatedPackage(existing: readonly Package[], entry: PackageEntry): Package {
  const known = existing.find(({ id }) => id === entry.id);
  if (!known) throw invalidParameter(`The package ${entry.id} does not exist`, 'packages');
  return {
    ...known,
    fileStatus: entry.fileStatus,
    minimumDirectXVersion: entry.minimumDirectXVersion ?? known.minimumDirectXVersion,
    minimumSystemRam: entry.minimumSystemRam ?? known.minimumSystemRam,
  };
}

function newPackage(entry: PackageEntry): Package {
  if (entry.fileStatus !== 'PendingUpload') {
    throw invalidParameter(`A new package must be PendingUpload: ${entry.fileName}`, 'packages');
  }
  return {
    id: '',
    fileName: entry.fileName,
    fileStatus: 'PendingUpload',
    version: undefined,
    architecture: undefined,
    minimumDirectXVersion: entry.minimumDirectXVersion ?? 'None',
    minimumSystemRam: entry.minimumSystemRam ?? 'None',
  };
}

/** What was read of a new package, and under which name it is listed; what is absent is read from that name. */
export type Reading = {
  readonly fileName: string;
  readonly version?: string;
  readonly architecture?: string;
};

/**
 * The packages after preprocessing: the deleted are gone, the uploaded have an id and the version read from them.
 * `readingsOf` gives what a new package has become: nothing, itself, or the packages that were in it.
 */
export function processed(
  packages: readonly Package[],
  seed: string,
  serial: number,
  readingsOf: (one: Package) => readonly Reading[] = ({ fileName }) => [{ fileName }],
): Package[] {
  const before = newestVersion(packages);
  return packages
    .filter(({ fileStatus }) => fileStatus !== 'PendingDelete')
    .flatMap((one) =>
      one.id === '' ? readingsOf(one).map((reading) => uploadedPackage(one, reading, before)) : [one],
    )
    .map((one, index) => (one.id === '' ? { ...one, id: packageId(seed, serial + index) } : one));
}

function uploadedPackage(one: Package, reading: Reading, before: string | undefined): Package {
  const { fileName } = reading;
  const next = before === undefined ? '1.0.0.0' : following(before);
  return {
    ...one,
    fileName,
    fileStatus: 'Uploaded',
    version: reading.version ?? versionInName(fileName) ?? next,
    architecture: reading.architecture ?? architectureInName(fileName),
  };
}

/** A path in an archive or a draft, with one kind of slash. */
export const normalized = (path: string): string => path.replaceAll('\\', '/');

/** Files are named like `Contoso_1.2.3.0_x64.msix`; where there is no manifest, the name says what it would. */
const versionInName = (fileName: string): string | undefined => /\d+(?:\.\d+){3}/.exec(fileName)?.[0];

const architectureInName = (fileName: string): string =>
  /(?<![a-z0-9])(x86|x64|arm64|arm|neutral)(?![a-z0-9])/i.exec(fileName)?.[0] ?? 'x64';

/** The version of the next build, where the file name does not say it. */
function following(version: string): string {
  const [major = 1, minor = 0, build = 0] = version.split('.').map(Number);
  return `${major}.${minor}.${build + 1}.0`;
}

/** The highest version among the packages that stay. */
export function newestVersion(packages: readonly Package[]): string | undefined {
  const versions = packages
    .filter(({ fileStatus }) => fileStatus !== 'PendingDelete')
    .flatMap(({ version }) => version ?? []);
  return versions.sort(byVersion).at(-1);
}

/** Order of versions like `1.10.0.0`, number by number. */
export function byVersion(one: string, other: string): number {
  const theirs = other.split('.').map(Number);
  for (const [index, part] of one.split('.').map(Number).entries()) {
    const difference = part - (theirs[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A package that the Store has published already, as a seed gives it. */
export const publishedPackage = (name: string, version: string, id: string): Package => ({
  id,
  fileName: `${name}_${version}_x64.msix`,
  fileStatus: 'Uploaded',
  version,
  architecture: 'x64',
  minimumDirectXVersion: 'None',
  minimumSystemRam: 'None',
});
