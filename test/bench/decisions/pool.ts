import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { Batch, Tally } from './trials.ts';

const doneSchema = z.object({
  index: z.int().min(0),
  tallies: z.array(z.object({ halts: z.array(z.number()), squaredExcess: z.number() })),
});

/** Plays the batches on all processors, and answers in their order. */
export async function playAll(batches: readonly Batch[]): Promise<Tally[][]> {
  const results: Tally[][] = batches.map(() => []);
  let next = 0;
  const give = (worker: Worker): void => {
    const index = next++;
    const batch = batches[index];
    if (batch) worker.postMessage({ index, batch });
    else void worker.terminate();
  };
  const ended = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      worker.on('message', (message) => {
        const { index, tallies } = doneSchema.parse(message);
        results[index] = tallies;
        give(worker);
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve());
    });
  const workers = Array.from(
    { length: Math.min(availableParallelism(), batches.length) },
    () => new Worker(new URL('./worker.ts', import.meta.url)),
  );
  const all = Promise.all(workers.map(ended));
  workers.forEach(give);
  try {
    await all;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results;
}
