import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { WrongInputError } from '../errors.ts';

/** A file as it was when it was read from end to end. */
export type FileDigest = {
  readonly path: string;
  readonly fileName: string;
  readonly bytes: number;
  /** When it was changed last, in ms since 1970. */
  readonly modifiedAt: number;
  /** What the storage keeps beside a blob. */
  readonly md5: Uint8Array;
  /** In hex. */
  readonly sha256: string;
};

type Reading = { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void };

const chunkBytes = 1 << 20;

/** Reads a file once, whole, in constant memory. `onBytes` gets the bytes of each piece. */
export async function digestOf(file: string, { signal, onBytes }: Reading): Promise<FileDigest> {
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  const { size, mtimeMs } = await stat(file);
  for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes, signal })) {
    md5.update(chunk);
    sha256.update(chunk);
    onBytes(chunk.length);
  }
  return {
    path: file,
    fileName: path.basename(file),
    bytes: size,
    modifiedAt: mtimeMs,
    md5: md5.digest(),
    sha256: sha256.digest('hex'),
  };
}

/** @throws WrongInputError if the file is not any more what was read */
export async function requireUnchanged({ path: file, bytes, modifiedAt }: FileDigest): Promise<void> {
  const { size, mtimeMs } = await stat(file);
  if (size !== bytes || mtimeMs !== modifiedAt)
    throw new WrongInputError(`"${file}" was changed while it was being uploaded. Nothing is submitted.`);
}

const idLength = 16;

/** The request's id: the same files, in any order, are the same request. */
export function requestIdOf(files: readonly Pick<FileDigest, 'fileName' | 'sha256'>[]): string {
  const lines = files.map(({ fileName, sha256 }) => `${sha256} ${fileName}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex').slice(0, idLength);
}
