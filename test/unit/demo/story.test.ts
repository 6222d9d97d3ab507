import { describe, expect, test } from 'vitest';
import { policySchema } from '../../../src/shared/rollout/policy.ts';
import { bad, healthy, policy } from '../../demo/story.ts';

/** The probability of at most `most` failures in `trials`. */
function atMost(most: number, trials: number, rate: number): number {
  let term = (1 - rate) ** trials;
  let sum = term;
  for (let failures = 1; failures <= most; failures += 1) {
    term *= ((trials - failures + 1) / failures) * (rate / (1 - rate));
    sum += term;
  }
  return sum;
}

describe('the limits of the story, whatever the seed', () => {
  const launch = policySchema.parse(policy).checks.find(({ name }) => name === 'launch');
  const trials = launch?.minimumExposure ?? Number.NaN;
  const limit = launch && 'rate' in launch.limit ? launch.limit.rate * trials : Number.NaN;

  test('let the healthy build pass at the first reading', () => {
    expect(1 - atMost(limit, trials, healthy.crashRate)).toBeLessThan(1e-5);
  });

  test('halt the bad build at the first reading, but for one run in hundreds, which a later reading halts', () => {
    expect(atMost(limit, trials, bad.crashRate)).toBeLessThan(0.003);
  });
});
