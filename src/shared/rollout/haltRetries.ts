import type { Rollout } from './rollout.ts';

/**
 * When an open halt is tried again by its own message, beside its place among the looks: sooner than any look, and for as
 * long as it is open. Milliseconds, real time.
 */

/** Whoever gives a halt tries it at once, for a few seconds; its message comes after that. */
export const firstHaltRetryMs = 8_000;

/** The waits between the tries; after these, the last one again and again. */
const retriesMs = [10_000, 15_000, 20_000, 30_000, 45_000, 60_000] as const;
const lastRetryMs = 60_000;

/** The Store takes no halt before it has published. */
const unpublishedMs = 5 * 60_000;

/** The wait before the next try, after as many as the intent counts. */
export function haltRetryMs({
  intent,
  stepSince,
  storeUnreadable,
}: Pick<Rollout, 'intent' | 'stepSince' | 'storeUnreadable'>): number {
  const tried = intent?.attempts ?? 0;
  // Once it was tried, the Store has published; whoever was the first to see that has not noted the step.
  if (stepSince === undefined && tried === 0) return storeUnreadable ? lastRetryMs : unpublishedMs;
  return retriesMs[Math.max(0, tried - 1)] ?? lastRetryMs;
}
