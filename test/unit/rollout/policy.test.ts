import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { builtInPolicies } from '../../../src/shared/rollout/builtInPolicies.ts';
import { durationSchema, sayDuration, writeDuration } from '../../../src/shared/rollout/duration.ts';
import { type PolicyDocument, policySchema, samePolicy } from '../../../src/shared/rollout/policy.ts';
import { mistakesOf } from '../../../src/shared/text/mistakes.ts';
import { day, hour, policy, policyDocument } from '../../support/builders.ts';

const mistakes = (document: unknown): string[] => {
  const result = policySchema.safeParse(document);
  return result.success
    ? []
    : mistakesOf(result.error, policySchema).map(({ path, message }) => `${path} ${message}`);
};

const withCheck = (change: object): unknown => {
  const document = policyDocument();
  return { ...document, checks: [{ ...document.checks[0], ...change }] };
};

describe('a policy', () => {
  test('fills in what a publisher may leave out', () => {
    const { checks, unmeasured, steps, ...rest } = policy({ unmeasured: undefined });
    expect(rest).toMatchObject({
      pace: 'bake',
      falseHaltProbability: 0.001,
      alerts: [],
      approvers: 1,
      escalateHaltAfter: 5 * 60_000,
    });
    expect(unmeasured).toEqual({
      escalateAfter: 6 * hour,
      onEscalation: 'hold',
      leastAdoption: 0.1,
    });
    expect(checks[0]).toMatchObject({ dryRun: false, source: { staleAfter: 2 * hour, settledAfter: 0 } });
    expect(steps[0]).toEqual({ percentage: 5, bake: 6 * hour, approval: false });
  });

  test('takes fractions of a percent', () => {
    expect(
      policy({ steps: [{ percentage: 0.5, bake: '1d' }], finalize: 'manual' }).steps[0]?.percentage,
    ).toBe(0.5);
  });

  test.each<[string, unknown, string]>([
    [
      'a misspelt key',
      withCheck({ minimumExposre: 5 }),
      'checks[0].minimumExposre is not a known key; did you mean "minimumExposure"?',
    ],
    [
      'a misspelt key at the top',
      { ...policyDocument(), finalise: 'manual' },
      'finalise is not a known key; did you mean "finalize"?',
    ],
    [
      'a misspelt key inside a union',
      withCheck({ source: { kind: 'pushed', signl: 'launch' } }),
      'checks[0].source.signl is not a known key; did you mean "signal"?',
    ],
    [
      'a misspelt limit',
      withCheck({ limit: { rat: 0.01 } }),
      'checks[0].limit.rat is not a known key; did you mean "rate"?',
    ],
    [
      'a key that resembles none',
      { ...policyDocument(), zzzzzz: 1 },
      'zzzzzz is not a known key; known here: $schema, name, steps, finalize, onUnfinishedRollout, pace, confidence, falseHaltProbability, checks, alerts, approvers, escalateHaltAfter, unmeasured',
    ],
    ['a missing key', { ...policyDocument(), name: undefined }, 'name is missing'],
    [
      'a number for a duration',
      { ...policyDocument(), steps: [{ percentage: 100, bake: 6 }] },
      'steps[0].bake expected string, received number',
    ],
    [
      'a duration of another form',
      { ...policyDocument(), steps: [{ percentage: 100, bake: '6 hours' }] },
      'steps[0].bake is not a duration; write it as 90s, 30m, 6h or 2d',
    ],
    [
      'steps that fall',
      policyDocument({
        steps: [
          { percentage: 50, bake: '1d' },
          { percentage: 50, bake: '1d' },
          { percentage: 100, bake: '1d' },
        ],
      }),
      'steps[1].percentage must be above the step before it (50)',
    ],
    [
      'an automatic finalize from below 100',
      policyDocument({ steps: [{ percentage: 50, bake: '1d' }] }),
      'finalize can be "automatic" only if the last step reaches 100, because finalizing gives the build to everyone',
    ],
    ['no step', policyDocument({ steps: [] }), 'steps needs at least one step'],
    [
      'no check',
      policyDocument({ checks: [] }),
      'checks needs at least one check that is not a dry run: nothing is raised without evidence',
    ],
    [
      'only dry runs',
      withCheck({ dryRun: true }),
      'checks needs at least one check that is not a dry run: nothing is raised without evidence',
    ],
    [
      'a rate in percent',
      withCheck({ limit: { rate: 1.5 } }),
      'checks[0].limit.rate is a fraction below 1; write 1 % as 0.01',
    ],
    [
      'exposure for a value',
      withCheck({ limit: { value: 5 } }),
      'checks[0].minimumExposure belongs to counts; a limit on a value has no exposure',
    ],
    [
      'a value from the Store',
      withCheck({ source: { kind: 'storeAnalytics' }, limit: { value: 5 }, minimumExposure: undefined }),
      'checks[0].limit.value needs a pushed source; the Store’s analytics only count, so limit their rate',
    ],
    [
      'two checks of one name',
      { ...policyDocument(), checks: [...policyDocument().checks, ...policyDocument().checks] },
      'checks has two checks named "launches"',
    ],
    [
      'two questions in one check',
      withCheck({ compare: { to: 'control' } }),
      'checks[0].compare a check has exactly one of limit, compare and newSignature',
    ],
    [
      'a check without a question',
      withCheck({ limit: undefined }),
      'checks[0].limit a check has exactly one of limit, compare and newSignature',
    ],
    [
      'a comparison with something unknown',
      withCheck({ limit: undefined, compare: { to: 'controll' } }),
      'checks[0].compare.to must be one of "control", "history"',
    ],
    [
      'a margin below 1',
      withCheck({ limit: undefined, compare: { to: 'control', tolerate: 0.2 } }),
      'checks[0].compare.tolerate is a ratio of two rates: 1 is no margin, 1.2 is 20 %',
    ],
    [
      'readings in a row for a rate',
      withCheck({ consecutive: 3 }),
      'checks[0].consecutive belongs to a limit on a value that holds; all else is judged by all its samples, at a stated chance of error',
    ],
    [
      'the exceedance of a value that only holds',
      withCheck({ limit: { value: 5, exceedance: 0.1 }, minimumExposure: undefined, onBad: 'hold' }),
      'checks[0].limit.exceedance belongs to a limit on a value that halts',
    ],
    [
      'a history of more failures than exposures',
      withCheck({ limit: undefined, compare: { to: 'history', failed: 5, exposed: 4 } }),
      'checks[0].compare.failed is more than exposed',
    ],
    [
      'the pace of evidence without an end',
      policyDocument({ pace: 'evidence' }),
      'steps[0].maximumBake is missing: with "pace": "evidence" each step needs one',
    ],
    [
      'the pace of evidence where nothing can exclude harm',
      policyDocument({
        pace: 'evidence',
        checks: [{ name: 'a', source: { kind: 'pushed', signal: 's' }, newSignature: {}, onBad: 'halt' }],
      }),
      'pace needs a check that can exclude harm and is no dry run: a comparison, or a limit on a rate; a tripwire and a value that holds cannot',
    ],
    [
      'a maximum bake below the bake',
      policyDocument({ pace: 'evidence', steps: [{ percentage: 100, bake: '2d', maximumBake: '1d' }] }),
      'steps[0].maximumBake must not be shorter than the bake (2d)',
    ],
    [
      'a maximum bake that nothing reads',
      policyDocument({ steps: [{ percentage: 100, bake: '1d', maximumBake: '2d' }] }),
      'steps[0].maximumBake belongs to "pace": "evidence"',
    ],
    [
      'a confidence that nothing reads',
      policyDocument({ confidence: 0.9 }),
      'confidence belongs to "pace": "evidence"',
    ],
    [
      'a ratio to be excluded that nothing reads',
      withCheck({ limit: undefined, compare: { to: 'control', exclude: 2 } }),
      'checks[0].compare.exclude belongs to "pace": "evidence"',
    ],
    [
      'a ratio to be excluded that is tolerated',
      withCheck({ limit: undefined, compare: { to: 'control', tolerate: 3, exclude: 1.2 } }),
      'checks[0].compare.exclude must not be below what is tolerated (3): it could not be excluded',
    ],
    [
      'the pace of evidence without a ratio to be excluded',
      policyDocument({
        pace: 'evidence',
        checks: [
          {
            name: 'a',
            source: { kind: 'pushed', signal: 's' },
            compare: { to: 'control' },
            onBad: 'halt',
          },
        ],
      }),
      'checks[0].compare.exclude with "pace": "evidence" it says which ratio must be excluded before a raise, and is at least 1.5; 2 is a good choice',
    ],
    [
      'a history that is too short',
      withCheck({ limit: undefined, compare: { to: 'history', failed: 0, exposed: 5 } }),
      'checks[0].compare.exposed is too short a history to know any rate from',
    ],
    [
      'a chance that nobody could reach',
      policyDocument({ falseHaltProbability: 1e-308 }),
      'falseHaltProbability must be at least 1e-9',
    ],
    [
      'a limit for a halt that no Store can meet',
      policyDocument({ escalateHaltAfter: '59s' }),
      'escalateHaltAfter must be at least 1m',
    ],
    [
      'a limit for a halt without a unit',
      policyDocument({ escalateHaltAfter: '5' }),
      'escalateHaltAfter is not a duration; write it as 90s, 30m, 6h or 2d',
    ],
    [
      'a control character in a name',
      withCheck({ name: 'a\u0001b' }),
      'checks[0].name has a control character',
    ],
    [
      'a confidence in percent',
      policyDocument({ confidence: 95 }),
      'confidence is a probability below 1; write 95 % as 0.95',
    ],
  ])('names %s', (_, document, mistake) => {
    expect(mistakes(document)).toContain(mistake);
  });

  test.each([0, 3, 1.5, '2', true])('has no %j approvers', (approvers) => {
    expect(policySchema.safeParse({ ...policyDocument(), approvers }).success).toBe(false);
  });

  test('says how many approvers there may be', () => {
    expect(mistakes({ ...policyDocument(), approvers: 3 })[0]).toMatch(/1.*2/);
  });

  test('is another one with other approvers, alerts or another limit for its halt', () => {
    const others: Partial<PolicyDocument>[] = [
      { approvers: 2 },
      { escalateHaltAfter: '10m' },
      { alerts: [{ match: { service: 'notes' }, do: 'hold' }] },
    ];
    for (const change of others) expect(samePolicy(policy(), policy(change))).toBe(false);
    expect(samePolicy(policy(), policy({ approvers: 1, escalateHaltAfter: '300s', alerts: [] }))).toBe(true);
  });

  test('is the same however its durations are written', () => {
    const inHours = { percentage: 100, bake: '24h' };
    const inDays = { percentage: 100, bake: '1d' };
    expect(samePolicy(policy({ steps: [inHours] }), policy({ steps: [inDays] }))).toBe(true);
    expect(
      samePolicy(policy({ steps: [inHours] }), policy({ steps: [{ percentage: 100, bake: '2d' }] })),
    ).toBe(false);
  });

  test('survives being stored', () => {
    const original = policy();
    expect(policySchema.parse(JSON.parse(JSON.stringify(z.encode(policySchema, original))))).toEqual(
      original,
    );
  });
});

