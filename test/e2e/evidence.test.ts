import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PolicyDocument } from '../../src/shared/rollout/policy.ts';
import { day, hour } from '../support/builders.ts';
import { openScene, type Scene } from '../support/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

type CheckDocument = PolicyDocument['checks'][number];

const asking = (question: Partial<CheckDocument>, source: object = {}): Partial<PolicyDocument> => ({
  checks: [
    { name: 'launches', source: { kind: 'pushed', signal: 'launch', ...source }, onBad: 'halt', ...question },
  ],
});
const comparing = asking({ compare: { to: 'control' }, minimumExposure: 500 });
const control = (failed: number, exposed: number) => ({ control: { failed, exposed } });

describe('a build beside its control', () => {
  test('is raised while it fails as often, and the answer shows both and the budget', async () => {
    const { id } = await scene.ramp(comparing);
    await scene.control.advanceClock(6 * hour);
    await scene.push(id, 5, 1_000, control(95, 19_000));
    await scene.tick();
    const rollout = await scene.api.rollout(id);
    expect(rollout).toMatchObject({
      percentage: 25,
      falseHaltBudget: { probability: 0.001, spent: expect.any(Number) },
      decision: { kind: 'raise', budgetSpent: expect.any(Number) },
      sentence: expect.stringContaining('1 times the control’s 95 of 19000; e-value'),
    });
    const raise = (await scene.api.journal(id)).find(({ subject }) => subject === 'raise');
    expect(raise).toMatchObject({
      budgetSpent: expect.any(Number),
      evidence: [
        {
          candidate: { failed: 5, exposed: 1_000 },
          control: { failed: 95, exposed: 19_000 },
          harm: { needed: expect.closeTo(1_000) },
        },
      ],
    });
  });

  test('is halted when it fails more often, also below any absolute limit that one would set', async () => {
    const { id, ...submitted } = await scene.ramp(comparing);
    await scene.control.advanceClock(hour);
    await scene.push(id, 30, 20_000, control(95, 380_000));
    await scene.tick();
    expect(await scene.storeSays(submitted)).toMatchObject({ status: 'PackageRolloutStopped' });
    expect(await scene.api.rollout(id)).toMatchObject({ phase: 'halted', falseHaltBudget: { spent: 1 } });
  });

  test('is not halted when everything fails more often', async () => {
    const { id } = await scene.ramp(comparing);
    await scene.control.advanceClock(hour);
    await scene.push(id, 500, 1_000, control(9_500, 19_000));
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({ phase: 'ramping', percentage: 5 });
  });

  test('is held when almost nobody has it at the end of the bake', async () => {
    const { id } = await scene.ramp(comparing);
    await scene.control.advanceClock(6 * hour);
    await scene.push(id, 0, 600, control(950, 199_400));
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({
      percentage: 5,
      evidence: [{ kind: 'unmeasured' }],
      sentence: expect.stringContaining('only 0.3 % of the exposures are the candidate’s, where 5 % get it'),
    });
  });
});

test('failures that are known before anybody knows the exposure are taken, and speak by the percentage', async () => {
  const { id } = await scene.ramp(
    asking({ compare: { to: 'control' } }, { settledAfter: '6h', staleAfter: '12h' }),
  );
  await scene.control.advanceClock(hour);
  await scene.push(id, 40, 0, control(60, 0));
  await scene.tick();
  expect(await scene.api.rollout(id)).toMatchObject({ phase: 'halted' });
});

test('harm that builds up over the steps is added up', async () => {
  const { id } = await scene.ramp(comparing);
  await scene.control.advanceClock(6 * hour);
  await scene.push(id, 10, 1_000, control(95, 19_000));
  await scene.tick();
  expect((await scene.api.rollout(id)).percentage).toBe(25);
  await scene.control.advanceClock(hour);
  await scene.push(id, 40, 3_000, control(285, 57_000));
  await scene.tick();
  expect(await scene.api.rollout(id)).toMatchObject({
    phase: 'halted',
    sentence: expect.stringContaining('50 of 4000 failed, 2.5 times the control’s 380 of 76000'),
  });
});

test('a new failure on a handful of devices halts, unless it was seen before', async () => {
  const tripwire = asking({ newSignature: {} });
  const hit = { signatures: [{ hash: 'c21da75f-ea4d', candidate: 7, control: 0 }] };
  const known = { signatures: [{ hash: 'c21da75f-ea4d', candidate: 7, seenBefore: true }] };
  const [suspect, old] = [await scene.ramp(tripwire), await scene.ramp(tripwire)];
  await scene.control.advanceClock(hour);
  await scene.push(suspect.id, 9, 2_000, hit);
  await scene.push(old.id, 9, 2_000, known);
  await scene.tick();
  expect(await scene.api.rollout(suspect.id)).toMatchObject({
    phase: 'halted',
    sentence: expect.stringContaining('new failure c21da75f-ea4d on 7 devices'),
  });
  expect(await scene.api.rollout(old.id)).toMatchObject({ phase: 'ramping', evidence: [{ kind: 'good' }] });
});

