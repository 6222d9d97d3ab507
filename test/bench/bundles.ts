import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { bundleOptions } from '../../scripts/bundleOptions.ts';

export type Bundle = {
  /** What Node.js imports. */
  readonly url: string;
  readonly bytes: number;
  /** Files of the app and of its packages that are in it. */
  readonly modules: number;
  /** Bytes of each package in it, the heaviest first; the app's own files count as `(own code)`. */
  readonly packages: readonly (readonly [name: string, bytes: number])[];
};

/** The app, an empty one built the same way, and what measures them, all in one folder of their own. */
export interface Bundles extends AsyncDisposable {
  readonly rampart: Bundle;
  readonly empty: Bundle;
  readonly probe: string;
  readonly provideCore: string;
}

const fileOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const entries = {
  rampart: fileOf('../../src/index.ts'),
  empty: fileOf('emptyApp.ts'),
  // Bundled too, so that no measured process strips types.
  probe: fileOf('importProbe.ts'),
  provideCore: fileOf('provideCore.ts'),
};

export async function createBundles(): Promise<Bundles> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rampart-bench-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
    const [rampart, empty, probe, provideCore] = await Promise.all([
      bundle(folder, 'rampart'),
      bundle(folder, 'empty'),
      bundle(folder, 'probe'),
      bundle(folder, 'provideCore'),
    ]);
    return { rampart, empty, probe: probe.url, provideCore: provideCore.url, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function bundle(folder: string, name: keyof typeof entries): Promise<Bundle> {
  const outfile = path.join(folder, `${name}.js`);
  const { metafile } = await build({
    ...bundleOptions,
    entryPoints: [entries[name]],
    outfile,
    metafile: true,
  });
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined);
  if (!output) throw new Error(`esbuild made no bundle of ${name}.`);
  return {
    url: pathToFileURL(outfile).href,
    bytes: output.bytes,
    modules: Object.keys(output.inputs).length,
    packages: packagesOf(output.inputs),
  };
}

type Inputs = Metafile['outputs'][string]['inputs'];

/** The name behind the last `node_modules/` of a path, with its scope. */
const packageOf = (file: string): string =>
  /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? '(own code)';

export function packagesOf(inputs: Inputs): readonly (readonly [name: string, bytes: number])[] {
  const bytes = new Map<string, number>();
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    const name = packageOf(file);
    bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput);
  }
  return [...bytes].sort(([, one], [, other]) => other - one);
}
