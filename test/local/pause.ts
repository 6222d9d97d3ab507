import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a time, or until aborted if that is sooner; never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Timers hold no more than 2³¹ ms; a longer wait is made of several. */
const longestTimerMs = 2 ** 31 - 1;

/** Waits until a moment of real time, or until aborted. */
export async function pauseUntil(moment: Date, signal: AbortSignal): Promise<void> {
  for (;;) {
    const ms = moment.getTime() - Date.now();
    if (ms <= 0 || signal.aborted) return;
    await pause(Math.min(ms, longestTimerMs), signal);
  }
}
