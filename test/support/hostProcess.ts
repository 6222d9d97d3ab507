import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { compileCache } from './compileCache.ts';

export interface HostProcess {
  /** `http://127.0.0.1:PORT`, without the route prefix. */
  url: string;
  pid: number;
  functions: readonly string[];
  masterKey: string;
  functionKey: string;
  /** Every line of its log so far: time, level, function, message. */
  logs(): string[];
  /**
   * The first line that matches, already written or to come; `from` passes over as many earlier lines (for what must
   * happen again, `logs().length`). Rejects when the host ends without it.
   */
  logged(pattern: RegExp, from?: number): Promise<string>;
  /** Runs a timer or queue function now, and resolves when it has ended. Rejects with its log if it failed. */
  run(functionName: string, input?: string): Promise<void>;
  /** Sends a signal (SIGTERM unless told) and waits for the end; answers the exit code, null after a SIGKILL. */
  kill(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface HostProcessOptions {
  /** App settings; `AzureWebJobsStorage` at least, if there is a timer or a queue. Little else is inherited. */
  env: Readonly<Record<string, string>>;
  clockUrl?: string;
  /** The folder with package.json and host.json; this repository unless told. */
  appRoot?: string;
  /** A free one unless told. */
  port?: number;
}

/** The host ended before it was ready, or where a line of its log was awaited. `message` has its whole output. */
class HostEndedError extends Error {
  override name = 'HostEndedError';
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const main = fileURLToPath(new URL('../local/main.ts', import.meta.url));
const exitWithParent = new URL('exitWithParent.ts', import.meta.url).href;
const repository = fileURLToPath(new URL('../..', import.meta.url));
const inherited = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot'];

const readySchema = z.object({
  ready: z.literal(true),
  url: z.url(),
  functions: z.array(z.string()),
  pid: z.int(),
});

/**
 * Starts the local host in a process of its own, which ends with this one, and waits until it is ready. It has keys
 * and a host id of its own, so that hosts of parallel tests do not share timers, and polls its queues often; `env`
 * overrides each of these.
 */
export async function startHostProcess(options: HostProcessOptions): Promise<HostProcess> {
  const masterKey = options.env.LOCAL_HOST_MASTER_KEY ?? newKey();
  const functionKey = options.env.LOCAL_HOST_FUNCTION_KEY ?? newKey();
  const child = spawnHost(options, {
    LOCAL_HOST_MASTER_KEY: masterKey,
    LOCAL_HOST_FUNCTION_KEY: functionKey,
  });
  const log = new ProcessLog(child);
  const { url, pid, functions } = await readReadyLine(child, log);
  return {
    ...{ url, pid, functions, masterKey, functionKey },
    logs: () => [...log.lines],
    logged: (pattern, from) => log.find(pattern, from),
    run: (name, input) => run(`${url}/admin/functions/${name}?wait=true`, masterKey, input, log),
    kill: (signal) => kill(child, signal),
  };
}

function spawnHost(options: HostProcessOptions, keys: Readonly<Record<string, string>>): Child {
  const { port = 0, appRoot = repository, clockUrl } = options;
  const args = ['--port', String(port), '--app-root', appRoot, ...(clockUrl ? ['--clock', clockUrl] : [])];
  const env: Record<string, string | undefined> = {
    ...Object.fromEntries(inherited.map((name) => [name, process.env[name]])),
    ...compileCache,
    AzureFunctionsWebHost__hostid: randomBytes(16).toString('hex'),
    AzureFunctionsJobHost__extensions__queues__maxPollingInterval: '00:00:00.5',
    ...keys,
    ...options.env,
  };
  return spawn(process.execPath, ['--import', exitWithParent, main, ...args], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
}

const newKey = (): string => randomBytes(16).toString('hex');

/** The lines that a process writes to its standard error, kept and awaited. */
class ProcessLog {
  readonly lines: string[] = [];
  readonly #events = new EventEmitter<{ line: [string]; end: [] }>().setMaxListeners(0);
  #ended = false;

  constructor(child: Child) {
    const reader = createInterface({ input: child.stderr });
    reader.on('line', (line) => {
      this.lines.push(line);
      this.#events.emit('line', line);
    });
    reader.once('close', () => {
      this.#ended = true;
      this.#events.emit('end');
    });
  }

  async find(pattern: RegExp, from = 0): Promise<string> {
    const known = this.lines.slice(from).find((line) => pattern.test(line));
    if (known !== undefined) return known;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const onLine = (line: string): void => {
      if (pattern.test(line)) resolve(line);
    };
    const onEnd = (): void => reject(this.error(`it logged nothing like ${pattern}`));
    this.#events.on('line', onLine).once('end', onEnd);
    if (this.#ended) onEnd();
    return promise.finally(() => this.#events.off('line', onLine).off('end', onEnd));
  }

  async end(): Promise<void> {
    if (!this.#ended) await once(this.#events, 'end');
  }

  error(reason: string): HostEndedError {
    return new HostEndedError(`The host ended, and ${reason}:\n${this.lines.join('\n')}`);
  }
}

/** The host prints one line to its standard output, and that only when it is ready. */
async function readReadyLine(child: Child, log: ProcessLog): Promise<z.infer<typeof readySchema>> {
  const reader = createInterface({ input: child.stdout });
  const ended = once(reader, 'close').then(() => undefined);
  const line: unknown = await Promise.race([once(reader, 'line').then(([first]) => first), ended]);
  if (typeof line === 'string') return readySchema.parse(JSON.parse(line));
  await log.end();
  throw log.error('it was never ready');
}

async function run(
  url: string,
  masterKey: string,
  input: string | undefined,
  log: ProcessLog,
): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'x-functions-key': masterKey, 'content-type': 'application/json' },
    body: JSON.stringify(input === undefined ? {} : { input }),
  });
  if (!response.ok)
    throw new Error(`${url} answered ${response.status}:\n${log.lines.slice(-20).join('\n')}`);
}

async function kill(child: Child, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}
