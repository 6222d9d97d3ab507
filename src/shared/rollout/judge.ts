import { type Check, questionOf } from './check.ts';
import { findBesideControl, findBesideHistory, findByRate } from './countFinding.ts';
import { sayDuration } from './duration.ts';
import type { Evidence, Measurement, Sample } from './evidence.ts';
import { type Case, type Finding, isSettled, type Window } from './finding.ts';
import { after } from './looks.ts';
import type { Policy } from './policy.ts';
import { currentBake, type Rollout } from './rollout.ts';
import { sayTime } from './sentence.ts';
import { findNewSignature } from './signatureFinding.ts';
import { findByValue } from './valueFinding.ts';

/** The window of a rollout whose users get the candidate; before that there is nothing to judge. */
export function windowOf(rollout: Rollout, now: Date): Window | undefined {
  const { stepSince, rampingSince = stepSince, percentageBefore = 0, shown, intent } = rollout;
  if (stepSince === undefined || rampingSince === undefined) return undefined;
  const bakeEndsAt = after(stepSince, currentBake(rollout).bake);
  // A raise whose answer was lost may have come through.
  const percentage = Math.max(rollout.reached, intent?.kind === 'raise' ? intent.percentage : 0);
  return { since: rampingSince, stepSince, bakeEndsAt, percentage, percentageBefore, shown, now };
}

/**
 * Judges one check by what its source measured. Two questions are put. Is there harm? All samples since users got the
 * candidate speak, in a test that is right at every look. May the step be left? Samples of the step itself must speak,
 * enough of them, and nothing may point to harm.
 */
export function judge(policy: Policy, check: Check, measurement: Measurement, window: Window): Evidence {
  const finding = find(policy, check, measurement, window);
  return { check: check.name, onBad: check.dryRun ? 'nothing' : check.onBad, ...finding };
}

function find(policy: Policy, check: Check, measurement: Measurement, window: Window): Finding {
  if (measurement.kind === 'unmeasured') return { kind: 'unmeasured', sentence: measurement.cause };
  const samples = inOrder(measurement.samples, window);
  const own = samples.filter((sample) => isOfStep(sample, window) && tellsExposure(check, sample, window));
  const found = findIn({ policy, check, window, samples, own });
  if (found?.kind === 'bad') return found;
  const missing = silence(check, own, measurement.pendingUntil, window);
  if (missing) return { ...found, ...missing };
  const pending = pendingAfter(measurement.pendingUntil, window);
  return { ...(found ?? unreadable), ...(pending && { pendingUntil: pending }) };
}

const unreadable: Finding = {
  kind: 'inconclusive',
  sentence: 'no reading of the kind that its question needs',
};

const inOrder = (samples: readonly Sample[], { since, now }: Window): Sample[] =>
  samples
    .filter((sample) => sample.end > since && sample.end <= now)
    .sort((a, b) => a.end.getTime() - b.end.getTime() || a.start.getTime() - b.start.getTime());

const isOfStep = ({ start, end }: Sample, { stepSince }: Window): boolean =>
  (start.getTime() + end.getTime()) / 2 > stepSince.getTime();

/** A sample that has not settled may have failures alone; it says nothing of the step's exposure. */
const tellsExposure = (check: Check, sample: Sample, window: Window): boolean =>
  'value' in sample.candidate || sample.candidate.exposed > 0 || isSettled(check, sample, window);

/** What the numbers say; nothing without a sample of the kind that the check needs. */
function findIn(of: Case): Finding | undefined {
  const question = questionOf(of.check);
  switch (question.kind) {
    case 'rate':
      return findByRate(of, question.rate);
    case 'control':
      return findBesideControl(of, question.comparison);
    case 'history':
      return findBesideHistory(of, question.comparison);
    case 'newSignature':
      return findNewSignature(of, question.baseline);
    case 'value':
      return findByValue(of, question.limit);
  }
}

const dayMs = 86_400_000;

/** By when a step must have a sample of its own, or its source is silent. */
function expectedBy({ source }: Check, stepSince: Date): Date {
  if (source.kind === 'pushed') return after(stepSince, source.staleAfter);
  // The first day most of which lies in the step, once it has settled.
  const firstDayEnds = (Math.floor((stepSince.getTime() + dayMs / 2) / dayMs) + 1) * dayMs;
  return new Date(firstDayEnds + source.settledAfter);
}

/** A step without samples of its own cannot be left, and neither can one whose source has stopped. */
function silence(
  check: Check,
  own: readonly Sample[],
  pendingUntil: Date | undefined,
  window: Window,
): Finding | undefined {
  const last = own.at(-1);
  if (last) return stale(check, last, window);
  const { stepSince, now } = window;
  const expected = expectedBy(check, stepSince);
  if (expected <= now) return { kind: 'unmeasured', sentence: `no sample since ${sayTime(stepSince)}` };
  const until = pendingAfter(pendingUntil, window) ?? expected;
  return {
    kind: 'inconclusive',
    sentence: `nothing can be known before ${sayTime(until)}`,
    pendingUntil: until,
  };
}

/**
 * Old good news is no news: a source that fell silent is unmeasured, not good. Bad news stays bad. Of the Store's analytics
 * a day and what it takes to settle lie between one day's figures and the next's; a day more is silence.
 */
function stale({ source }: Check, last: Sample, { now }: Window): Finding | undefined {
  const longest = source.kind === 'pushed' ? source.staleAfter : source.settledAfter + 2 * dayMs;
  const age = now.getTime() - last.end.getTime();
  if (age <= longest) return undefined;
  return {
    kind: 'unmeasured',
    sentence: `silent for ${sayDuration(age)}; the last sample ended ${sayTime(last.end)}`,
  };
}

const pendingAfter = (pendingUntil: Date | undefined, { now }: Window): Date | undefined =>
  pendingUntil !== undefined && pendingUntil > now ? pendingUntil : undefined;
