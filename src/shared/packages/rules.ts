import { mostPackages } from '../delivery/vocabulary.ts';

/**
 * What the Store demands of the files in the ZIP of a submission. What it would pass over in silence is a mistake
 * here: a submission that keeps its old packages is published like any other.
 */

/** Kinds of packages, by the ends of their names:
 * https://learn.microsoft.com/windows/apps/publish/publish-your-app/msix/app-package-requirements */
export const packageExtensions = [
  '.msix',
  '.msixbundle',
  '.msixupload',
  '.appx',
  '.appxbundle',
  '.appxupload',
] as const;

/** The largest package that the Store takes, 25 GB. */
export const largestPackageBytes = 25 * 2 ** 30;

/** A file in a ZIP, by its path there. */
export type PackageFile = { readonly fileName: string; readonly size: number };

export const isPackageName = (fileName: string): boolean =>
  packageExtensions.some((extension) => fileName.toLowerCase().endsWith(extension));

/** A name as part of a sentence: in quotes, cut short, and without characters that a terminal would obey. */
export const shown = (fileName: string): string =>
  JSON.stringify(fileName.length > 120 ? `${fileName.slice(0, 120)}…` : fileName).replace(
    /[^\x20-\x7e…]/g,
    (odd) => `\\u${odd.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Rules about a path, each with the end of the sentence about a name that breaks it. */
const nameRules: readonly [breaks: (fileName: string) => boolean, problem: string][] = [
  [(name) => name === '', 'has no name'],
  [(name) => /\\/.test(name), 'has a backslash in its name; paths in a ZIP are written with /'],
  [(name) => /^[A-Za-z]:/.test(name), 'has a drive letter in its name'],
  [(name) => name.startsWith('/'), 'has an absolute path'],
  [(name) => name.split('/').includes('..'), 'has a path that leads out of the archive'],
  [(name) => /.\/(\/|$)|^\/\/|(^|\/)\.(\/|$)/.test(name), 'has an empty part in its path'],
  // The Store reads names as ANSI, of which ASCII is what all code pages have in common.
  [(name) => /[^\x20-\x7e]/.test(name), 'has a character in its name that is not ASCII'],
  [
    (name) => /[<>"|?*]/.test(name) || /:/.test(name.replace(/^[A-Za-z]:/, '')),
    'has a character in its name that Windows does not allow',
  ],
  [
    (name) => /[ .](?:\/|$)/.test(name) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(name),
    'has a part in its path that ends with a space or a dot',
  ],
  [(name) => name.length > 256, 'has a name of more than 256 characters'],
];

/** What is wrong with the path of a file in the ZIP, each as a sentence. */
export function nameMistakes(fileName: string): readonly string[] {
  return nameRules
    .filter(([breaks]) => breaks(fileName))
    .map(([, problem]) => `${shown(fileName)} ${problem}.`);
}

/** All kinds of packages are ZIP archives themselves, and begin with the header of a file (PKWARE APPNOTE 4.3.7). */
const magic = Buffer.from('PK\u0003\u0004');
export const beginsAsArchive = (bytes: Uint8Array = new Uint8Array()): boolean =>
  magic.equals(bytes.subarray(0, magic.length));
export const noArchive = (fileName: string): string =>
  `${shown(fileName)} is no package: its content is no archive of its own.`;

/** What is wrong with one package file, each as a sentence. */
export function fileMistakes({ fileName, size }: PackageFile): readonly string[] {
  return [
    ...nameMistakes(fileName),
    ...(isPackageName(fileName)
      ? []
      : [`${shown(fileName)} is no package; packages end with ${packageExtensions.join(', ')}.`]),
    ...(size === 0 ? [`${shown(fileName)} is empty.`] : []),
    ...(size > largestPackageBytes
      ? [`${shown(fileName)} has ${gibibytes(size)} GB, and the Store takes up to 25 GB.`]
      : []),
  ];
}

const gibibytes = (bytes: number): string => (Math.ceil((10 * bytes) / 2 ** 30) / 10).toFixed(1);

/** What is wrong with the files of one ZIP, each as a sentence; nothing is wrong if there is none. */
export function packageMistakes(files: readonly PackageFile[]): readonly string[] {
  return [
    ...(files.length === 0 ? ['There is no package in it.'] : []),
    ...(files.length > mostPackages
      ? [`There are ${files.length} files in it, and a submission has up to ${mostPackages} packages.`]
      : []),
    ...duplicateMistakes(files),
    ...files.flatMap(fileMistakes),
  ];
}

function duplicateMistakes(files: readonly PackageFile[]): readonly string[] {
  const byName = Map.groupBy(files, ({ fileName }) => fileName.toLowerCase());
  return [...byName.values()]
    .filter((same) => same.length > 1)
    .map((same) => {
      const names = [...new Set(same.map(({ fileName }) => shown(fileName)))];
      return names.length === 1
        ? `${names[0]} is in it ${same.length} times.`
        : `${names.join(' and ')} differ in nothing but capitals.`;
    });
}
