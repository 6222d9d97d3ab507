import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BlobSASPermissions, BlobServiceClient } from '@azure/storage-blob';
import { build } from 'esbuild';
import { z } from 'zod';
import { bundleOptions } from '../../scripts/bundleOptions.ts';
import { startAzurite } from '../support/azurite.ts';
import { median, type Ratio, ratioOf } from './ratio.ts';

/**
 * How a package is brought from one blob to another.
 * `streamed`: by Rampart, range by range. `unhashed`: the same without the MD5 of each block. `zipped`: by Rampart, which makes a ZIP of it on the way.
 * `bare`: by the SDK's `uploadStream` from the SDK's download.
 */
export type Way = 'streamed' | 'unhashed' | 'zipped' | 'bare';

const ways = ['streamed', 'unhashed', 'zipped', 'bare'] as const satisfies readonly Way[];

const probedSchema = z.object({ ms: z.number(), peakRssBytes: z.number() });
type Probed = z.output<typeof probedSchema>;

/** What a way took: its time with the larger package of the pairs, and its peak memory with each size. */
export type UploadWay = {
  readonly ms: number;
  /** To the bare way, pair by pair. */
  readonly ratio: Ratio;
  /** By the size of the package in MiB. */
  readonly peakRssBytes: Readonly<Record<number, number>>;
};

export type UploadCost = {
  readonly pairs: number;
  /** Of the package that was timed. */
  readonly mebibytes: number;
  /** Of the packages that memory was measured with. */
  readonly memorySizes: readonly number[];
  readonly ways: Readonly<Record<Way, UploadWay>>;
};

const run = promisify(execFile);
/** A mebibyte of a package. */
const piece = Buffer.alloc(2 ** 20, 'package');
/** What each storage first brings in each way, so that none of them meets it cold. */
const warmUpMebibytes = 32;

/** Each way in a fresh process, in turns and in a changing order, so that the machine's mood hits all. */
export async function measureUpload({
  pairs = 5,
  warmUps = 1,
  mebibytes = 256,
  memorySizes = [256, 1_024],
} = {}): Promise<UploadCost> {
  await using probe = await bundledProbe();
  const rounds: Record<Way, Probed>[] = [];
  for (let round = 0; round < warmUps + pairs; round++)
    rounds.push(await probeRound(probe.file, mebibytes, round));
  const timed = rounds.slice(warmUps);
  const memory: (readonly [number, Record<Way, Probed>])[] = [];
  for (const size of memorySizes) memory.push([size, await probeRound(probe.file, size, 0)]);
  const costOf = (way: Way): UploadWay => ({
    ms: median(timed.map((round) => round[way].ms)),
    ratio: ratioOf(timed.map((round) => [round[way].ms, round.bare.ms])),
    peakRssBytes: Object.fromEntries(memory.map(([size, round]) => [size, round[way].peakRssBytes])),
  });
  return {
    ...{ pairs, mebibytes, memorySizes },
    ways: {
      streamed: costOf('streamed'),
      unhashed: costOf('unhashed'),
      zipped: costOf('zipped'),
      bare: costOf('bare'),
    },
  };
}

/** Bundled, so that no measured process strips types. */
async function bundledProbe(): Promise<{ readonly file: string } & AsyncDisposable> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rampart-bench-'));
  const file = path.join(folder, 'uploadProbe.js');
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
  const entry = fileURLToPath(new URL('uploadProbe.ts', import.meta.url));
  await build({ ...bundleOptions, sourcemap: false, entryPoints: [entry], outfile: file });
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** All ways once, with a storage of their own: the emulator keeps in memory what was overwritten. */
async function probeRound(probe: string, mebibytes: number, round: number): Promise<Record<Way, Probed>> {
  const azurite = await startAzurite();
  try {
    const { connectionString } = azurite;
    await probeWays(probe, connectionString, warmUpMebibytes, round);
    return await probeWays(probe, connectionString, mebibytes, round);
  } finally {
    await azurite.stop();
  }
}

async function probeWays(
  probe: string,
  connectionString: string,
  mebibytes: number,
  round: number,
): Promise<Record<Way, Probed>> {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('packages');
  await container.createIfNotExists();
  const blobName = `${mebibytes}.msix`;
  const pieces = Array.from({ length: mebibytes }, () => piece);
  await container.getBlockBlobClient(blobName).uploadStream(Readable.from(pieces));
  const probed = new Map<Way, Probed>();
  for (const [turn] of ways.entries()) {
    const way = ways[(turn + round) % ways.length] ?? 'bare';
    const target = await container.getBlockBlobClient(way).generateSasUrl({
      permissions: BlobSASPermissions.parse('rw'),
      expiresOn: new Date(Date.now() + 3_600_000),
    });
    const given = [probe, way, connectionString, 'packages', blobName, target];
    // Nothing is inherited: a compile cache or another option of Node.js would change what is measured.
    const { stdout } = await run(process.execPath, given, { env: {} });
    probed.set(way, probedSchema.parse(JSON.parse(stdout)));
  }
  return {
    streamed: of(probed, 'streamed'),
    unhashed: of(probed, 'unhashed'),
    zipped: of(probed, 'zipped'),
    bare: of(probed, 'bare'),
  };
}

function of(probed: ReadonlyMap<Way, Probed>, way: Way): Probed {
  const found = probed.get(way);
  if (found === undefined) throw new Error(`The way ${way} was not measured.`);
  return found;
}
