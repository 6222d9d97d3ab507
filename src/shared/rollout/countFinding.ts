import { farBelow } from './adoption.ts';
import type { Check, Comparison, ControlComparison, HistoryComparison } from './check.ts';
import type { Counts, Sample, Test } from './evidence.ts';
import {
  type Case,
  type Finding,
  isSettled,
  missingExposure,
  sentenceOf,
  termsOf,
  testOf,
  verdictOf,
  type Window,
} from './finding.ts';
import { sayCount, sayEvidence, sayRate, sayRatio } from './sentence.ts';
import {
  type Interval,
  shareOf,
  type Tested,
  testBesideControl,
  testBesideHistory,
  testRate,
} from './sequentialTest.ts';

/** What a limit on a rate finds: never more than `rate` of the exposures may fail. */
export function findByRate(of: Case, rate: number): Finding | undefined {
  const intervals = intervalsOf(of, of.samples);
  if (intervals.length === 0) return undefined;
  const { settled, open } = candidatesOf(intervals);
  const step = candidatesOf(intervalsOf(of, of.own)).settled;
  const isBeyond = step.exposed > 0 && rateOf(step) > rate;
  const beyond = isBeyond ? `; in this step it is above the limit, ${sayRate(rateOf(step))}` : '';
  const says = `${sayFailed(settled)}, ${sayRate(rateOf(settled))} with a limit of ${sayRate(rate)}${sayOpen(open)}${beyond}`;
  const tested = testRate(rate, intervals, termsOf(of));
  return conclude(of, tested, { says, isBeyond, silence: farBelow(of) }, { candidate: settled });
}

/** What a comparison with the control finds: the candidate may not fail more often, beyond what is tolerated. */
export function findBesideControl(of: Case, comparison: ControlComparison): Finding | undefined {
  const intervals = intervalsOf(of, of.samples);
  if (intervals.length === 0) return undefined;
  const tested = testBesideControl(comparison, intervals, termsOf(of));
  const control = controlIn(intervals.filter(({ settled }) => settled));
  return compare(
    of,
    tested,
    intervals,
    control,
    comparison,
    silenceOf(of, comparison, intervals) ?? farBelow(of),
  );
}

/** What a comparison with earlier releases finds. */
export function findBesideHistory(of: Case, comparison: HistoryComparison): Finding | undefined {
  const intervals = intervalsOf(of, of.samples);
  if (intervals.length === 0) return undefined;
  const tested = testBesideHistory(comparison, intervals, termsOf(of));
  const { failed, exposed } = comparison;
  return compare(of, tested, intervals, { failed, exposed }, comparison, farBelow(of));
}

function compare(
  of: Case,
  tested: Tested,
  intervals: readonly Interval[],
  control: Counts,
  comparison: Comparison,
  silence: string | undefined,
): Finding {
  const { settled: candidate, open } = candidatesOf(intervals);
  const says = `${sayFailed(candidate)}, ${sayBeside(candidate, control, comparison)}${sayOpen(open)}`;
  return conclude(of, tested, { says, silence }, { candidate, control });
}

const sayOf = ({ failed, exposed }: Counts): string => `${sayCount(failed)} of ${sayCount(exposed)}`;
const sayFailed = (counts: Counts): string => `${sayOf(counts)} failed`;

/** `1.02 times the control’s 95 of 19000`; without a failure of the control there is no such number. */
function sayBeside(candidate: Counts, control: Counts, { to }: Comparison): string {
  const whose = { control: 'the control’s', history: 'earlier releases’' }[to];
  const isNumber = candidate.exposed > 0 && control.failed > 0;
  const times = isNumber ? `${sayRatio(rateOf(candidate) / rateOf(control))} times ` : '';
  return `${times}${whose} ${sayOf(control)}`;
}

const sayOpen = ({ failed }: Counts): string =>
  failed > 0 ? `; ${sayCount(failed)} more failed in what has not settled` : '';

/** What settled intervals counted of the candidate, and what the others did. */
const candidatesOf = (intervals: readonly Interval[]): { settled: Counts; open: Counts } => ({
  settled: totalOf(intervals.flatMap(({ candidate, settled }) => (settled ? [candidate] : []))),
  open: totalOf(intervals.flatMap(({ candidate, settled }) => (settled ? [] : [candidate]))),
});

