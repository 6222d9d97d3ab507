/**
 * Runs an Azure Functions app (Node.js programming model v4) on this machine; see README.md.
 *
 *     node test/local/main.ts [--port N] [--app-root DIR] [--clock URL]
 */
import { inspect } from 'node:util';
import { portTakenIn, UsageError } from '../support/commandLine.ts';
import { BlobPathError } from './blobPath.ts';
import { EntryError } from './entry.ts';
import { BindingError } from './functionDefinition.ts';
import { type Host, startHost } from './host.ts';
import { createLogger } from './logger.ts';
import { loggingConsole } from './loggingConsole.ts';
import { type HostOptions, readOptions, usage } from './options.ts';
import { RouteError } from './routes.ts';
import { ScheduleError } from './schedule.ts';
import { SettingError } from './settings.ts';

const mendable = [UsageError, SettingError, BindingError, ScheduleError, RouteError, BlobPathError];

process.setSourceMapsEnabled(true);
const logger = createLogger((line) => process.stderr.write(line));
globalThis.console = loggingConsole(logger);
await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  try {
    const options = readOptions(args, process.env);
    const host = await startHost(options, logger);
    process.once('SIGINT', () => end(host));
    process.once('SIGTERM', () => end(host));
    process.stdout.write(`${JSON.stringify(readyLine(host, options))}\n`);
  } catch (error) {
    fail(error);
  }
}

/** Keys that nobody set are told here: they open this process alone, on this machine, as long as it runs. */
function readyLine({ url, functions }: Host, { keys, keysAreNew }: HostOptions) {
  const names = functions.map(({ name }) => name);
  return { ready: true, url, functions: names, pid: process.pid, ...(keysAreNew && { keys }) };
}

function end(host: Host): void {
  host.close().then(
    () => process.exit(0),
    (error: unknown) => fail(error),
  );
}

function fail(error: unknown): never {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

/** What the user can mend is one line; what the app threw, or nobody foresaw, is shown whole. */
function explain(error: unknown): string {
  // An app whose settings are wrong says so itself, and its stack tells nobody more.
  if (error instanceof EntryError)
    return error.cause instanceof Error && error.cause.name === 'ConfigurationError'
      ? error.cause.message
      : inspect(error);
  return error instanceof Error && mendable.some((type) => error instanceof type)
    ? error.message
    : (portTakenIn(error) ?? inspect(error));
}
