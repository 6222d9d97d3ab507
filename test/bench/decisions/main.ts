/**
 * Holds Rampart's rule against the information limit and against the rules of other tools, and prints a page of Markdown.
 *
 *     npm run bench:decisions [-- --seed N] [--trials N] [--ratio-trials N] [--only limit|field] [--json]
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { computeFieldTable } from './fieldTable.ts';
import { computeLimitTable } from './limitTable.ts';
import { pageOf, type Results } from './page.ts';
import { keptPromises, rowVerdicts } from './verdicts.ts';

const trialsSchema = z.coerce.number().int().min(1).max(10_000_000);
const optionsSchema = z.object({
  seed: z.coerce
    .number()
    .int()
    .min(-(2 ** 31))
    .max(2 ** 31 - 1)
    .default(20_261_121),
  trials: trialsSchema.default(100_000),
  'ratio-trials': trialsSchema.default(2_000),
  only: z.enum(['limit', 'field']).optional(),
  json: z.boolean().default(false),
});

await main();

async function main(): Promise<void> {
  const { seed, trials: healthy, 'ratio-trials': regression, only, json } = readOptions();
  const trials = { healthy, regression };
  const results: Results = {
    at: new Date().toISOString(),
    ...{ seed, trials },
    ...(only !== 'field' && { limit: computeLimitTable() }),
    ...(only !== 'limit' && { field: await computeFieldTable(seed, trials) }),
  };
  console.log(json ? JSON.stringify(withVerdicts(results), undefined, 2) : pageOf(results));
}

function withVerdicts(results: Results) {
  const { field } = results;
  return field
    ? { ...results, verdicts: { falseHalts: keptPromises(field), rows: rowVerdicts(field) } }
    : results;
}

/** Ends the process with one line that says what may be given. */
function readOptions(): z.output<typeof optionsSchema> {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      options: { seed: text, trials: text, 'ratio-trials': text, only: text, json: { type: 'boolean' } },
    });
    return optionsSchema.parse(values);
  } catch (error) {
    console.error(
      `${problemOf(error)}. Usage: npm run bench:decisions [-- --seed N] [--trials N] [--ratio-trials N] [--only limit|field] [--json]`,
    );
    process.exit(2);
  }
}

function problemOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return `--${issue?.path.join('.')}: ${issue?.message}`;
  }
  return error instanceof Error ? error.message : String(error);
}
