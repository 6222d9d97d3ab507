import { ChildProcess } from 'node:child_process';
import diagnosticsChannel from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/** A process of the run ended on its own. Remedy: its last lines, which the message has. */
export class ChildEndedError extends Error {
  override readonly name = 'ChildEndedError';
}

/** Every process that this one starts. */
export interface Children {
  /** The last lines that the processes wrote to their standard error, of the process of that name. */
  lastLines(name: ChildName): readonly string[];
  /** Ends them all, the last one started first, and waits until they are gone. */
  end(): Promise<void>;
  /** Ends them all at once, without a chance to tidy up. */
  kill(): void;
}

export type ChildName = 'Azurite' | 'The Store simulator' | 'The functions host' | 'A process';

const names: readonly (readonly [RegExp, ChildName])[] = [
  [/azurite/, 'Azurite'],
  [/simulator[\\/]main/, 'The Store simulator'],
  [/local[\\/]main/, 'The functions host'],
];
const nameOf = ({ spawnargs }: ChildProcess): ChildName =>
  names.find(([pattern]) => spawnargs.some((argument) => pattern.test(argument)))?.[1] ?? 'A process';

const keptLines = 20;
/** The host lets what runs finish for five seconds. */
const graceMs = 7_000;

/**
 * Watches over the processes that this one starts from now on. Those who start them know only whether they became
 * ready, so they are learned of from Node's own channel.
 *
 * @param onEnd told, once each, of a process that ended without being asked
 */
export function watchChildren(onEnd: (error: ChildEndedError) => void): Children {
  const living = new Set<ChildProcess>();
  const lines = new Map<ChildName, string[]>();
  let ending = false;

  const adopt = (child: ChildProcess): void => {
    living.add(child);
    if (ending) child.kill('SIGKILL');
    keepLines(child, lines);
    child.once('exit', (code, signal) => {
      living.delete(child);
      if (!ending) onEnd(endedEarly(nameOf(child), code ?? signal, lines.get(nameOf(child)) ?? []));
    });
  };
  const onSpawn = (message: unknown): void => {
    const child = childOf(message);
    // The channel speaks before the process has its name and its pipes.
    child?.once('spawn', () => adopt(child));
  };
  diagnosticsChannel.subscribe('child_process', onSpawn);

  return {
    lastLines: (name) => lines.get(name) ?? [],
    end: async () => {
      ending = true;
      for (const child of [...living].reverse()) await endOne(child);
    },
    kill: () => {
      ending = true;
      for (const child of living) child.kill('SIGKILL');
    },
  };
}

const childOf = (message: unknown): ChildProcess | undefined =>
  typeof message === 'object' &&
  message !== null &&
  'process' in message &&
  message.process instanceof ChildProcess
    ? message.process
    : undefined;

function keepLines(child: ChildProcess, lines: Map<ChildName, string[]>): void {
  if (!child.stderr) return;
  const kept: string[] = [];
  lines.set(nameOf(child), kept);
  createInterface({ input: child.stderr }).on('line', (line) => {
    kept.push(line);
    if (kept.length > keptLines) kept.shift();
  });
}

function endedEarly(name: ChildName, how: number | string | null, lines: readonly string[]): ChildEndedError {
  const said = lines.length > 0 ? ` Its last lines:\n${lines.join('\n')}` : ' It said nothing.';
  return new ChildEndedError(`${name} ended unexpectedly (${how}).${said}`);
}

async function endOne(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = new AbortController();
  const late = pause(graceMs, 'late', { signal: patience.signal }).catch(() => 'in time');
  const outcome = await Promise.race([exited, late]);
  patience.abort();
  if (outcome === 'late') child.kill('SIGKILL');
  await exited;
}
