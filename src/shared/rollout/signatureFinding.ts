import { farBelow } from './adoption.ts';
import { discountOf } from './check.ts';
import { exposureOf } from './countFinding.ts';
import type { Sample } from './evidence.ts';
import {
  type Case,
  type Finding,
  missingExposure,
  sentenceOf,
  termsOf,
  testOf,
  verdictOf,
} from './finding.ts';
import { sayCount } from './sentence.ts';
import { type SignatureOutcome, testSignatures } from './signatures.ts';

/** What the tripwire for new failures finds. */
export function findNewSignature(of: Case, baseline: number): Finding | undefined {
  const { check, samples, own } = of;
  const counted = samples.filter(({ candidate }) => 'failed' in candidate);
  if (counted.length === 0) return undefined;
  const outcome = testSignatures(counted, baseline, discountOf(check));
  const verge = { log: outcome.log, needed: 1 / termsOf(of).falseHarm };
  const silence = isUnnamed(own) ? sayUnnamed(own) : farBelow(of);
  const verdict = verdictOf(verge, { silence, missing: missingExposure(check, exposureOf(of, own)) });
  const harm = testOf(verge);
  return { kind: verdict.kind, sentence: sentenceOf(verdict, say(outcome), harm), harm };
}

/** Of ten failures, at least one must have a name: those that have none may well be new ones. */
export const isUnnamed = (samples: readonly Named[]): boolean => namedIn(samples) < failedIn(samples) / 10;

type Named = Pick<Sample, 'candidate' | 'signatures'>;

const failedIn = (samples: readonly Named[]): number =>
  samples.reduce((sum, { candidate }) => sum + ('failed' in candidate ? candidate.failed : 0), 0);

const namedIn = (samples: readonly Named[]): number =>
  samples.reduce(
    (sum, { signatures = [] }) => sum + signatures.reduce((some, each) => some + each.candidate, 0),
    0,
  );

const sayUnnamed = (samples: readonly Named[]): string =>
  `of ${sayCount(failedIn(samples))} failures of this step only ${sayCount(namedIn(samples))} came with a name`;

function say({ worst, vetoed }: SignatureOutcome): string {
  const known = vetoed > 0 ? `; ${vetoed} known before` : '';
  return worst
    ? `new failure ${worst.hash} on ${sayCount(worst.devices)} devices${known}`
    : `no new failure${known}`;
}
