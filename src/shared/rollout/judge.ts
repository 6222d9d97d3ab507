import { sayDuration } from './duration.ts';
import type { Counts, Evidence, Measurement, Sample } from './evidence.ts';
import { after } from './looks.ts';
import { type Check, defaultMinimumExposure } from './policy.ts';
import { sayCount, sayRate, sayTime } from './sentence.ts';
import type { EvidenceKind } from './vocabulary.ts';

/** The time a judgement speaks of. */
export type Window = {
  /** Since when the current step holds. */
  readonly stepSince: Date;
  /** Up to when earlier steps judged this check: what ended later has still to be judged. */
  readonly judgedUntil?: Date | undefined;
  readonly now: Date;
};

type Finding = { kind: EvidenceKind; sentence: string; pendingUntil?: Date };
type Reading = { readonly beyond: boolean; readonly says: string };

/** From when on samples are needed to judge a check. */
export const judgedFrom = ({ stepSince, judgedUntil = stepSince }: Window): Date =>
  judgedUntil < stepSince ? judgedUntil : stepSince;

/**
 * Judges one check by what its source measured. Two questions are put. Is there harm? All samples speak that no earlier
 * step has judged, so that a day which only settled after a raise is judged by the next step. Is this step proven? Only
 * samples speak most of whose interval lies in it.
 */
export function judge(check: Check, measurement: Measurement, window: Window): Evidence {
  const samples = measurement.kind === 'samples' ? unjudged(measurement.samples, window) : [];
  const finding = find(check, measurement, samples, window);
  const gap = measurement.kind === 'samples' ? measurement.completeUntil : undefined;
  const measuredUntil = gap ?? samples.at(-1)?.end;
  return {
    check: check.name,
    onBad: check.dryRun ? 'nothing' : check.onBad,
    ...finding,
    ...(measuredUntil && { measuredUntil }),
  };
}

function unjudged(samples: readonly Sample[], window: Window): Sample[] {
  const from = judgedFrom(window);
  return samples
    .filter((sample) => sample.end > from && sample.end <= window.now)
    .sort((a, b) => a.end.getTime() - b.end.getTime() || a.start.getTime() - b.start.getTime());
}

const isOfStep = ({ start, end }: Sample, { stepSince }: Window): boolean =>
  (start.getTime() + end.getTime()) / 2 > stepSince.getTime();

function find(check: Check, measurement: Measurement, samples: Sample[], window: Window): Finding {
  if (measurement.kind === 'unmeasured') return { kind: 'unmeasured', sentence: measurement.cause };
  const last = samples.at(-1);
  if (!last) return silence(check, measurement.pendingUntil, window);
  const harm = byLimit(check, samples);
  if (harm.kind === 'bad') return harm;
  const proof = proofOf(check, samples, window);
  return proof.kind === 'bad'
    ? proof
    : (stale(check, last, window) ?? withPending(proof, measurement, window));
}

function proofOf(check: Check, samples: readonly Sample[], window: Window): Finding {
  const own = samples.filter((sample) => isOfStep(sample, window));
  return own.length > 0 ? byLimit(check, own) : silence(check, undefined, window);
}

const dayMs = 86_400_000;

/** By when a step must have a sample of its own, or its source is silent. */
function expectedBy({ source }: Check, stepSince: Date): Date {
  if (source.kind === 'pushed') return after(stepSince, source.staleAfter);
  // The first day most of which lies in the step, once it has settled.
  const firstDayEnds = (Math.floor((stepSince.getTime() + dayMs / 2) / dayMs) + 1) * dayMs;
  return new Date(firstDayEnds + source.settledAfter);
}

function silence(check: Check, pendingUntil: Date | undefined, { stepSince, now }: Window): Finding {
  const expected = expectedBy(check, stepSince);
  if (expected <= now) return { kind: 'unmeasured', sentence: `no sample since ${sayTime(stepSince)}` };
  const until = pendingUntil !== undefined && pendingUntil > now ? pendingUntil : expected;
  return {
    kind: 'inconclusive',
    sentence: `nothing can be known before ${sayTime(until)}`,
    pendingUntil: until,
  };
}

/** Old good news is no news: a source that fell silent is unmeasured, not good. Bad news stays bad. */
function stale(check: Check, last: Sample, { now }: Window): Finding | undefined {
  if (check.source.kind !== 'pushed') return undefined;
  const age = now.getTime() - last.end.getTime();
  if (age <= check.source.staleAfter) return undefined;
  return {
    kind: 'unmeasured',
    sentence: `silent for ${sayDuration(age)}; the last sample ended ${sayTime(last.end)}`,
  };
}

function withPending(
  finding: Finding,
  measurement: Extract<Measurement, { kind: 'samples' }>,
  window: Window,
): Finding {
  const { pendingUntil } = measurement;
  return pendingUntil !== undefined && pendingUntil > window.now ? { ...finding, pendingUntil } : finding;
}

function byLimit(check: Check, samples: readonly Sample[]): Finding {
  return 'rate' in check.limit
    ? byRate(check, check.limit.rate, samples)
    : byReadings(valueReadings(samples, check.limit.value), check.consecutive);
}

/** A rate is read over the whole step, because short intervals of a healthy build cross any limit sooner or later. */
function byRate(check: Check, limit: number, samples: readonly Sample[]): Finding {
  const minimum = check.minimumExposure ?? defaultMinimumExposure;
  const totals = runningTotals(samples);
  const total = totals.at(-1) ?? { failed: 0, exposed: 0 };
  const readable = totals.filter(({ exposed }) => exposed > 0 && exposed >= minimum);
  if (readable.length === 0)
    return {
      kind: 'inconclusive',
      sentence: `${sayCount(total.exposed)} of the ${Math.max(1, minimum)} exposures that a reading needs`,
    };
  return byReadings(
    readable.map((counts) => rateReading(counts, limit)),
    check.consecutive,
  );
}

function runningTotals(samples: readonly Sample[]): Counts[] {
  let total: Counts = { failed: 0, exposed: 0 };
  return samples.flatMap(({ candidate }) => {
    if ('value' in candidate) return [];
    total = { failed: total.failed + candidate.failed, exposed: total.exposed + candidate.exposed };
    return [total];
  });
}

function rateReading({ failed, exposed }: Counts, limit: number): Reading {
  const beyond = failed / exposed > limit;
  const relation = beyond ? 'above' : 'within';
  return {
    beyond,
    says: `${sayCount(failed)} of ${sayCount(exposed)} failed: ${sayRate(failed / exposed)}, ${relation} the limit of ${sayRate(limit)}`,
  };
}

function valueReadings(samples: readonly Sample[], limit: number): Reading[] {
  return samples.flatMap(({ candidate }) => {
    if (!('value' in candidate)) return [];
    const beyond = candidate.value > limit;
    return [{ beyond, says: `${candidate.value}, ${beyond ? 'above' : 'within'} the limit of ${limit}` }];
  });
}

/** Bad once the last `needed` readings in a row are beyond the limit; fewer of them are no verdict yet. */
function byReadings(readings: readonly Reading[], needed: number): Finding {
  const last = readings.at(-1);
  if (!last) return { kind: 'inconclusive', sentence: 'no reading of the kind that its limit needs' };
  if (!last.beyond) return { kind: 'good', sentence: last.says };
  const inARow = readings.length - 1 - readings.findLastIndex((reading) => !reading.beyond);
  const count = needed > 1 ? ` (${Math.min(inARow, needed)} of ${needed} in a row)` : '';
  return { kind: inARow >= needed ? 'bad' : 'inconclusive', sentence: `${last.says}${count}` };
}
