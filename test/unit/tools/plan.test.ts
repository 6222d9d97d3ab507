import { describe, expect, test } from 'vitest';
import { policySchema } from '../../../src/shared/rollout/policy.ts';
import type { Audience } from '../../../src/tools/plan/audience.ts';
import { adopted } from '../../../src/tools/plan/audience.ts';
import { limitOf } from '../../../src/tools/plan/limit.ts';
import { runPlan } from '../../../src/tools/plan/main.ts';
import { outlookOf } from '../../../src/tools/plan/outlook.ts';
import { pageOf } from '../../../src/tools/plan/page.ts';
import { planOf } from '../../../src/tools/plan/plan.ts';
import { remarksOn } from '../../../src/tools/plan/remarks.ts';
import { crashStream, ratios } from '../../../src/tools/plan/stream.ts';
import { at, hour, policy, start } from '../../support/builders.ts';

const compared = policy({
  steps: [
    { percentage: 5, bake: '6h' },
    { percentage: 50, bake: '12h' },
    { percentage: 100, bake: '12h' },
  ],
  checks: [
    {
      name: 'crashes',
      source: { kind: 'pushed', signal: 'crash' },
      compare: { to: 'control' },
      onBad: 'halt',
    },
  ],
});
const audience: Audience = { dailySessions: 60_000, crashRate: 0.005, adoptionMs: 6 * hour, lagMs: hour };
const plan = (change: Partial<Audience> = {}, seed = 1) =>
  planOf(compared, { ...audience, ...change }, { seed, trials: 12 });

