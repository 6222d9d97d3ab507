import { Readable } from 'node:stream';
import { BlobServiceClient, BlockBlobClient } from '@azure/storage-blob';
import { z } from 'zod';
import { upload } from '../../src/shared/msstore/upload.ts';
import { UploadUrl } from '../../src/shared/msstore/uploadUrl.ts';
import { createPackageContainer } from '../../src/shared/packages/container.ts';
import { blobSource, zipSource } from '../../src/shared/packages/sources.ts';

/**
 * Brings one blob to another place in one way, and prints what that took as one line of JSON. Meant for a fresh
 * process. Arguments: the way, the connection string, the container, the blob, and the SAS URL of the target.
 */
const [way, connectionString, containerName, blobName, target] = z
  .tuple([z.enum(['streamed', 'unhashed', 'zipped', 'bare']), z.string(), z.string(), z.string(), z.string()])
  .parse(process.argv.slice(2));

/** As large and as many for all ways. */
const blocks = { blockBytes: 4 * 2 ** 20, concurrency: 8 };

/** Leaves the MD5 of a block out, so that the emulator does with it what it does for `uploadStream`. */
function leaveOutMd5(): void {
  const { stageBlock } = BlockBlobClient.prototype;
  BlockBlobClient.prototype.stageBlock = function (
    id,
    body,
    length,
    { transactionalContentMD5: _, ...rest } = {},
  ) {
    return stageBlock.call(this, id, body, length, rest);
  };
}

async function bring(): Promise<void> {
  if (way === 'bare') {
    const container =
      BlobServiceClient.fromConnectionString(connectionString).getContainerClient(containerName);
    const { readableStreamBody } = await container.getBlobClient(blobName).download();
    if (!(readableStreamBody instanceof Readable)) throw new TypeError('The blob has no body.');
    await new BlockBlobClient(target).uploadStream(readableStreamBody, blocks.blockBytes, blocks.concurrency);
    return;
  }
  const container = createPackageContainer({ kind: 'connectionString', connectionString }, containerName);
  const blob = await container.stat(blobName);
  if (blob === undefined) throw new Error('There is no such blob.');
  const { copyFrom: _copyFrom, ...streamed } = blobSource(container, blob);
  if (way === 'unhashed') leaveOutMd5();
  const source = way === 'zipped' ? zipSource(container, [{ fileName: 'App.msix', blob }]) : streamed;
  await upload(new UploadUrl(target), source, blocks);
}

// Sampled, because the peak that the system keeps begins with that of the parent process.
let peakRssBytes = 0;
setInterval(() => {
  peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss());
}, 2);
const beganMs = performance.now();
await bring();
process.stdout.write(JSON.stringify({ ms: performance.now() - beganMs, peakRssBytes }));
process.exit(0);
