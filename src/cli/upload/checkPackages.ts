import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { readArchive } from '../../shared/packages/archive.ts';
import { packageExtensions } from '../../shared/packages/rules.ts';

/** What is wrong with files that somebody wants to submit, a sentence each, before a byte of them is uploaded. */
export type PackageCheck = (files: readonly string[]) => Promise<string[]>;

const bare: ReadonlySet<string> = new Set(packageExtensions);

const extensionOf = (file: string): string => path.extname(file).toLowerCase();

/**
 * Checks that the files are there and go together, and what an archive holds: the same that Rampart checks before it
 * calls the Store, before anything is uploaded.
 */
export const checkPackages: PackageCheck = async (files) => [
  ...togetherMistakes(files),
  ...(await Promise.all(files.map(fileMistakes))).flat(),
];

function togetherMistakes(files: readonly string[]): string[] {
  const zips = files.filter((file) => extensionOf(file) === '.zip');
  const names = files.map((file) => path.basename(file).toLowerCase());
  const twice = files.filter((_, index) => names.indexOf(names[index] ?? '') !== index);
  return [
    ...(zips.length > 0 && files.length > 1
      ? ['A .zip holds the whole package: give it alone, or bare packages without it.']
      : []),
    ...twice.map((file) => `There are two files named "${path.basename(file)}".`),
  ];
}

async function fileMistakes(file: string): Promise<string[]> {
  const extension = extensionOf(file);
  if (extension !== '.zip' && !bare.has(extension))
    return [`"${file}" is no package: it must end with .zip, ${packageExtensions.join(', ')}.`];
  const found = await stat(file).catch((error: unknown) => error);
  if (found instanceof Error) return [sayMissing(file, found)];
  if (!isStats(found) || !found.isFile()) return [`"${file}" is no file.`];
  if (found.size === 0) return [`"${file}" is empty.`];
  return extension === '.zip' ? archiveMistakes(file, found.size) : [];
}

async function archiveMistakes(file: string, size: number): Promise<string[]> {
  await using handle = await open(file);
  const finding = await readArchive({
    size,
    read: async (offset, count) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, offset);
      return buffer.subarray(0, bytesRead);
    },
  });
  const mistakes = finding.kind === 'mistakes' ? finding.mistakes : [];
  return mistakes.slice(0, mostMistakes).map((mistake) => `"${file}": ${mistake}`);
}

/** Nobody reads more at once. */
const mostMistakes = 10;

const isStats = (value: unknown): value is Stats =>
  typeof value === 'object' && value !== null && 'isFile' in value;

const sayMissing = (file: string, error: Error): string =>
  'code' in error && error.code === 'ENOENT'
    ? `There is no file "${file}".`
    : `"${file}" cannot be read${'code' in error ? ` (${String(error.code)})` : ''}.`;
