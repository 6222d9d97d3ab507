import type { Question } from './source.ts';

const dayMs = 86_400_000;

/**
 * The Store remembers failures for thirty days, and usage for ninety: older days would show usage without failures. Of a
 * rollout that lasts longer, only what is remembered speaks.
 */
const longestMemoryMs = 29 * dayMs;

/** The days, `YYYY-MM-DD`, since users got the candidate. They are taken as UTC; the Store does not say. */
export type Days = {
  /** Their figures are final. */
  readonly settled: readonly string[];
  /** Later ones: their failures are known so far, and their usage is not. */
  readonly open: readonly string[];
  readonly nextSettles: Date;
};

export function daysOf({ from, now, source }: Question<'storeAnalytics'>): Days {
  const settlesAt = (day: string): number => endOf(day) + source.settledAfter;
  const today = dayOf(now.getTime());
  const begun: string[] = [];
  const [began, remembered] = [dayOf(from.getTime()), firstRemembered(now)];
  for (
    let day = began > remembered ? began : remembered;
    startOf(day) < now.getTime();
    day = dayOf(endOf(day))
  )
    begun.push(day);
  const open = begun.filter((day) => settlesAt(day) > now.getTime());
  return {
    settled: begun.filter((day) => settlesAt(day) <= now.getTime()),
    open,
    nextSettles: new Date(settlesAt(open[0] ?? today)),
  };
}

/** The first day of which the Store still knows the failures. */
export const firstRemembered = (now: Date): string => dayOf(now.getTime() - longestMemoryMs);

/**
 * The first day of which failures are read to know what was there before a rollout. It is the same for the whole rollout: what
 * was known at its beginning must not be forgotten on its way, or an old failure would look new.
 */
export const firstOfBefore = (from: Date): string => dayOf(from.getTime() - beforeMs);
const beforeMs = 10 * dayMs;

/** The last day whose figures are final, also where the rollout began later. */
export const lastSettled = ({ now, source }: Question<'storeAnalytics'>): string =>
  dayOf(now.getTime() - source.settledAfter - dayMs);

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
export const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);
export const endOf = (day: string): number => startOf(day) + dayMs;
