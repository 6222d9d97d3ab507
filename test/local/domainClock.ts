import { clockKey } from '../../src/shared/platform/clock.ts';
import { clockSettingSchema, TimeLapseClock } from '../support/timeLapseClock.ts';

const answerTimeoutMs = 5_000;

/**
 * Puts a clock of the host's own where the app looks for one, before the app is imported. The result asks `url` for
 * the time in force and sets that clock by it; it rejects if there is no answer, because a wrong time is worse than none.
 */
export function followClock(url: string): () => Promise<void> {
  const clock = new TimeLapseClock();
  Reflect.set(globalThis, clockKey, clock);
  return async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerTimeoutMs) });
    if (!response.ok) throw new Error(`The clock answered ${response.status}`);
    clock.follow(clockSettingSchema.parse(await response.json()));
  };
}
