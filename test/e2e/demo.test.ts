import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
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
  vi.unstubAllEnvs();
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

/** What the first lines of the run tell people to try. */
async function haltAsProposed({ said }: Demo): Promise<void> {
  const [, url, key] = /URL=(\S+) KEY=(\S+)/.exec(await said(/URL=/)) ?? [];
  const [, id] = /HEALTHY=(\S+)/.exec(await said(/HEALTHY=/)) ?? [];
  const { status } = await fetch(`${url}/api/rollouts/${id}/halt?code=${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"reason":"a try"}',
  });
  expect([200, 202]).toContain(status);
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

  test.each([
    ['no failure of one that goes on', [], /^• Contoso Notes .*: halted /, /^ {2}It ended by your command/],
    [
      'a failure of one that ends by itself',
      ['--exit'],
      /^✘ Contoso Notes/,
      /^ {2}This is not as it should be/,
    ],
  ])('takes the halt that it proposes, which is %s', async (_case, args, head, remark) => {
    const demo = runDemo(...args);
    await demo.said(/awaitingPublication/);
    await haltAsProposed(demo);
    await demo.said(head);
    await demo.said(remark);
    if (args.length === 0) demo.child.kill('SIGINT');
    expect(await demo.exitCode).toBe(args.length === 0 ? 130 : 1);
  });

  test('takes from the environment who may call', async () => {
    const key = 'a-key-that-is-long-enough-for-anyone';
    vi.stubEnv('RAMPART_FUNCTION_KEY_ROLE', 'none');
    vi.stubEnv('RAMPART_KEYS', JSON.stringify([{ name: 'mine', role: 'viewer', key }]));
    const demo = runDemo();
    await demo.said(/awaitingPublication/);
    const [, url, code] = /URL=(\S+) KEY=(\S+)/.exec(await demo.said(/URL=/)) ?? [];
    const list = `${url}/api/rollouts?code=${code}`;
    expect((await fetch(list)).status).toBe(401);
    expect((await fetch(list, { headers: { 'x-rampart-key': key } })).status).toBe(200);
    demo.child.kill('SIGINT');
    expect(await demo.exitCode).toBe(130);
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
