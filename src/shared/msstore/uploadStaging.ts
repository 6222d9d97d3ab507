import { hash } from 'node:crypto';
import { safeCause } from '../secrets/redact.ts';
import { StoreRejectedError } from './errors.ts';
import type { CopySource, SourceRange, UploadOptions, UploadSource } from './port.ts';
import { type Block, bytesOf } from './uploadPlan.ts';
import { forEachOf } from './uploadPool.ts';
import type { Copied, UploadTarget } from './uploadTarget.ts';
import type { UploadUrl } from './uploadUrl.ts';

const operation = 'uploadPackages';
const defaultConcurrency = 8;
/** How long before its end a source's URL is signed anew. */
const renewBeforeMs = 5 * 60_000;

type Means = {
  readonly source: UploadSource;
  readonly target: UploadTarget;
  readonly options: UploadOptions;
  readonly now: () => number;
};

/** What became of the blocks that were missing. */
export type Staged = {
  /** Those that were not begun any more. */
  readonly left: readonly Block[];
  /** How many the storage fetched itself, and how many were sent. */
  readonly copied: number;
  readonly streamed: number;
  readonly copyRefused: string | undefined;
};

/**
 * Brings the missing blocks to the storage: copied where the source can be copied and the storage does so, else read
 * and sent. Whatever happens, the blocks under way have settled when this returns.
 */
export async function stageBlocks(missing: readonly Block[], means: Means): Promise<Staged> {
  const { source, options } = means;
  const left = new Set(missing);
  let uploadedBytes = source.size - bytesOf(missing);
  const report = () => options.onProgress?.({ uploadedBytes, totalBytes: source.size });
  const done = (block: Block) => {
    left.delete(block);
    uploadedBytes += block.size;
    report();
  };
  report();
  const copyRefused = source.copyFrom && (await copyBlocks(missing, source.copyFrom, means, done));
  const copied = missing.length - left.size;
  if (left.size > 0 && options.until?.aborted !== true) await sendBlocks([...left], means, done);
  return { left: [...left], copied, streamed: missing.length - copied - left.size, copyRefused };
}

/** Copies blocks until the first one is refused, and says why that was; the rest is not tried again. */
async function copyBlocks(
  blocks: readonly Block[],
  copyFrom: CopySource,
  { target, options, now }: Means,
  done: (block: Block) => void,
): Promise<string | undefined> {
  let refused: string | undefined;
  const currentUrl = renewed(copyFrom.signedUrl, now);
  const stop = () => refused !== undefined || options.until?.aborted === true;
  await forEachOf(blocks, { concurrency: options.concurrency ?? defaultConcurrency, stop }, async (block) => {
    const copied = await copyBlock(block, currentUrl, target, options.abortSignal);
    if (copied.kind === 'copied') done(block);
    else refused ??= copied.because;
  });
  return refused;
}

async function copyBlock(
  block: Block,
  currentUrl: () => Promise<UploadUrl>,
  target: UploadTarget,
  abortSignal: AbortSignal | undefined,
): Promise<Copied> {
  let url: UploadUrl;
  try {
    url = await currentUrl();
  } catch (error) {
    abortSignal?.throwIfAborted();
    // An identity may read blobs and yet sign nothing.
    return { kind: 'refused', because: `no URL could be signed (${safeCause(error).message})` };
  }
  return target.copy(block, url, abortSignal);
}

/** The signed URL, asked for anew when it is about to expire. */
function renewed(sign: () => Promise<UploadUrl>, now: () => number): () => Promise<UploadUrl> {
  let held: Promise<UploadUrl> | undefined;
  return async () => {
    held ??= sign();
    const current = held;
    const url = await current;
    if (!url.isExpired(now(), renewBeforeMs)) return url;
    if (held === current) held = sign();
    return held;
  };
}

async function sendBlocks(
  blocks: readonly Block[],
  { source, target, options }: Means,
  done: (block: Block) => void,
): Promise<void> {
  const { abortSignal, until } = options;
  const pool = {
    concurrency: options.concurrency ?? defaultConcurrency,
    stop: () => until?.aborted === true,
  };
  const send = async (block: Block, { bytes, md5 }: SourceRange) => {
    if (bytes.byteLength !== block.size) throw shortSource(bytes.byteLength, block.size);
    await target.stage(block, bytes, md5 ?? hash('md5', bytes, 'buffer'), abortSignal);
    done(block);
  };
  const { read, stream } = source;
  if (read !== undefined) {
    await forEachOf(blocks, pool, async (block) =>
      send(block, await orAborted(read(block.offset, block.size, abortSignal), abortSignal)),
    );
  } else if (stream !== undefined) {
    const pieces = cut(stream(abortSignal), source.size, blocks);
    await orAborted(
      forEachOf(pieces, pool, ({ block, bytes }) => send(block, { bytes })),
      abortSignal,
    );
  } else {
    throw new StoreRejectedError('the bytes cannot be copied, and there is no other way to them', {
      operation,
    });
  }
}

/** An abort is told by its reason, whatever the source makes of it. */
async function orAborted<Value>(
  promise: Promise<Value>,
  abortSignal: AbortSignal | undefined,
): Promise<Value> {
  try {
    return await promise;
  } catch (error) {
    abortSignal?.throwIfAborted();
    throw error;
  }
}

type Piece = { readonly block: Block; readonly bytes: Uint8Array };

/**
 * The wanted blocks of a stream that must have `size` bytes. What lies between them is passed over, and what comes
 * after the last of them is not asked for.
 */
async function* cut(
  stream: AsyncIterable<Uint8Array>,
  size: number,
  blocks: readonly Block[],
): AsyncGenerator<Piece, void> {
  const wanted = blocks.values();
  let piece = nextPiece(wanted);
  let at = 0;
  for await (const chunk of stream) {
    at += chunk.byteLength;
    while (piece !== undefined && fill(piece, chunk, at - chunk.byteLength)) {
      yield piece;
      const end: number = piece.block.offset + piece.block.size;
      piece = nextPiece(wanted);
      if (piece === undefined && end < size) return;
    }
  }
  if (at !== size) throw shortSource(at, size);
}

function nextPiece(wanted: Iterator<Block>): Piece | undefined {
  const { done, value: block } = wanted.next();
  return done ? undefined : { block, bytes: new Uint8Array(block.size) };
}

/** Takes what a chunk, which begins at `at`, holds of the piece, and says whether that was its end. */
function fill({ block, bytes }: Piece, chunk: Uint8Array, at: number): boolean {
  const from = Math.max(block.offset, at);
  const end = block.offset + block.size;
  if (from < end && from < at + chunk.byteLength)
    bytes.set(chunk.subarray(from - at, end - at), from - block.offset);
  return end <= at + chunk.byteLength;
}

const shortSource = (bytes: number, size: number): StoreRejectedError =>
  new StoreRejectedError(`the source gave ${bytes} bytes instead of ${size}`, { operation });
