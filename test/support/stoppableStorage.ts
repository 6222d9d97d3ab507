import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Azurite, startAzurite } from './azurite.ts';

/** A storage emulator that can go out of order for a while: it comes back at the same addresses, with what it held. */
export interface StoppableStorage extends Omit<Azurite, 'stop' | 'pid'>, AsyncDisposable {
  /** From here on it refuses connections. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** From here on it takes connections and answers nothing. */
  hang(): void;
  wake(): void;
}

export async function startStoppableStorage(): Promise<StoppableStorage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rampart-storage-'));
  let running: Azurite | undefined = await startAzurite({ folder });
  const { stop: _, pid: __, ...addresses } = running;
  const portOf = (url: string): number => Number(new URL(url).port);
  const ports = {
    Blob: portOf(addresses.blobUrl),
    Queue: portOf(addresses.queueUrl),
    Table: portOf(addresses.tableUrl),
  };
  const signal = (name: NodeJS.Signals): void => {
    if (running?.pid !== undefined) process.kill(running.pid, name);
  };
  const stop = async () => {
    await running?.stop();
    running = undefined;
  };
  return {
    ...addresses,
    stop,
    start: async () => {
      running ??= await startAzurite({ folder, ports });
    },
    hang: () => signal('SIGSTOP'),
    wake: () => signal('SIGCONT'),
    async [Symbol.asyncDispose]() {
      signal('SIGCONT');
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
