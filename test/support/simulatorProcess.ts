import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { compileCache } from './compileCache.ts';
import { type ControlClient, createControlClient } from './controlClient.ts';

const addressesSchema = z.object({
  ready: z.literal(true),
  url: z.url(),
  authority: z.url(),
  caFile: z.string(),
  tenantId: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  control: z.url(),
});
export type SimulatorAddresses = Omit<z.infer<typeof addressesSchema>, 'ready' | 'control'>;

/** The simulator ended before it was ready; the message is what it said. */
export class SimulatorNotStartedError extends Error {
  override readonly name = 'SimulatorNotStartedError';
}

export interface SimulatorProcess extends SimulatorAddresses, AsyncDisposable {
  readonly control: ControlClient;
  stop(): Promise<void>;
}

const main = fileURLToPath(new URL('../simulator/main.ts', import.meta.url));
const exitWithParent = new URL('exitWithParent.ts', import.meta.url).href;

/**
 * Starts the Store simulator as a process of its own and waits until it listens. It ends with `stop()`, and also when
 * this process dies. `args` are those of `npm run simulator`; an early end is thrown with what the process said.
 */
export async function startSimulatorProcess(
  options: { args?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
): Promise<SimulatorProcess> {
  const child = spawn(process.execPath, ['--import', exitWithParent, main, ...(options.args ?? [])], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...compileCache, ...options.env },
    detached: true,
  });
  const { control, ready: _ready, ...addresses } = await readiness(child);
  const end = () => stop(child);
  return { ...addresses, control: createControlClient(control), stop: end, [Symbol.asyncDispose]: end };
}

type Piped = ReturnType<typeof spawnedPipes>;
const spawnedPipes = (child: ChildProcess) => {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new TypeError('The simulator was started without pipes.');
  return { stdout, stderr };
};

/** The one line that the process prints when it is ready, or what it said before it ended. */
async function readiness(child: ChildProcess): Promise<z.infer<typeof addressesSchema>> {
  const { stdout, stderr }: Piped = spawnedPipes(child);
  const said = text(stderr);
  const lines = createInterface({ input: stdout });
  const [line] = await Promise.race([once(lines, 'line'), once(lines, 'close').then(() => [undefined])]);
  if (typeof line === 'string') return addressesSchema.parse(JSON.parse(line));
  throw new SimulatorNotStartedError(`The Store simulator did not start. ${(await said).trim()}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
