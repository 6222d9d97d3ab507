/** The gateway's limits, as pure counting over the real times of the requests that were let through. */

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

export type Limits = { readonly requestsPerMinute: number; readonly requestsPerDay: number };

/** Milliseconds until a tenant's next request is let through; 0 is now. A limit of 0 is none. */
export function waitFor(passed: readonly number[], limits: Limits, now: number): number {
  return Math.max(
    waitForWindow(passed, limits.requestsPerMinute, minuteMs, now),
    waitForWindow(passed, limits.requestsPerDay, dayMs, now),
  );
}

function waitForWindow(passed: readonly number[], limit: number, windowMs: number, now: number): number {
  if (limit === 0) return 0;
  const recent = passed.filter((at) => at > now - windowMs);
  const oldest = recent.at(-limit);
  return oldest === undefined ? 0 : oldest + windowMs - now;
}

/** The times that still matter. */
export const recentOnly = (passed: readonly number[], now: number): number[] =>
  passed.filter((at) => at > now - dayMs);
