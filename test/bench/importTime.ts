import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { type Bundle, type Bundles, createBundles } from './bundles.ts';
import { median, type Ratio, ratioOf } from './ratio.ts';

const probedSchema = z.object({
  /** From the start of the process to the app imported. */
  readyMs: z.number(),
  /** The import alone. */
  importMs: z.number(),
  peakRssBytes: z.number(),
  heapUsedBytes: z.number(),
});
type Probed = z.output<typeof probedSchema>;

export type Quantity = keyof Probed;

export type ImportCost = {
  readonly pairs: number;
  readonly rampart: Omit<Bundle, 'url'>;
  readonly empty: Omit<Bundle, 'url'>;
  /** Each quantity by its medians, and as a ratio of the app to the empty one, pair by pair. */
  readonly quantities: Readonly<Record<Quantity, Compared>>;
};

export type Compared = { readonly rampart: number; readonly empty: number; readonly ratio: Ratio };

const run = promisify(execFile);

/** Enough settings to be imported; nothing is called. */
const settings = {
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  RAMPART_PUBLISHERS: JSON.stringify([
    {
      name: 'contoso',
      tenantId: '11111111-1111-4111-8111-111111111111',
      clientId: '22222222-2222-4222-8222-222222222222',
      credential: { kind: 'secret', clientSecret: 'not a secret' },
    },
  ]),
};

/** Imports the app and an empty one in turns, each time in a fresh process, so that the machine's mood hits both. */
export async function measureImport(pairs = 15, warmUps = 2): Promise<ImportCost> {
  await using bundles = await createBundles();
  const probed: (readonly [Probed, Probed])[] = [];
  for (let pair = 0; pair < warmUps + pairs; pair++) probed.push(await probePair(bundles, pair));
  const counted = probed.slice(warmUps);
  const compare = (quantity: Quantity): Compared => {
    const values = counted.map(([rampart, empty]) => [rampart[quantity], empty[quantity]] as const);
    return {
      rampart: median(values.map(([rampart]) => rampart)),
      empty: median(values.map(([, empty]) => empty)),
      ratio: ratioOf(values),
    };
  };
  const { url: _rampart, ...rampart } = bundles.rampart;
  const { url: _empty, ...empty } = bundles.empty;
  return {
    ...{ pairs, rampart, empty },
    quantities: {
      readyMs: compare('readyMs'),
      importMs: compare('importMs'),
      peakRssBytes: compare('peakRssBytes'),
      heapUsedBytes: compare('heapUsedBytes'),
    },
  };
}

/** Which of the two comes first alternates as well. */
async function probePair(bundles: Bundles, pair: number): Promise<readonly [Probed, Probed]> {
  if (pair % 2 === 0) return [await probe(bundles, bundles.rampart), await probe(bundles, bundles.empty)];
  const empty = await probe(bundles, bundles.empty);
  return [await probe(bundles, bundles.rampart), empty];
}

async function probe({ probe: file, provideCore }: Bundles, { url }: Bundle): Promise<Probed> {
  const { stdout } = await run(process.execPath, ['--import', provideCore, fileURLToPath(file), url], {
    // Nothing is inherited: a compile cache or another option of Node.js would change what is measured.
    env: { ...settings },
  });
  return probedSchema.parse(JSON.parse(stdout));
}
