import { setTimeout as pause } from 'node:timers/promises';

/** A busy machine may be slow to answer, and one lost answer is no reason to end. */
const toleratedFailures = 5;

/**
 * Runs `action` again and again, `pauseMs` apart, until it says `done`. A few failures in a row are passed over; of
 * more, the last is thrown. Rejects with the signal's reason once it is aborted.
 */
export async function repeat(
  action: () => Promise<'again' | 'done'>,
  pauseMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    try {
      if ((await action()) === 'done') return;
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures > toleratedFailures) throw error;
    }
    // What ends the pause early is the signal, and its reason is thrown above.
    await pause(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