describe('with the Store’s analytics alone', () => {
  const source = { kind: 'storeAnalytics' } as const;

  test('a build that crashes more than its control is halted before any day has settled', async () => {
    const { id, ...submitted } = await scene.ramp(
      { checks: [{ name: 'crashes', source, compare: { to: 'control' }, onBad: 'halt' }] },
      { crashRate: 0.05, rolloutPercentage: 25 },
    );
    await scene.pass(day);
    await scene.pass(day);
    const rollout = await scene.api.rollout(id);
    expect(rollout).toMatchObject({
      phase: 'halted',
      sentence: expect.stringMatching(/more failed in what has not settled; e-value .* of 1000/),
    });
    expect((await scene.storeSays(submitted)).status).toBe('PackageRolloutStopped');
  });

  test('a failure that no version showed before halts, and a healthy build goes on', async () => {
    const policy: Partial<PolicyDocument> = {
      checks: [{ name: 'new failures', source, newSignature: {}, discount: 1, onBad: 'halt' }],
    };
    const seed = { rolloutPercentage: 25 };
    const suspect = await scene.ramp(policy, { ...seed, newSignature: { rate: 0.02 } });
    const healthy = await scene.ramp(policy, seed);
    await scene.pass(day);
    await scene.pass(day);
    expect(await scene.api.rollout(suspect.id)).toMatchObject({
      phase: 'halted',
      sentence: expect.stringMatching(/because of new failures: new failure \S+ on [\d.]+ devices/),
    });
    expect(await scene.api.rollout(healthy.id)).toMatchObject({ phase: 'ramping' });
  });
});

describe('at the pace of evidence', () => {
  const steps = [
    { percentage: 5, bake: '1h', maximumBake: '12h' },
    { percentage: 100, bake: '1h', maximumBake: '12h' },
  ];
  const pace: Partial<PolicyDocument> = {
    ...asking({ limit: { rate: 0.01 }, minimumExposure: 100 }, { staleAfter: '12h' }),
    pace: 'evidence',
    steps,
  };

  test('a step is left as soon as harm is excluded', async () => {
    const { id } = await scene.ramp(pace);
    await scene.control.advanceClock(hour);
    await scene.push(id, 1, 200);
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({
      percentage: 5,
      decision: { kind: 'wait', reason: 'proving' },
      sentence: expect.stringContaining('until harm is excluded, or 2026-'),
    });
    await scene.control.advanceClock(hour);
    await scene.push(id, 1, 1_000);
    await scene.tick();
    expect(await scene.api.rollout(id)).toMatchObject({ percentage: 100 });
  });

  test('and without proof after its longest bake', async () => {
    const { id } = await scene.ramp(pace);
    await scene.control.advanceClock(hour);
    await scene.push(id, 1, 200);
    await scene.pass(10 * hour);
    expect((await scene.api.rollout(id)).percentage).toBe(5);
    await scene.pass(hour);
    expect((await scene.api.rollout(id)).percentage).toBe(100);
  });
});

describe('a sample that no check could judge is refused', () => {
  const push = async (policy: Partial<PolicyDocument>, sample: object) => {
    const { id } = await scene.ramp(policy);
    const now = Date.parse((await scene.control.readClock()).now);
    const times = { start: new Date(now - hour).toISOString(), end: new Date(now).toISOString() };
    return scene.api.send('POST', `rollouts/${id}/samples`, {
      samples: [{ signal: 'launch', ...times, ...sample }],
    });
  };

  test.each<[string, Partial<PolicyDocument>, object, string]>([
    [
      'a comparison without a control',
      comparing,
      { candidate: { failed: 1, exposed: 10 } },
      'samples[0].control is missing; the check "launches" compares with it',
    ],
    [
      'sampled counts without their scale',
      comparing,
      { candidate: { failed: 7.14, exposed: 100 }, ...control(2, 300) },
      'samples[0].candidate.failed has a fraction, so the counts are sampled; the check "launches" needs a discount for that: the scale of the sampling',
    ],
    [
      'failures without their names, where a tripwire waits for them',
      asking({ newSignature: {} }),
      { candidate: { failed: 1, exposed: 100 } },
      'samples[0].signatures is missing; the check "launches" looks for failures by name',
    ],
    [
      'a failure on more devices than have failed',
      asking({ newSignature: {} }),
      { candidate: { failed: 1, exposed: 800 }, signatures: [{ hash: 'zz', candidate: 50 }] },
      'samples[0].signatures[0].candidate is more devices than have failed',
    ],
    [
      'a failure that stands in the sample twice',
      asking({ newSignature: {} }),
      {
        candidate: { failed: 3, exposed: 800 },
        signatures: [
          { hash: 'zz', candidate: 1 },
          { hash: 'zz', candidate: 2 },
        ],
      },
      'samples[0].signatures[1].hash stands in the sample twice',
    ],
    [
      'counts that do not parse, beside signatures',
      asking({ newSignature: {} }),
      { candidate: { failed: 'one', exposed: 800 }, signatures: [{ hash: 'zz', candidate: 50 }] },
      'samples[0].candidate.failed expected number, received string',
    ],
    [
      'a control with more failures than exposures',
      comparing,
      { candidate: { failed: 1, exposed: 100 }, ...control(4, 3) },
      'samples[0].control has more failed than exposed',
    ],
  ])('%s', async (_, policy, sample, mistake) => {
    const { status, body } = await push(policy, sample);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(
      JSON.stringify(mistake.slice(mistake.indexOf(' ') + 1)).slice(1, -1),
    );
  });
});
