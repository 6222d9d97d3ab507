import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

export interface CliProcess {
  readonly ended: Promise<Ended>;
  /** Resolves once that stands on standard output. */
  wrote(pattern: RegExp): Promise<void>;
  interrupt(): void;
}

/** Starts the command line in a process of its own, without a terminal and with nothing else in its environment. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): CliProcess {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const wrote = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(out)) await once(child.stdout, 'data');
  };
  return {
    ended: once(child, 'close').then(() => ({ code: child.exitCode, out, err })),
    wrote,
    interrupt: () => void child.kill('SIGINT'),
  };
}

export const runCli = (args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> =>
  startCli(args, env).ended;

/** The documents of `--json` where there is one a line. */
export const documentsIn = (out: string): unknown[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
