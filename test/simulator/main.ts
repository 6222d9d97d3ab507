import { rmSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { portTakenIn, UsageError } from '../support/commandLine.ts';
import { readOptions, usage } from './options.ts';
import { startSimulator } from './server.ts';

/** Runs the simulator until it is interrupted; prints where it is as one line of JSON once it is ready. */
async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return console.log(usage);
  const simulator = await startSimulator(readOptions(args));
  const { url, authority, caFile, tenantId, clientId, clientSecret } = simulator;
  const stop = () => {
    simulator.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('exit', () => rmSync(path.dirname(caFile), { recursive: true, force: true }));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const addresses = { url, authority, caFile, tenantId, clientId, clientSecret };
  console.log(JSON.stringify({ ready: true, ...addresses, control: `${url}/simulator` }));
}

/** One line that says what to do; what nobody foresaw is shown whole. */
function explain(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  return portTakenIn(error) ?? inspect(error);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
