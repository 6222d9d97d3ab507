import { StoreContractError, StoreRejectedError, StoreUploadExpiredError } from './errors.ts';
import type { UploadOptions, UploadResult, UploadSource } from './port.ts';
import { bytesOf, isMadeOf, missingBlocks, planBlocks } from './uploadPlan.ts';
import { type Staged, stageBlocks } from './uploadStaging.ts';
import { openTarget, type UploadTarget } from './uploadTarget.ts';
import type { UploadUrl } from './uploadUrl.ts';

const operation = 'uploadPackages';
/** An upload that cannot even begin in this time is not worth beginning. */
const shortestLifeMs = 2 * 60_000;

/**
 * Uploads the ZIP as one block blob: what is missing of its blocks first, and then one commit of them all.
 * Rejects with a `StoreError`, with an error of the source, or with the abort signal's reason.
 */
export async function upload(
  uploadUrl: UploadUrl,
  source: UploadSource,
  options: UploadOptions,
  now: () => number = Date.now,
): Promise<UploadResult> {
  if (uploadUrl.isExpired(now(), shortestLifeMs)) {
    throw new StoreUploadExpiredError('the upload URL of the draft has expired', { operation });
  }
  if (source.size < 1) throw new StoreRejectedError('there is nothing to upload', { operation });
  const target = openTarget(uploadUrl, source.copyFrom, now);
  const blocks = planBlocks(source, options.blockBytes);
  const { committed, waiting } = await target.blocks(options.abortSignal);
  if (isMadeOf(blocks, committed)) return { kind: 'complete', bytes: source.size, method: 'found' };

  const missing = missingBlocks(blocks, waiting);
  const staged = await stageBlocks(missing, { source, target, options, now });
  const uploadedBytes = source.size - bytesOf(staged.left);
  if (staged.left.length > 0) return { kind: 'partial', uploadedBytes, totalBytes: source.size };
  options.abortSignal?.throwIfAborted();
  await target.commit(blocks, source.contentMd5, options.abortSignal);
  await proveLength(target, source.size, options.abortSignal);
  return completed(source.size, staged);
}

function completed(bytes: number, { copied, streamed, copyRefused }: Staged): UploadResult {
  const method = streamed > 0 ? 'streamed' : copied > 0 ? 'copied' : 'found';
  return { kind: 'complete', bytes, method, ...(copyRefused !== undefined && { copyRefused }) };
}

/** A success of the storage proves little; what it holds then does. */
async function proveLength(target: UploadTarget, size: number, abortSignal: AbortSignal | undefined) {
  const length = await target.contentLength(abortSignal);
  if (length === size) return;
  const issues = [`the uploaded ZIP has ${length} bytes instead of ${size}`];
  throw new StoreContractError({ operation }, { issues, transient: false });
}
