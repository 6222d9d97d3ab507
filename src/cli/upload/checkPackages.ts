import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { type RandomAccess, readArchive } from '../../shared/packages/archive.ts';
import { beginsAsArchive, noArchive, packageMistakes } from '../../shared/packages/rules.ts';

/** Nobody reads more at once. */
const mostMistakes = 10;

/**
 * What is wrong with files that somebody wants to submit, a sentence each, before a byte of them is uploaded: the same
 * that Rampart checks before it calls the Store.
 */
export async function checkPackages(files: readonly string[]): Promise<string[]> {
  const sizes = await Promise.all(files.map(sizeOf));
  const unreadable = sizes.filter((size) => typeof size === 'string');
  const mistakes = unreadable.length > 0 ? unreadable : await contentMistakes(files, sizes.map(Number));
  return mistakes.slice(0, mostMistakes);
}

const isZip = (file: string): boolean => path.extname(file).toLowerCase() === '.zip';

/** The size of a file in bytes, or why it has none. */
async function sizeOf(file: string): Promise<number | string> {
  try {
    const found = await stat(file);
    return found.isFile() ? found.size : `"${file}" is no file.`;
  } catch (error) {
    return sayMissing(file, error);
  }
}

const sayMissing = (file: string, error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === 'ENOENT') return `There is no file "${file}".`;
  return `"${file}" cannot be read${code === undefined ? '' : ` (${code})`}.`;
};

async function contentMistakes(files: readonly string[], sizes: readonly number[]): Promise<string[]> {
  const [first = ''] = files;
  if (files.length === 1 && isZip(first)) return archiveMistakes(first, sizes[0] ?? 0);
  if (files.some(isZip))
    return ['A .zip holds the whole package: give it alone, or bare packages without it.'];
  const packages = files.map((file, index) => ({ fileName: path.basename(file), size: sizes[index] ?? 0 }));
  const mistakes = packageMistakes(packages);
  return mistakes.length > 0 ? [...mistakes] : (await Promise.all(files.map(beginningMistakes))).flat();
}

async function archiveMistakes(file: string, size: number): Promise<string[]> {
  const finding = await readArchive({ size, read: readerOf(file) });
  return finding.kind === 'mistakes' ? finding.mistakes.map((mistake) => `"${file}": ${mistake}`) : [];
}

async function beginningMistakes(file: string): Promise<string[]> {
  return beginsAsArchive(await readerOf(file)(0, 4)) ? [] : [noArchive(path.basename(file))];
}

const readerOf =
  (file: string): RandomAccess['read'] =>
  async (offset, count) => {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, offset);
    return buffer.subarray(0, bytesRead);
  };
