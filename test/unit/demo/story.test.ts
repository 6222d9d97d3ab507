import { expect, test } from 'vitest';
import { judge } from '../../../src/shared/rollout/judge.ts';
import { policySchema } from '../../../src/shared/rollout/policy.ts';
import { bad, firstPercentage, healthy, policy } from '../../demo/story.ts';
import { at, counts, hour } from '../../support/builders.ts';

/** What the story's check of launches says of a build after an hour in which each user did what is expected of them. */
function judged(crashRate: number, launches: number) {
  const whole = policySchema.parse(policy);
  const check = whole.checks.find(({ name }) => name === 'launch');
  if (!check) throw new Error('the story has no check of launches');
  const others = launches * (100 / firstPercentage - 1);
  const sample = {
    ...counts(0, Math.round(launches * crashRate), launches),
    control: { failed: Math.round(others * healthy.crashRate), exposed: others },
  };
  const now = at(hour);
  const window = { since: at(0), stepSince: at(0), bakeEndsAt: now, percentage: firstPercentage };
  return judge(
    whole,
    check,
    { kind: 'samples', samples: [sample] },
    { ...window, percentageBefore: 0, shown: [], now },
  );
}

test('the healthy build of the story is good as soon as enough users have it', () => {
  expect(judged(healthy.crashRate, 4_999).kind).toBe('inconclusive');
  expect(judged(healthy.crashRate, 5_000).kind).toBe('good');
});

test('the bad one is bad by then', () => {
  expect(judged(bad.crashRate, 5_000).kind).toBe('bad');
});
