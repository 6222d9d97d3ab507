/**
 * Measures what the built app costs, and prints it as a page of Markdown.
 *
 *     npm run bench [-- --only requests|halt|import|upload] [--json]
 */
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { measureHaltPath } from './haltPath.ts';
import { measureImport } from './importTime.ts';
import { pageOf, type Results } from './page.ts';
import { measureRequests } from './scenarios.ts';
import { measureUpload } from './upload.ts';

const optionsSchema = z.object({
  only: z.enum(['requests', 'halt', 'import', 'upload']).optional(),
  json: z.boolean().default(false),
});

await main();

async function main(): Promise<void> {
  const { only, json } = readOptions();
  const wanted = (part: NonNullable<typeof only>) => only === undefined || only === part;
  const results: Results = {
    at: new Date().toISOString(),
    machine: machineLine(),
    ...(wanted('requests') && { requests: await measureRequests() }),
    ...(wanted('halt') && { halts: await measureHaltPath() }),
    ...(wanted('import') && { imports: await measureImport() }),
    ...(wanted('upload') && { uploads: await measureUpload() }),
  };
  console.log(json ? JSON.stringify(results, undefined, 2) : pageOf(results));
}

/** Ends the process with one line that says what may be given. */
function readOptions(): z.output<typeof optionsSchema> {
  try {
    const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'boolean' } } });
    return optionsSchema.parse(values);
  } catch (error) {
    console.error(
      `${problemOf(error)}. Usage: npm run bench [-- --only requests|halt|import|upload] [--json]`,
    );
    process.exit(2);
  }
}

function problemOf(error: unknown): string {
  if (error instanceof z.ZodError) return '--only takes "requests", "halt", "import" or "upload"';
  return error instanceof Error ? error.message : String(error);
}

function machineLine(): string {
  const processors = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  return `${processors.length} × ${model}, ${memory}, ${process.platform} ${process.arch}, Node.js ${process.versions.node}`;
}
