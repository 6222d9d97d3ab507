import type { Check } from '../../shared/rollout/check.ts';
import type { History, HistoryInterval } from './history.ts';

/**
 * Which intervals feed a check. A pushed source names its signal; the Store's analytics have none, so a history names them
 * by the check, or, for all checks that are not named, by `storeAnalytics`.
 */
export function signalOf({ name, source }: Check, { intervals }: History): string {
  if (source.kind === 'pushed') return source.signal;
  return intervals.some(({ signal }) => signal === name) ? name : 'storeAnalytics';
}

export function feedOf(check: Check, history: History): HistoryInterval[] {
  const fed = signalOf(check, history);
  return history.intervals.filter(({ signal }) => signal === fed);
}

/** When an interval was known. */
export const knownAt = ({ end, availableAt = end }: HistoryInterval): Date => availableAt;

/** What ended before the rollout began tells nothing of it. */
export const isWithin = ({ end }: HistoryInterval, { start }: History): boolean => end > start;
