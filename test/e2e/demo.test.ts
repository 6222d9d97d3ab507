import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { compileCache } from '../support/compileCache.ts';

const main = fileURLToPath(new URL('../demo/main.ts', import.meta.url));

type Demo = {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  readonly stderr: Promise<string>;
  /** Resolves with the first line that matches, already written or to come. */
  readonly said: (pattern: RegExp) => Promise<string>;
  readonly exitCode: Promise<number | null>;
};

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

function runDemo(...args: string[]): Demo {
  const { FORCE_COLOR: _, ...env } = process.env;
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, ...compileCache, NO_COLOR: '1' },
  });
  running.add(child);
  const exited = once(child, 'close').then(() => running.delete(child));
  const { lines, said } = reading(child.stdout);
  return { child, lines, said, stderr: text(child.stderr), exitCode: exited.then(() => child.exitCode) };
}

function reading(stream: Readable): Pick<Demo, 'lines' | 'said'> {
  const lines: string[] = [];
  const reader = createInterface({ input: stream }).on('line', (line) => lines.push(line));
  const said = (pattern: RegExp): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const known = lines.find((line) => pattern.test(line));
    if (known !== undefined) resolve(known);
    reader.on('line', (line) => pattern.test(line) && resolve(line));
    reader.once('close', () => reject(new Error(`Nothing like ${pattern} in:\n${lines.join('\n')}`)));
    return promise;
  };
  return { lines, said };
}

type Process = { readonly pid: number; readonly command: string };

/** The processes that the demo has started. */
function childrenOf({ pid }: ChildProcess): Process[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .flatMap((found) =>
      found && Number(found[2]) === pid ? [{ pid: Number(found[1]), command: found[3] ?? '' }] : [],
    );
}

function lives({ pid }: Process): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('npm start', () => {
  test('plays a healthy build to its finalize and a bad one to its halt, and leaves nothing behind', async () => {
    const demo = runDemo('--exit');
    await demo.said(/awaitingPublication/);
    const children = childrenOf(demo.child);
    expect(children).toHaveLength(3);

    expect(await demo.exitCode, await demo.stderr).toBe(0);
    const said = demo.lines.join('\n');
    expect(said).toMatch(/✔ Contoso Notes .*: completed .* after the start/);
    expect(said).toContain('PackageRolloutComplete');
    expect(said).toMatch(/✔ Contoso Paint .*: halted .* after the start/);
    expect(said).toContain('PackageRolloutStopped');
    expect(children.filter(lives)).toEqual([]);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends all its processes on %s', async (signal, exitCode) => {
    const demo = runDemo();
    await demo.said(/awaitingPublication/);
    const children = childrenOf(demo.child);
    expect(children).toHaveLength(3);

    demo.child.kill(signal);
    expect(await demo.exitCode).toBe(exitCode);
    expect(await demo.stderr).toBe('');
    expect(children.filter(lives)).toEqual([]);
  });

  test('names the process that died under it, and ends the others', async () => {
    const demo = runDemo('--exit');
    await demo.said(/awaitingPublication/);
    const children = childrenOf(demo.child);
    const host = children.find(({ command }) => /local\/main/.test(command));
    process.kill(host?.pid ?? Number.NaN, 'SIGKILL');

    expect(await demo.exitCode).toBe(1);
    expect(await demo.stderr).toMatch(
      /^The functions host ended unexpectedly \(SIGKILL\)\. Its last lines:\n/,
    );
    expect(children.filter(lives)).toEqual([]);
  });

  test('says in one line that the port is taken', async () => {
    await using server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const demo = runDemo('--port', String(port));
    expect(await demo.exitCode).toBe(1);
    expect(await demo.stderr).toBe(`Port ${port} is taken. Choose another with --port, or leave it out.\n`);
  });

  test('says in one line which option it does not know', async () => {
    const demo = runDemo('--sped');
    expect(await demo.exitCode).toBe(1);
    expect(await demo.stderr).toBe("Unknown option '--sped'. There are --exit, --port N and --help.\n");
  });
});
