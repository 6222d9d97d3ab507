import { BlockBlobClient, newPipeline, type RequestPolicyFactory } from '@azure/storage-blob';
import type { CopySource } from './port.ts';
import { answerOf, copyFailure, sayAnswer, uploadError } from './uploadErrors.ts';
import type { Block, ListedBlock } from './uploadPlan.ts';
import type { UploadUrl } from './uploadUrl.ts';

type Signal = AbortSignal | undefined;

/** Whether the storage took a block from its source; `because` completes the sentence "It was not copied: …". */
export type Copied = { readonly kind: 'copied' } | { readonly kind: 'refused'; readonly because: string };

/**
 * The blob behind an upload URL. Every method rejects with a `StoreError`, or with the abort signal's reason. The SDK
 * repeats what fails in transit, which is harmless: the same bytes take the same place.
 */
export type UploadTarget = {
  /** The blocks that the blob is made of, and those that wait for it. A blob that is not there has none. */
  blocks(
    abortSignal: Signal,
  ): Promise<{ committed: readonly ListedBlock[]; waiting: readonly ListedBlock[] }>;
  stage(block: Block, bytes: Uint8Array, md5: Uint8Array, abortSignal: Signal): Promise<void>;
  /** Lets the storage fetch the block itself, if the source still has its ETag. */
  copy(block: Block, from: UploadUrl, abortSignal: Signal): Promise<Copied>;
  /** Makes the blob of these blocks. */
  commit(blocks: readonly Block[], contentMd5: string | undefined, abortSignal: Signal): Promise<void>;
  contentLength(abortSignal: Signal): Promise<number | undefined>;
};

/** The SDK has no option for this condition of Put Block From URL, so the header is added to such requests. */
const ifSourceMatches = (etag: string): RequestPolicyFactory => ({
  create: (next) => ({
    sendRequest: (request) => {
      if (request.headers.contains('x-ms-copy-source')) request.headers.set('x-ms-source-if-match', etag);
      return next.sendRequest(request);
    },
  }),
});

function openClient(url: string, copyFrom: CopySource | undefined): BlockBlobClient {
  const pipeline = newPipeline(undefined, { retryOptions: { maxTries: 3, retryDelayInMs: 1_000 } });
  if (copyFrom !== undefined) pipeline.factories.push(ifSourceMatches(copyFrom.etag));
  return new BlockBlobClient(url, pipeline);
}

const secretsOf = (url: UploadUrl): readonly string[] =>
  url.open((opened) => [opened, opened.slice(opened.indexOf('?') + 1)]);

/** The blob behind `uploadUrl`; no request is made yet. `now` is the real time, in ms since 1970. */
export function openTarget(
  uploadUrl: UploadUrl,
  copyFrom: CopySource | undefined,
  now: () => number,
): UploadTarget {
  const secrets = secretsOf(uploadUrl);
  const errorOf = (error: unknown) => uploadError(error, uploadUrl.isExpired(now()), secrets);

  async function ask<Answer>(
    abortSignal: Signal,
    request: (blob: BlockBlobClient, options: { abortSignal?: AbortSignal }) => Promise<Answer>,
    expected: (error: unknown) => Answer | undefined = () => undefined,
  ): Promise<Answer> {
    try {
      const blob = uploadUrl.open((url) => openClient(url, copyFrom));
      return await request(blob, abortSignal === undefined ? {} : { abortSignal });
    } catch (error) {
      abortSignal?.throwIfAborted();
      const answer = expected(error);
      if (answer === undefined) throw errorOf(error);
      return answer;
    }
  }

  return {
    blocks: (abortSignal) =>
      ask(
        abortSignal,
        async (blob, options) => {
          const { committedBlocks = [], uncommittedBlocks = [] } = await blob.getBlockList('all', options);
          return { committed: committedBlocks, waiting: uncommittedBlocks };
        },
        (error) => (answerOf(error)?.code === 'BlobNotFound' ? { committed: [], waiting: [] } : undefined),
      ),

    stage: (block, bytes, md5, abortSignal) =>
      ask(abortSignal, async (blob, options) => {
        await blob.stageBlock(block.id, bytes, block.size, { ...options, transactionalContentMD5: md5 });
      }),

    copy: (block, from, abortSignal) =>
      ask<Copied>(
        abortSignal,
        async (blob, options) => {
          await from.open((url) => blob.stageBlockFromURL(block.id, url, block.offset, block.size, options));
          return { kind: 'copied' };
        },
        (error) => {
          const answer = answerOf(error);
          if (answer === undefined || copyFailure(answer, uploadUrl.isExpired(now())) !== 'refused')
            return undefined;
          return { kind: 'refused', because: sayAnswer(answer) };
        },
      ),

    commit: (blocks, contentMd5, abortSignal) =>
      ask(abortSignal, async (blob, options) => {
        const blobHTTPHeaders = {
          blobContentType: 'application/zip',
          ...(contentMd5 !== undefined && { blobContentMD5: Buffer.from(contentMd5, 'base64') }),
        };
        const ids = blocks.map(({ id }) => id);
        await blob.commitBlockList(ids, { ...options, blobHTTPHeaders });
      }),

    contentLength: (abortSignal) =>
      ask(abortSignal, async (blob, options) => (await blob.getProperties(options)).contentLength),
  };
}
