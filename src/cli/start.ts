import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { exitCodes } from './exitCodes.ts';
import { run } from './run.ts';

/** Runs the command line in this process: its arguments, streams, signals and exit code. */
export async function start(): Promise<void> {
  const interruption = new AbortController();
  process.on('SIGINT', () => {
    // Who presses it twice does not want to wait for a word.
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
    interruption.abort();
  });

  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // `rampart journal … | head` has read enough.
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.done);
      throw error;
    });

  process.exitCode = await run(process.argv.slice(2), {
    // biome-ignore lint/style/noProcessEnv: the one place where the command line reads its environment
    environment: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    readInput: () => text(addAbortSignal(interruption.signal, process.stdin)),
    interrupted: interruption.signal,
    now: Date.now,
    random: Math.random,
    sleep: (ms) => setTimeout(ms, undefined, { signal: interruption.signal }),
  });
}
