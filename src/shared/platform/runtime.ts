import { setTimeout as wait } from 'node:timers/promises';

/**
 * What Rampart takes from the machine besides the network. Its time is the real one: tokens, timeouts, budgets and the
 * delays of queues never run in time-lapse; domain time is the clock's.
 */
export type Runtime = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts. */
  readonly sleep: (ms: number, abortSignal?: AbortSignal | undefined) => Promise<void>;
  /** Aborts after `ms`. */
  readonly timeout: (ms: number) => AbortSignal;
};

async function sleep(ms: number, abortSignal?: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, abortSignal && { signal: abortSignal });
  } catch (error) {
    abortSignal?.throwIfAborted();
    throw error;
  }
}

const timeout = (ms: number): AbortSignal => AbortSignal.timeout(Math.max(0, Math.ceil(ms)));

export const realRuntime: Runtime = { now: Date.now, random: Math.random, sleep, timeout };
