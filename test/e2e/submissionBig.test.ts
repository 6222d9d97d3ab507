import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { policyDocument } from '../support/builders.ts';
import {
  type Application,
  type DeliveryScene,
  type DeliveryView,
  openDeliveryScene,
} from '../support/deliveryScene.ts';
import { bigPackage } from '../support/packagesOf.ts';

/** A package of a gigabyte costs the host little more memory than a small one, whichever way its bytes go. */

const mib = 1024 * 1024;
const big = 1024 * mib;
/** The blocks under way, their buffers until they are collected, and some room. */
const mostMoreMib = 150;
const timeout = 600_000;

let scene: DeliveryScene;
beforeAll(async () => {
  scene = await openDeliveryScene({
    'AzureWebJobs.advanceSubmission.Disabled': 'true',
    'AzureWebJobs.packageUploaded.Disabled': 'true',
  });
});
afterAll(async () => {
  // Asked for in every run, and the default reporter shows an annotation or an intercepted log only beside a failure.
  for (const line of peaks) process.stdout.write(`${line}\n`);
  await scene[Symbol.asyncDispose]();
});

/** What the tests have measured, in words. */
const peaks: string[] = [];

/** The name of an archive of the application in the container; an upload file is one as well. */
const nameOf = ({ applicationId, flightId }: Application, kind: 'zip' | 'msixupload') =>
  `${applicationId}/${flightId}/Notes.${kind}`;

/**
 * Uploads an archive with one package of about so many bytes, which is made meanwhile; the length of its blob. Each block
 * brings its MD5: for one without, the emulator makes a CRC, and takes longer over that than over all the rest.
 */
async function put(of: Application, bytes: number): Promise<number> {
  const identity = { ...of.identity, version: '2.0.0.0', architecture: 'x64' };
  const archive = bigPackage({ fileName: 'Notes_x64.msix', identity, bytes });
  const blob = scene.packages.getBlockBlobClient(nameOf(of, 'zip'));
  const blocks: string[] = [];
  for await (const block of inBlocks(archive)) {
    const id = Buffer.from(String(blocks.length).padStart(6, '0')).toString('base64');
    const transactionalContentMD5 = createHash('md5').update(block).digest();
    await blob.stageBlock(id, block, block.length, { transactionalContentMD5 });
    blocks.push(id);
  }
  await blob.commitBlockList(blocks);
  return (await blob.getProperties()).contentLength ?? 0;
}

async function* inBlocks(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    size += chunk.length;
    if (size < 8 * mib) continue;
    yield Buffer.concat(chunks);
    chunks = [];
    size = 0;
  }
  yield Buffer.concat(chunks);
}

/** By the event of an archive's blob, with the request beside it. */
async function byTrigger(of: Application): Promise<string> {
  const request = Buffer.from(JSON.stringify({ requestId: 'build-1', policy: policyDocument() }));
  await scene.put(nameOf(of, 'zip').replace(/zip$/, 'json'), request);
  await scene.stage.host.run('packageUploaded', `packages/${nameOf(of, 'zip')}`);
  return `${of.applicationId}.${of.flightId}.build-1`;
}

/** By HTTP, with the same bytes as an upload file, which is put into a ZIP on the way. */
async function byRequest(of: Application): Promise<string> {
  const { applicationId } = of;
  const upload = nameOf(of, 'msixupload');
  const copying = await scene.packages
    .getBlobClient(upload)
    .beginCopyFromURL(scene.packages.getBlobClient(nameOf(of, 'zip')).url);
  await copying.pollUntilDone();
  return (await scene.order({ applicationId, packages: [upload] })).id;
}

/** Its end, the length of the blob that the Store took, and the names of its packages there. */
async function published(id: string): Promise<{ view: DeliveryView; taken: number; names: string[] }> {
  const view = await scene.until(id, 'ramping');
  expect(view.rollout).toMatchObject({ percentage: 5, packageVersions: ['2.0.0.0'] });
  const packages = (await scene.kept(view.submissionId))?.packages ?? [];
  const commit = (await scene.control.applied()).find(
    ({ kind, submissionId }) => kind === 'commit' && submissionId === view.submissionId,
  );
  return { view, taken: commit?.blob?.bytes ?? 0, names: packages.map(({ fileName }) => fileName) };
}

/** The most memory that the host ever held at once, in MiB. Only Linux tells it of another process. */
async function peak(): Promise<number> {
  const status = await readFile(`/proc/${scene.stage.host.pid}/status`, 'utf8');
  return z.coerce.number().parse(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

describe.runIf(process.platform === 'linux')('a package of 1 GiB', () => {
  let application: Application;
  let bytes: number;
  let peakBefore: number;
  beforeAll(async () => {
    // What a small package takes on both ways is what the big one is held against.
    const small = await scene.application();
    await put(small, mib / 4);
    await published(await byTrigger(small));
    await published(await byRequest(small));
    peakBefore = await peak();
    application = await scene.application();
    bytes = await put(application, big);
    expect(bytes).toBeGreaterThan(big);
  });

  const saysPeak = (now: number, how: string) =>
    `Peak memory of the host: ${now.toFixed(0)} MiB after ${(bytes / mib).toFixed(0)} MiB, ${how}; ${peakBefore.toFixed(0)} MiB after a small package.`;

  test('in a ZIP that its event brings is copied from storage to storage', async () => {
    const { view, taken, names } = await published(await byTrigger(application));
    const now = await peak();
    peaks.push(saysPeak(now, 'copied'));
    expect(view.upload).toEqual({ uploadedBytes: bytes, totalBytes: bytes, method: 'copied' });
    expect(taken).toBe(bytes);
    expect(names).toContain('Notes_x64.msix');
    expect(now - peakBefore).toBeLessThan(mostMoreMib);
  });

  test('in an upload file is put into a ZIP on the way, and the page says how far that is', {
    timeout,
  }, async () => {
    const id = await byRequest(application);
    const carried = scene.carry(id);
    const part = async () => {
      const { uploadedBytes = 0, totalBytes = 0 } = (await scene.view(id)).upload ?? {};
      return uploadedBytes > 0 && uploadedBytes < totalBytes;
    };
    await expect.poll(part, { interval: 500, timeout }).toBe(true);
    await carried;
    const { view, taken, names } = await published(id);
    const now = await peak();
    peaks.push(saysPeak(now, 'streamed'));
    expect(view.upload).toMatchObject({ uploadedBytes: taken, method: 'streamed' });
    expect(taken).toBeGreaterThan(bytes);
    expect(names).toContain('Notes.msixupload');
    expect(now - peakBefore).toBeLessThan(mostMoreMib);
  });
});
