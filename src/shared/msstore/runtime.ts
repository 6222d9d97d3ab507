import { setTimeout as wait } from 'node:timers/promises';

/**
 * What the client takes from the machine. Its time is the real one: tokens and timeouts never run in
 * time-lapse.
 */
export type Runtime = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts. */
  readonly sleep: (ms: number, abortSignal: AbortSignal | undefined) => Promise<void>;
};

async function sleep(ms: number, abortSignal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(ms, undefined, abortSignal && { signal: abortSignal });
  } catch (error) {
    abortSignal?.throwIfAborted();
    throw error;
  }
}

export const realRuntime: Runtime = { now: Date.now, random: Math.random, sleep };