/** A control that nobody measures cannot say that the candidate is no worse. Once most have the candidate, it may end. */
function silenceOf(
  of: Case,
  { shareUncertainty }: ControlComparison,
  intervals: readonly Interval[],
): string | undefined {
  if (controlIn(intervals).exposed === 0) return 'no sample tells of the control';
  const mostThatTells = 1 - shareUncertainty;
  // Users of older versions are in neither group: from half of it on, so large a share is no contradiction.
  if (of.own.length === 0 || of.window.percentage / 100 >= mostThatTells / 2) return undefined;
  const step = intervalsOf(of, of.own);
  if (controlIn(step).exposed === 0) return 'no sample of this step tells of the control';
  const shares = step.flatMap(({ candidate, control, settled }) =>
    settled ? [shareOf(candidate, control) ?? 0] : [],
  );
  return shares.length > 0 && shares.every((share) => share >= mostThatTells)
    ? `${sayRate(Math.min(...shares))} of the exposures are the candidate’s, and beside so few others nothing can be told`
    : undefined;
}

const controlIn = (intervals: readonly Interval[]): Counts =>
  totalOf(intervals.flatMap(({ control }) => (control ? [control] : [])));

/** The counts among the samples. What has not settled is not exposure that speaks for the build. */
const intervalsOf = (of: Case, samples: readonly Sample[]): Interval[] =>
  samples.flatMap((sample) =>
    'value' in sample.candidate ? [] : [intervalOf(of, sample, sample.candidate)],
  );

function intervalOf({ check, window }: Case, sample: Sample, candidate: Counts): Interval {
  const settled = isSettled(check, sample, window);
  const shareAtMost = settled ? shareAfterRaise(check, sample, window) : unknownShare(window);
  return { candidate, control: sample.control, settled, shareAtMost };
}

/**
 * A raise moves the share within an interval, and what harms both builds on the same day would look like the candidate's fault:
 * the share is then taken to be the largest that the raise allows. Users come after a raise, so in a long interval one
 * shortly before it counts as well. The Store counts a device that was updated on a day for both versions, so the share of
 * its days leans to their end; that is not enough where nearly everybody is offered the build at once.
 */
function shareAfterRaise({ source }: Check, { start, end }: Sample, { shown }: Window): number | undefined {
  const length = end.getTime() - start.getTime();
  const since = start.getTime() - (length > longMs ? length : 0);
  const raised = shown.filter((raise) => raise.since.getTime() > since && raise.since < end);
  const largest = Math.max(0, ...raised.map(({ percentage }) => percentage)) / 100;
  if (source.kind === 'storeAnalytics') return largest >= nearlyAll ? 1 : undefined;
  return largest > 0 ? atMostTwice(largest) : undefined;
}

const longMs = 6 * 3_600_000;
const nearlyAll = 0.8;

/** Users of versions before the fallback are in neither group, so the share may be more than the percentage: at most twice. */
const atMostTwice = (share: number): number => Math.min(1, 2 * share);

const unknownShare = ({ percentage }: Window): number => atMostTwice(percentage / 100);

const totalOf = (counts: readonly Counts[]): Counts =>
  counts.reduce(
    (sum, { failed, exposed }) => ({ failed: sum.failed + failed, exposed: sum.exposed + exposed }),
    {
      failed: 0,
      exposed: 0,
    },
  );

const rateOf = ({ failed, exposed }: Counts): number => failed / Math.max(1, exposed);

type Found = { readonly says: string; readonly silence: string | undefined; readonly isBeyond?: boolean };

function conclude(
  of: Case,
  { harm, safety }: Tested,
  { says, silence, isBeyond = false }: Found,
  counts: Pick<Finding, 'candidate' | 'control'>,
): Finding {
  const missing = missingExposure(of.check, exposureOf(of, of.own));
  const verdict = verdictOf(harm, { silence, missing, isBeyond });
  const proof = of.policy.pace === 'evidence' ? { safety: testOf(safety) } : {};
  const saying = sentenceOf(verdict, says, testOf(harm));
  const sentence = verdict.kind === 'good' && proof.safety ? `${saying}; ${saySafety(proof.safety)}` : saying;
  return { kind: verdict.kind, sentence, ...counts, harm: testOf(harm), ...proof };
}

const saySafety = ({ eValue, needed }: Test): string =>
  `for safety ${sayEvidence(eValue)} of ${sayEvidence(needed)}`;

/** The settled exposures among the samples. */
export const exposureOf = (of: Case, samples: readonly Sample[]): number =>
  candidatesOf(intervalsOf(of, samples)).settled.exposed;
