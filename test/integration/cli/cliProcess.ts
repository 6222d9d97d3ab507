import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { compileCache } from '../../support/compileCache.ts';

/** The command line from its sources. */
export const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

export interface CliProcess {
  readonly ended: Promise<Ended>;
  /** Resolves once that stands on standard output. */
  wrote(pattern: RegExp): Promise<void>;
  /** All of its standard input, which is empty and stays open until then. */
  input(text: string): void;
  interrupt(): void;
}

/** Starts the command line in a process of its own, without a terminal and with nothing else in its environment. */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  /** What Node.js is to run, with its own options before it. */
  program: readonly string[] = [main],
): CliProcess {
  const child = spawn(process.execPath, [...program, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...compileCache, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, out, err }));
  const wrote = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(out)) {
      const end = await Promise.race([ended, once(child.stdout, 'data').then(() => undefined)]);
      if (end && !pattern.test(out)) throw new Error(`It ended without ${pattern}: ${out}${err}`);
    }
  };
  return {
    ended,
    wrote,
    input: (text) => void child.stdin.end(text),
    interrupt: () => void child.kill('SIGINT'),
  };
}

export const runCli = (...start: Parameters<typeof startCli>): Promise<Ended> => startCli(...start).ended;

/** Options of Node.js that make it look like an older one, without what the libraries need while they load. */
export const olderNode = [
  '--import',
  `data:text/javascript,${encodeURIComponent(`
    import zlib from 'node:zlib';
    Object.defineProperty(process.versions, 'node', { value: '20.20.2' });
    delete zlib.createZstdDecompress;
  `)}`,
];

/** Options of Node.js that make standard error look like a narrow terminal. */
export const narrowTerminal = [
  '--import',
  `data:text/javascript,${encodeURIComponent('Object.assign(process.stderr, { isTTY: true, columns: 40 });')}`,
];

/** Options of Node.js that make it say on standard output when standard input is read. */
export const tellingReads = [
  '--import',
  `data:text/javascript,${encodeURIComponent(`
    const { stdin } = process;
    stdin.on('newListener', (event) => event === 'readable' && process.stdout.write('reading'));
  `)}`,
];

/** The documents of `--json` where there is one a line. */
export const documentsIn = (out: string): unknown[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
