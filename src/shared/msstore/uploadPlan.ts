import { createHash } from 'node:crypto';
import type { UploadSource } from './port.ts';

/** One block of a blob: its name there, and which bytes it holds. */
export type Block = { readonly id: string; readonly offset: number; readonly size: number };

const mebibyte = 2 ** 20;
/** The largest range of which Azure Storage says the MD5 when it is read. */
const defaultBlockBytes = 4 * mebibyte;
/** What a block blob can hold: https://learn.microsoft.com/azure/storage/blobs/scalability-targets */
const mostBlocks = 50_000;

/** The size of the blocks: what is wanted, or the full mebibytes that make 50 000 blocks enough. */
export function blockBytesFor(size: number, wanted = defaultBlockBytes): number {
  if (!Number.isSafeInteger(wanted) || wanted < 1)
    throw new RangeError(`A block cannot have ${wanted} bytes.`);
  return Math.ceil(size / wanted) <= mostBlocks ? wanted : Math.ceil(size / mostBlocks / mebibyte) * mebibyte;
}

/**
 * The blocks of an upload, in their order. Their names tell the source's version, its size and the size of the
 * blocks, so that what another upload has left under the same name holds the same bytes. All have the same length, as
 * the service demands.
 */
export function planBlocks(
  { version, size }: Pick<UploadSource, 'version' | 'size'>,
  wantedBytes?: number,
): readonly Block[] {
  const blockBytes = blockBytesFor(size, wantedBytes);
  const digest = createHash('sha256')
    .update(JSON.stringify([version, size, blockBytes]))
    .digest('hex');
  return Array.from({ length: Math.ceil(size / blockBytes) }, (_, index) => ({
    id: Buffer.from(`${digest.slice(0, 24)}-${String(index).padStart(5, '0')}`).toString('base64'),
    offset: index * blockBytes,
    size: Math.min(blockBytes, size - index * blockBytes),
  }));
}

/** A block as the service lists it. */
export type ListedBlock = { readonly name: string; readonly size: number };

/** The blocks that are not among the listed ones, or not with the right size. */
export function missingBlocks(blocks: readonly Block[], listed: readonly ListedBlock[]): readonly Block[] {
  const sizes = new Map(listed.map(({ name, size }) => [name, size]));
  return blocks.filter(({ id, size }) => sizes.get(id) !== size);
}

/** Whether the blob is made of exactly these blocks. */
export const isMadeOf = (blocks: readonly Block[], committed: readonly ListedBlock[]): boolean =>
  blocks.length === committed.length &&
  blocks.every(({ id, size }, index) => committed[index]?.name === id && committed[index].size === size);

export const bytesOf = (blocks: readonly Block[]): number => blocks.reduce((sum, { size }) => sum + size, 0);