describe('built in', () => {
  test('are cautious, standard and fast', () => {
    expect([...builtInPolicies.keys()]).toEqual(['cautious', 'standard', 'fast']);
  });

  test('the JSON Schema for editors is the one that the code has', async () => {
    const file = await readFile(new URL('../../../docs/policy.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(file)).toEqual(z.toJSONSchema(policySchema, { io: 'input' }));
  });
});

test('the policy that the docs show is one', async () => {
  const page = await readFile(new URL('../../../docs/policies.md', import.meta.url), 'utf8');
  const [, shown = ''] = /```json\n(\{\n {2}"name"[\s\S]*?)```/.exec(page) ?? [];
  expect(mistakes(JSON.parse(shown))).toEqual([]);
});

describe('durations', () => {
  test.each([
    ['90s', 90_000],
    ['30m', 30 * 60_000],
    ['6h', 6 * hour],
    ['2d', 2 * day],
    ['0s', 0],
  ])('%s', (text, ms) => {
    expect(durationSchema.parse(text)).toBe(ms);
    expect(durationSchema.parse(writeDuration(ms))).toBe(ms);
  });

  test.each(['', '6', 'h', '-1h', '1.5h', '6 h', '1h30m', '06h', '9999999d', '6H'])('%j is none', (text) => {
    expect(durationSchema.safeParse(text).success).toBe(false);
  });

  test.each([
    [0, '0 s'],
    [90_000, '1 min 30 s'],
    [6 * hour, '6 h'],
    [day + 6 * hour + 59_000, '1 d 6 h'],
    [day + 59_000, '1 d'],
  ])('%d ms are said as %s', (ms, said) => {
    expect(sayDuration(ms)).toBe(said);
  });
});

test('the type of a document is what the schema takes', () => {
  const document: PolicyDocument = policyDocument();
  expect(policySchema.safeParse(document).success).toBe(true);
});
