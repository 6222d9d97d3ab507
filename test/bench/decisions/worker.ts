/** One of the threads that play batches: an index and a batch come in, the index and its tallies go out. */
import { parentPort } from 'node:worker_threads';
import { type Batch, playBatch } from './trials.ts';

parentPort?.on('message', ({ index, batch }: { index: number; batch: Batch }) => {
  parentPort?.postMessage({ index, tallies: playBatch(batch) });
});
