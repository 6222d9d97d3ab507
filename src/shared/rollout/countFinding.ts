import { farBelow } from './adoption.ts';
import { errorOf, inDoubt } from './budget.ts';
import { type Comparison, minimumExposureOf } from './check.ts';
import { type Interval, type Outcome, testComparison, testRate } from './countTest.ts';
import type { Counts, Sample } from './evidence.ts';
import { type Case, type Finding, isSettled, sayHarm, testOf } from './finding.ts';
import { sayCount, sayEvidence, sayRate, sayRatio } from './sentence.ts';
import type { EvidenceKind } from './vocabulary.ts';

/** What a limit on a rate finds: never more than `rate` of the exposures may fail. */
export function findByRate(of: Case, rate: number): Finding | undefined {
  const intervals = intervalsOf(of, of.samples);
  if (intervals.length === 0) return undefined;
  const outcome = testRate(of.check, rate, intervals, termsOf(of));
  const { settled, open } = candidatesOf(intervals);
  const step = candidatesOf(intervalsOf(of, of.own)).settled;
  const isAbove = step.exposed > 0 && rateOf(step) > rate;
  const above = isAbove ? `; in this step it is above the limit, ${sayRate(rateOf(step))}` : '';
  const says = `${sayFailed(settled)}, ${sayRate(rateOf(settled))} with a limit of ${sayRate(rate)}${sayOpen(open)}${above}`;
  return conclude(of, outcome, says, isAbove, { candidate: settled });
}

/** What a comparison finds: the candidate may not fail more often than what it is compared with, beyond what is tolerated. */
export function findByComparison(of: Case, comparison: Comparison): Finding | undefined {
  const intervals = intervalsOf(of, of.samples);
  if (intervals.length === 0) return undefined;
  const outcome = testComparison(of.check, comparison, intervals, termsOf(of));
  const { settled: candidate, open } = candidatesOf(intervals);
  const control = referenceOf(comparison, intervals);
  const says = `${sayFailed(candidate)}, ${sayBeside(candidate, control, comparison)}${sayOpen(open)}`;
  const silent = silenceOf(of, comparison, intervals);
  return conclude(of, outcome, says, false, { candidate, control }, silent);
}

const sayOf = ({ failed, exposed }: Counts): string => `${sayCount(failed)} of ${sayCount(exposed)}`;
const sayFailed = (counts: Counts): string => `${sayOf(counts)} failed`;

/** `1.02 times the control’s 95 of 19000`; without a failure of the control there is no such number. */
function sayBeside(candidate: Counts, control: Counts, { to }: Comparison): string {
  const whose = { control: 'the control’s', history: 'earlier releases’' }[to];
  const times =
    candidate.exposed > 0 && control.failed > 0
      ? `${sayRatio(rateOf(candidate) / rateOf(control))} times `
      : '';
  return `${times}${whose} ${sayOf(control)}`;
}

const sayOpen = ({ failed }: Counts): string =>
  failed > 0 ? `; ${sayCount(failed)} more failed in what has not settled` : '';

/** What settled intervals counted of the candidate, and what the others did. */
const candidatesOf = (intervals: readonly Interval[]): { settled: Counts; open: Counts } => ({
  settled: totalOf(intervals.flatMap(({ candidate, settled }) => (settled ? [candidate] : []))),
  open: totalOf(intervals.flatMap(({ candidate, settled }) => (settled ? [] : [candidate]))),
});

/** A control that nobody measures cannot say that the candidate is no worse. Once everybody has the candidate, it may end. */
function silenceOf(of: Case, { to }: Comparison, intervals: readonly Interval[]): string | undefined {
  if (to === 'history') return undefined;
  if (controlIn(intervals).exposed === 0) return 'no sample tells of the control';
  if (of.own.length === 0 || of.window.percentage >= 100) return undefined;
  const step = controlIn(intervalsOf(of, of.own));
  return step.exposed === 0 ? 'no sample of this step tells of the control' : undefined;
}

const controlIn = (intervals: readonly Interval[]): Counts =>
  totalOf(intervals.flatMap(({ control }) => (control ? [control] : [])));

const referenceOf = (comparison: Comparison, intervals: readonly Interval[]): Counts =>
  comparison.to === 'history'
    ? { failed: comparison.failed, exposed: comparison.exposed }
    : controlIn(intervals.filter(({ settled }) => settled));

const termsOf = ({ policy, check, window }: Case) => ({
  error: errorOf(policy, check),
  doubt: 1 - policy.confidence,
  percentage: window.percentage,
});

/** The counts among the samples. What has not settled is not exposure that speaks for the build. */
export const intervalsOf = ({ check, window }: Case, samples: readonly Sample[]): Interval[] =>
  samples.flatMap((sample) =>
    'value' in sample.candidate
      ? []
      : [{ candidate: sample.candidate, control: sample.control, settled: isSettled(check, sample, window) }],
  );

export const totalOf = (counts: readonly Counts[]): Counts =>
  counts.reduce(
    (sum, { failed, exposed }) => ({ failed: sum.failed + failed, exposed: sum.exposed + exposed }),
    {
      failed: 0,
      exposed: 0,
    },
  );

const rateOf = ({ failed, exposed }: Counts): number => failed / Math.max(1, exposed);

/** Bad is bad at once; good must be shown by the step itself, with nothing that points the other way. */
function conclude(
  of: Case,
  outcome: Outcome,
  says: string,
  isAbove: boolean,
  counts: Pick<Finding, 'candidate' | 'control'>,
  silence?: string,
): Finding {
  const { check, policy } = of;
  const harm = testOf(outcome.harm);
  const numbers = { ...counts, harm, ...(policy.pace === 'evidence' && { safety: testOf(outcome.safety) }) };
  const sentence = `${says}; ${sayHarm(harm)}`;
  const found = (kind: EvidenceKind, remark = ''): Finding => ({
    kind,
    sentence: `${sentence}${remark}`,
    ...numbers,
  });
  if (outcome.harm.log >= Math.log(outcome.harm.needed)) return found('bad');
  const silent = silence ?? farBelow(of);
  if (silent !== undefined) return { kind: 'unmeasured', sentence: silent, ...numbers };
  const shown = exposureOf(of, of.own);
  const needed = Math.max(1, minimumExposureOf(check));
  if (shown < needed) return { ...found('inconclusive'), sentence: sayMissing(shown, needed) };
  if (inDoubt(outcome.harm.log, outcome.harm.needed)) return found('inconclusive', '; too much to raise on');
  return found(isAbove ? 'inconclusive' : 'good', sayUnproven(policy.pace, outcome));
}

const sayMissing = (shown: number, needed: number): string =>
  `${sayCount(shown)} of the ${needed} settled exposures that a step needs`;

const sayUnproven = (pace: 'bake' | 'evidence', { safety }: Outcome): string =>
  pace === 'evidence'
    ? `; for safety ${sayEvidence(Math.exp(safety.log))} of ${sayEvidence(safety.needed)}`
    : '';

export const exposureOf = (of: Case, samples: readonly Sample[]): number =>
  candidatesOf(intervalsOf(of, samples)).settled.exposed;
