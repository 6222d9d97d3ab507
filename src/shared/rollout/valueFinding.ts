import { exceedanceOf, type ValueLimit } from './check.ts';
import { type Case, type Finding, sentenceOf, termsOf, testOf, verdictOf } from './finding.ts';
import { sayRate } from './sentence.ts';
import { testRate } from './sequentialTest.ts';

/**
 * What a limit on a value finds. To hold, it is enough that the last readings in a row are beyond it. To halt, readings
 * beyond it must be more frequent than a healthy build may have them, at the check's part of the false-halt budget.
 */
export function findByValue(of: Case, limit: ValueLimit): Finding | undefined {
  const values = of.samples.flatMap(({ candidate }) => ('value' in candidate ? [candidate.value] : []));
  const last = values.at(-1);
  if (last === undefined) return undefined;
  const says = `${last}, ${last > limit.value ? 'above' : 'within'} the limit of ${limit.value}`;
  return of.check.onBad === 'hold'
    ? byReadings(values, limit.value, of.check.consecutive ?? 1, says)
    : byFrequency(of, values, limit, says);
}

/** Bad once the last `needed` readings in a row are beyond the limit; fewer of them are no verdict yet. */
function byReadings(values: readonly number[], limit: number, needed: number, says: string): Finding {
  const inARow = values.length - 1 - values.findLastIndex((value) => value <= limit);
  if (inARow === 0) return { kind: 'good', sentence: says };
  const count = needed > 1 ? ` (${Math.min(inARow, needed)} of ${needed} in a row)` : '';
  return { kind: inARow >= needed ? 'bad' : 'inconclusive', sentence: `${says}${count}` };
}

function byFrequency(of: Case, values: readonly number[], limit: ValueLimit, reading: string): Finding {
  const exceedance = exceedanceOf(limit);
  const beyond = values.filter((value) => value > limit.value).length;
  const interval = { candidate: { failed: beyond, exposed: values.length }, settled: true };
  const { harm, safety } = testRate(exceedance, [interval], { ...termsOf(of), discount: 1 });
  const verdict = verdictOf(harm, { isBeyond: (values.at(-1) ?? 0) > limit.value });
  const says = `${reading}; ${beyond} of ${values.length} readings beyond it, where a healthy build may have ${sayRate(exceedance)}`;
  const proof = of.policy.pace === 'evidence' ? { safety: testOf(safety) } : {};
  return {
    kind: verdict.kind,
    sentence: sentenceOf(verdict, says, testOf(harm)),
    harm: testOf(harm),
    ...proof,
  };
}
