import type { DailyDevices, DailySignature } from '../msstore/port.ts';
import type { Counts, Sample, SignatureCount } from '../rollout/evidence.ts';
import { type Days, endOf, startOf } from './analyticsDays.ts';

/** The package versions that tell the two builds apart. */
export type Builds = { readonly candidate: readonly string[]; readonly control: readonly string[] };

/** What the Store counted, by day and version. */
export type Figures = { readonly failed: readonly DailyDevices[]; readonly exposed: readonly DailyDevices[] };

type Day = { readonly start: Date; readonly end: Date; readonly source: string };

/** One sample a day: devices that failed, of devices that were active. */
export function rateSamples(days: Days, { failed, exposed }: Figures, { candidate }: Builds): Sample[] {
  // A day without an active device is one that the analytics do not know, or not yet: it says nothing of the build.
  return days.settled
    .map((day) => ({ day, counts: countsOf(day, candidate, failed, exposed) }))
    .filter(({ counts }) => counts.exposed > 0)
    .map(({ day, counts }) => ({ ...spanOf(day), candidate: counts }));
}

/** Candidate and control, day by day. Of an open day there are the failures so far, and no exposure of either. */
export function comparedSamples(days: Days, figures: Figures, builds: Builds, now: Date): Sample[] {
  const sampleOf = (day: string, exposed: readonly DailyDevices[]) => ({
    ...spanOf(day, now),
    candidate: countsOf(day, builds.candidate, figures.failed, exposed),
    control: countsOf(day, builds.control, figures.failed, exposed),
  });
  const settled = days.settled.map((day) => sampleOf(day, figures.exposed));
  return [
    ...settled.filter(({ candidate }) => candidate.exposed > 0),
    ...days.open.map((day) => sampleOf(day, [])),
  ];
}

/** The most devices that were active on one day, with any version. */
const mostDevices = (exposed: readonly DailyDevices[]): number =>
  Math.max(
    0,
    ...[...Map.groupBy(exposed, ({ date }) => date).values()].map((rows) =>
      rows.reduce((sum, { devices }) => sum + devices, 0),
    ),
  );

/**
 * The failures of the candidate by their hash, day by day. The sum over them counts a device once for each failure that it
 * had. Of an open day the exposure is not known, but it is at most what the percentage leaves of the busiest day.
 */
export function signatureSamples(
  days: Days,
  failed: readonly DailySignature[],
  exposed: readonly DailyDevices[],
  builds: Builds,
  { now, percentage }: { readonly now: Date; readonly percentage: number },
): Sample[] {
  const sampleOf = (day: string, active: readonly DailyDevices[]) => ({
    ...spanOf(day, now),
    candidate: countsOf(day, builds.candidate, failed, active),
    signatures: signaturesOf(day, failed, builds),
  });
  const settled = days.settled.map((day) => sampleOf(day, exposed));
  return [
    ...settled.filter(({ candidate }) => candidate.exposed > 0 || candidate.failed > 0),
    ...days.open.map((day) => ({
      ...sampleOf(day, []),
      exposedAtMost: (mostDevices(exposed) * percentage) / 100,
    })),
  ];
}

/**
 * The failures that the candidate has shown by the end of the day, with what was known of them by then. What another version
 * has shown, before the rollout or during it, the candidate did not bring. Nothing of later days is used, so that no day
 * is seen otherwise afterwards.
 */
function signaturesOf(day: string, failed: readonly DailySignature[], builds: Builds): SignatureCount[] {
  const known = failed.filter(({ date, failureHash }) => date <= day && failureHash !== '');
  return [...Map.groupBy(known, ({ failureHash }) => failureHash)].flatMap(([hash, soFar]) => {
    if (total(soFar, builds.candidate) === 0) return [];
    const today = soFar.filter(({ date }) => date === day);
    const seenBefore = soFar.some((row) => row.devices > 0 && !builds.candidate.includes(row.packageVersion));
    return [
      {
        hash,
        candidate: total(today, builds.candidate),
        ...(builds.control.length > 0 && { control: total(today, builds.control) }),
        ...(seenBefore && { seenBefore }),
      },
    ];
  });
}

const countsOf = (
  day: string,
  versions: readonly string[],
  failed: readonly DailyDevices[],
  exposed: readonly DailyDevices[],
): Counts => ({
  failed: total(ofDay(failed, day), versions),
  exposed: total(ofDay(exposed, day), versions),
});

const ofDay = (rows: readonly DailyDevices[], day: string): DailyDevices[] =>
  rows.filter(({ date }) => date === day);

const total = (rows: readonly DailyDevices[], versions: readonly string[]): number =>
  rows
    .filter(({ packageVersion }) => versions.includes(packageVersion))
    .reduce((sum, { devices }) => sum + devices, 0);

/** A day that is not over reaches up to now. */
const spanOf = (day: string, now = new Date(endOf(day))): Day => ({
  start: new Date(startOf(day)),
  end: new Date(Math.min(endOf(day), now.getTime())),
  source: 'storeAnalytics',
});
