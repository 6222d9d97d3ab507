import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { UsageError } from '../support/commandLine.ts';
import { SimulatorNotStartedError } from '../support/simulatorProcess.ts';
import { ChildEndedError, type Children, watchChildren } from './children.ts';
import { type Options, readOptions, usage } from './options.ts';
import { NotEndedError, playStory } from './play.ts';
import { choosePorts, takenSince } from './ports.ts';

/** `npm start`: see `options.ts`. Ends with 0 or 1, and with 128 and the signal's number after a signal. */

const bundle = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const mostMs = 100_000;

class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('Interrupted.');
    this.exitCode = exitCode;
  }
}

const stopping = new AbortController();
const children = watchChildren((error) => stopping.abort(error));
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const)
  process.on(signal, () => {
    // Who asks twice does not want to wait.
    if (stopping.signal.aborted) children.kill();
    stopping.abort(new Interrupted(128 + number));
  });

const exitCode = await run(process.argv.slice(2)).catch((error: unknown) => explain(error, children));
await children.end();
process.exit(exitCode);

async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  return play(options, stopping.signal);
}

async function play(options: Options, signal: AbortSignal): Promise<number> {
  if (!existsSync(bundle)) throw new UsageError('dist/index.js is missing; npm start builds it first.');
  const ports = await choosePorts(options.port);
  const stays = !options.exit;
  const rightly = await playStory(ports, { stays, mostMs: stays ? undefined : mostMs }, signal);
  signal.throwIfAborted();
  if (!stays) return rightly ? 0 : 1;
  await once(signal, 'abort');
  throw signal.reason;
}

/** Says what went wrong, and gives the exit code. What nobody foresaw is shown whole. */
function explain(error: unknown, { lastLines }: Children): number {
  // A process that ended makes calls to it fail; it is the cause, and they are not.
  const cause: unknown = stopping.signal.aborted ? stopping.signal.reason : error;
  if (cause instanceof Interrupted) return cause.exitCode;
  const taken = cause instanceof Error ? takenSince(cause.message) : undefined;
  if (cause instanceof UsageError) {
    console.error(cause.message);
  } else if (taken !== undefined) {
    console.error(taken);
  } else if (cause instanceof ChildEndedError || cause instanceof SimulatorNotStartedError) {
    console.error(cause.message);
  } else if (cause instanceof NotEndedError) {
    const log = lastLines('The functions host');
    console.error([cause.message, 'The last lines of the functions host:', ...log].join('\n'));
  } else {
    console.error(inspect(cause));
  }
  return 1;
}
