import { causeOf } from '../cause.ts';
import type { DailyDevices, DailyQuery, StoreAnalytics } from '../msstore/port.ts';
import type { Counts, Sample } from '../rollout/evidence.ts';
import type { Question, TelemetrySource } from './source.ts';

const dayMs = 86_400_000;

/** The Store remembers failures for thirty days, and usage for ninety: older days would show usage without failures. */
const longestMemoryMs = 29 * dayMs;

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);

/**
 * The Store's analytics, day by day. It counts devices, because one device that crashes fifty times is one user harmed.
 * Only days that have settled are read: failures come hours after they happened and activity a day later, so that an
 * unsettled day shows failures of nobody. Flights cannot be told apart, so the candidate is known by its versions.
 */
export function createStoreAnalyticsSource(
  analyticsOf: (publisher: string) => StoreAnalytics,
): TelemetrySource<'storeAnalytics'> {
  return async (question) => {
    const versions = question.rollout.candidateVersions ?? [];
    if (versions.length === 0)
      return {
        kind: 'unmeasured',
        cause:
          'the submission brings no package version of its own, so the Store’s analytics cannot tell it apart',
      };
    const days = settledDays(question);
    if (days.settled.length === 0) return { kind: 'samples', samples: [], pendingUntil: days.nextSettles };
    try {
      const samples = await readDays(
        analyticsOf(question.rollout.publisher),
        question,
        versions,
        days.settled,
      );
      return samples.length > 0
        ? { kind: 'samples', samples, pendingUntil: days.nextSettles, ...gapIn(days.settled, samples) }
        : { kind: 'unmeasured', cause: unseen(versions, days.settled) };
    } catch (error) {
      return { kind: 'unmeasured', cause: `the Store’s analytics could not be read (${causeOf(error)})` };
    }
  };
}

type Days = { readonly settled: readonly string[]; readonly nextSettles: Date };

/** The UTC days that end after `from` and whose figures are final at `now`, and when the next one's will be. */
function settledDays({ from, now, source }: Question<'storeAnalytics'>): Days {
  const settled: string[] = [];
  let day = startOf(dayOf(Math.max(from.getTime(), now.getTime() - longestMemoryMs)));
  while (day + dayMs + source.settledAfter <= now.getTime()) {
    settled.push(dayOf(day));
    day += dayMs;
  }
  return { settled, nextSettles: new Date(day + dayMs + source.settledAfter) };
}

async function readDays(
  analytics: StoreAnalytics,
  { rollout, source, abortSignal }: Question<'storeAnalytics'>,
  packageVersions: readonly string[],
  days: readonly string[],
): Promise<readonly Sample[]> {
  const [firstDay = '', lastDay = firstDay] = [days[0], days.at(-1)];
  const query: DailyQuery = {
    applicationId: rollout.applicationId,
    firstDay,
    lastDay,
    packageVersions,
  };
  const options = abortSignal ? { abortSignal } : {};
  const [failed, exposed] = await Promise.all([
    analytics.failedDevices({ ...query, events: source.events }, options),
    analytics.activeDevices(query, options),
  ]);
  // A day without an active device is one that the analytics do not know, or not yet: it says nothing of the build.
  return days
    .map((day) => toSample(day, { failed: total(failed, day), exposed: total(exposed, day) }))
    .filter(({ candidate }) => candidate.exposed > 0);
}

/** A day whose usage is missing may come late: nothing from it on counts as judged. */
function gapIn(days: readonly string[], samples: readonly Sample[]): { completeUntil?: Date } {
  const seen = new Set(samples.map(({ start }) => dayOf(start.getTime())));
  const missing = days.find((day) => !seen.has(day));
  return missing === undefined ? {} : { completeUntil: new Date(startOf(missing)) };
}

const unseen = (versions: readonly string[], days: readonly string[]): string =>
  `the Store’s analytics know no active device with ${versions.join(' or ')} from ${days[0]} to ${days.at(-1)}`;

const total = (rows: readonly DailyDevices[], day: string): number =>
  rows.filter(({ date }) => date === day).reduce((sum, { devices }) => sum + devices, 0);

const toSample = (day: string, candidate: Counts): Sample & { readonly candidate: Counts } => ({
  start: new Date(startOf(day)),
  end: new Date(startOf(day) + dayMs),
  source: 'storeAnalytics',
  candidate,
});
