import { errorOf, inDoubt } from './budget.ts';
import { discountOf, minimumExposureOf } from './check.ts';
import { exposureOf } from './countFinding.ts';
import type { Sample } from './evidence.ts';
import { type Case, type Finding, sayHarm, testOf } from './finding.ts';
import { sayCount } from './sentence.ts';
import { type SignatureOutcome, testSignatures } from './signatures.ts';

/** What the tripwire for new failures finds. */
export function findNewSignature(of: Case, baseline: number): Finding | undefined {
  const { policy, check, samples, own } = of;
  const counted = samples.filter(({ candidate }) => 'failed' in candidate);
  if (counted.length === 0) return undefined;
  const outcome = testSignatures(counted, baseline, discountOf(check));
  const needed = 1 / errorOf(policy, check);
  const harm = testOf({ log: outcome.log, needed });
  const sentence = `${say(outcome)}; ${sayHarm(harm)}`;
  if (outcome.log >= Math.log(needed)) return { kind: 'bad', sentence, harm };
  if (own.some(isUnnamed))
    return { kind: 'unmeasured', sentence: 'failures of this step came without their names', harm };
  const shown = exposureOf(of, own);
  const least = Math.max(1, minimumExposureOf(check));
  if (shown < least)
    return {
      kind: 'inconclusive',
      sentence: `${sayCount(shown)} of the ${least} settled exposures that a step needs`,
      harm,
    };
  return { kind: inDoubt(outcome.log, needed) ? 'inconclusive' : 'good', sentence, harm };
}

/** Failures that nobody named may well be new ones. */
export const isUnnamed = ({ candidate, signatures }: Pick<Sample, 'candidate' | 'signatures'>): boolean =>
  'failed' in candidate && candidate.failed > 0 && signatures === undefined;

function say({ worst, vetoed }: SignatureOutcome): string {
  const known = vetoed > 0 ? `; ${vetoed} were known before` : '';
  return worst
    ? `new failure ${worst.hash} on ${sayCount(worst.devices)} devices${known}`
    : `no new failure${known}`;
}