/** Simulations take their time where other tests run beside them. */
describe('a plan', () => {
  const usual = plan();

  test('is the same for the same seed, and another for another', () => {
    expect(plan()).toEqual(usual);
    expect(plan({}, 2).regressions).not.toEqual(usual.regressions);
  });

  test('notices a worse regression more often and sooner', () => {
    const noticed = usual.regressions.map((each) => each.noticed);
    expect(noticed).toEqual(noticed.toSorted((a, b) => a - b));
    const medians = usual.regressions.map(({ when }) => when.median ?? Number.POSITIVE_INFINITY);
    expect(medians).toEqual(medians.toSorted((a, b) => b - a));
    expect(usual.regressions.at(-1)).toMatchObject({ ratio: 5, noticed: 1, passed: 0 });
  });

  test('lets a healthy build through', () => {
    expect(usual.healthy).toMatchObject({ halted: 0, unfinished: 0 });
    expect(usual.healthy.end.median).toBeGreaterThanOrEqual(30);
  });

  test('never harms fewer users than any test must', () => {
    for (const { noticed, extraCrashes, limit } of usual.regressions)
      if (noticed === 1) expect(extraCrashes).toBeGreaterThan(0.8 * limit.extraCrashes);
  });

  test('says for each step that an app is too small for it', () => {
    const small = plan({ dailySessions: 100 });
    expect(small.tooSmall).toBe(true);
    for (const step of small.steps) expect(step.tooLittle).toContain('the app is too small for this step');
    expect(pageOf(compared, small, undefined, 80)).toContain('This app is too small for this plan.');
    expect(usual.tooSmall).toBe(false);
  });

  test('proposes a policy that a publisher could use and that harms fewer users in no more time', () => {
    const { better } = usual;
    expect(better?.takesLonger).toBe(false);
    expect(policySchema.safeParse(better?.policy).success).toBe(true);
    const harm = (of: Pick<typeof usual, 'regressions'>) =>
      of.regressions.reduce((sum, { lastingCrashes }) => sum + lastingCrashes, 0);
    expect(better && harm(better)).toBeLessThan(0.9 * harm(usual));
    expect(better?.healthy.end.median).toBeLessThanOrEqual(1.02 * (usual.healthy.end.median ?? 0));
  });

  test('fits into 80 columns', () => {
    const page = pageOf(
      compared,
      usual,
      usual.better ? policySchema.parse(usual.better.policy) : undefined,
      80,
    );
    expect(Math.max(...page.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('says what a limit can never notice', () => {
    const limited = policy({
      checks: [
        {
          name: 'crashes',
          source: { kind: 'pushed', signal: 'crash' },
          limit: { rate: 0.02 },
          onBad: 'halt',
        },
      ],
    });
    const { regressions } = outlookOf(limited, audience, 1, 12);
    expect(remarksOn(limited, audience).join()).toContain(
      'it can notice nothing below 4 times the healthy rate',
    );
    expect(regressions.find(({ ratio }) => ratio === 3)?.noticed).toBe(0);
  });

  test('says that a lag longer than the silence allowed holds for ever, and it does', () => {
    const late = { ...audience, lagMs: 5 * hour };
    const { healthy } = outlookOf(compared, late, 1, 5);
    expect(remarksOn(compared, late).join()).toContain('is always silent');
    expect(healthy.unfinished).toBe(1);
  });

  test('names the checks that it cannot simulate', () => {
    const source = { kind: 'pushed', signal: 'ms' } as const;
    const both = policy({
      checks: [
        { name: 'p95', source, limit: { value: 2_500 }, onBad: 'hold' },
        { name: 'new', source, newSignature: {}, onBad: 'halt' },
        { name: 'launches', source, limit: { rate: 0.01 }, onBad: 'halt' },
      ],
    });
    const { healthy } = outlookOf(both, audience, 1, 5);
    expect(remarksOn(both, audience)).toContain('Not simulated, and taken as healthy: "p95" and "new".');
    expect(healthy.unfinished).toBe(0);
  });
});

test('worse ratios have the crashes of the better ones and more, with the same luck', () => {
  const reached = [{ since: start, percentage: 50 }];
  const failedIn = ratios.map((ratio) => {
    const pieces = crashStream(audience, ratio, start, 7, 3).until(at(48 * hour), reached);
    return {
      candidate: pieces.map((piece) => piece.candidate.failed),
      control: pieces.map((piece) => piece.control),
    };
  });
  for (const [index, worse] of failedIn.entries()) {
    const better = failedIn[index - 1] ?? worse;
    expect(worse.control).toEqual(better.control);
    expect(worse.candidate.every((failed, piece) => failed >= (better.candidate[piece] ?? 0))).toBe(true);
  }
});

test.each([
  [1.5, 94, 31],
  [2, 35, 17.6],
  [3, 15.7, 10.5],
  [5, 8.4, 6.7],
])('at a ratio of %d no test does with fewer than %d crashes, %d of them extra', (ratio, crashes, extra) => {
  const limit = limitOf(ratio, 0.001);
  expect(limit.crashes).toBeCloseTo(crashes, 0);
  expect(limit.extraCrashes).toBeCloseTo(extra, 0);
});

test('a build reaches 63 % of whom it is offered in the time of adoption', () => {
  expect(adopted(0, 0.5, 12 * hour, 12 * hour).last).toBeCloseTo(0.5 * 0.632, 3);
  expect(adopted(0, 0.5, 0, hour)).toEqual({ average: 0.5, last: 0.5 });
});

describe('wrong input', () => {
  const right = ['--policy', 'standard', '--daily-sessions', '1000', '--crash-rate', '0.005'];
  test.each<[string, string[], RegExp]>([
    ['no policy', [], /^--policy is missing/],
    ['no sessions', ['--policy', 'fast'], /^--daily-sessions is missing/],
    ['no rate', ['--policy', 'fast', '--daily-sessions', '10'], /^--crash-rate is missing/],
    [
      'a policy that is not there',
      ['--policy', 'nope', ...right.slice(2)],
      /no built-in policy of that name/,
    ],
    [
      'sessions that are no number',
      ['--policy', 'fast', '--daily-sessions', 'many', '--crash-rate', '0.1'],
      /^--daily-sessions must be a number/,
    ],
    [
      'a rate in percent',
      ['--policy', 'fast', '--daily-sessions', '10', '--crash-rate', '0.5'],
      /\(0\.5 % is 0\.005\)/,
    ],
    [
      'a rate of nothing',
      ['--policy', 'fast', '--daily-sessions', '10', '--crash-rate', '0'],
      /must be above 0/,
    ],
    ['a lag without a unit', [...right, '--lag', '3'], /^--lag must be a duration/],
    ['an adoption that is none', [...right, '--adoption', 'soon'], /^--adoption must be a duration/],
    [
      'a check that is not there',
      [...right, '--check', 'x'],
      /^--check must name a check .*\(crashes, crash rate\), not "x"/,
    ],
    ['a seed that is none', [...right, '--seed', '1.5'], /^--seed must be a whole number/],
    ['too few trials', [...right, '--trials', '0'], /^--trials must be a number from 10/],
    ['an unknown option', [...right, '--seeds', '1'], /^Unknown option '--seeds'/],
  ])('%s is one line', async (_, args, expected) => {
    const { exitCode, out, problem } = await runPlan(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(problem).toMatch(expected);
    expect(problem).not.toContain('\n');
  });

  test('help needs nothing else', async () => {
    const { exitCode, out } = await runPlan(['--help']);
    expect(exitCode).toBe(0);
    expect(out).toContain('--daily-sessions N');
  });
});

test('a policy whose checks can exclude nothing gets its report all the same', () => {
  const tripwire = policy({
    checks: [
      { name: 'new', source: { kind: 'pushed', signal: 'crash' }, newSignature: {}, onBad: 'halt' },
      { name: 'rate', source: { kind: 'pushed', signal: 'crash' }, limit: { value: 3 }, onBad: 'hold' },
    ],
  });
  expect(() => planOf(tripwire, audience, { seed: 1, trials: 10 })).not.toThrow();
});
