import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Measurement, Sample } from '../../../src/shared/rollout/evidence.ts';
import type { Window } from '../../../src/shared/rollout/finding.ts';
import { judge, windowOf } from '../../../src/shared/rollout/judge.ts';
import type { PolicyDocument } from '../../../src/shared/rollout/policy.ts';
import {
  at,
  counts,
  day,
  fresh,
  hour,
  policy,
  policyDocument,
  ramping,
  value,
} from '../../support/builders.ts';

type CheckDocument = PolicyDocument['checks'][number];

const window = (change: Partial<Window> = {}): Window => ({
  since: at(0),
  stepSince: at(0),
  bakeEndsAt: at(6 * hour),
  percentage: 5,
  percentageBefore: 0,
  shown: [{ percentage: 5, since: at(0) }],
  now: at(6 * hour),
  ...change,
});

/** The judgement of one check, 6 h into the first step if nothing else is said. */
function judged(
  samples: readonly Sample[] | Measurement,
  change: Partial<CheckDocument> = {},
  seen: Partial<Window> = {},
  document: Partial<PolicyDocument> = {},
) {
  const [base] = policyDocument().checks;
  if (!base) throw new Error('the test policy has no check');
  const others = change.dryRun ? [{ ...base, name: 'other' }] : [];
  const whole = policy({ checks: [{ ...base, ...change }, ...others], ...document });
  const [check] = whole.checks;
  if (!check) throw new Error('the test policy has no check');
  const measurement: Measurement = 'kind' in samples ? samples : { kind: 'samples', samples };
  return judge(whole, check, measurement, window(seen));
}

const beside = (fromHour: number, candidate: [number, number], control: [number, number]): Sample => ({
  ...counts(fromHour, ...candidate),
  control: { failed: control[0], exposed: control[1] },
});

const long = (startHour: number, endHour: number, failed: number, exposed = 1_000): Sample => ({
  ...counts(0, failed, exposed),
  start: at(startHour * hour),
  end: at(endHour * hour),
});

describe('a limit on a rate', () => {
  test.each<[string, Sample[], string, string]>([
    [
      'enough exposure within the limit',
      [counts(5, 5, 1_000)],
      'good',
      '5 of 1000 failed, 0.5 % with a limit of 1 %; e-value 0.016 of 1000',
    ],
    [
      'far beyond the limit',
      [counts(5, 50, 1_000)],
      'bad',
      '50 of 1000 failed, 5 % with a limit of 1 %; in this step it is above the limit, 5 %; e-value above a million of 1000',
    ],
    [
      'beyond the limit by what chance may bring: nothing is halted, and nothing raised',
      [counts(5, 15, 1_000)],
      'inconclusive',
      '15 of 1000 failed, 1.5 % with a limit of 1 %; in this step it is above the limit, 1.5 %; e-value 1.03 of 1000',
    ],
    [
      'too little exposure',
      [counts(5, 1, 499)],
      'inconclusive',
      '499 of the 500 settled exposures that a step needs',
    ],
    [
      'harm that shows before the exposure is enough',
      [counts(5, 30, 300)],
      'bad',
      '30 of 300 failed, 10 % with a limit of 1 %; in this step it is above the limit, 10 %; e-value above a million of 1000',
    ],
    [
      'exposure that adds up over the step',
      [counts(3, 1, 300), counts(5, 1, 300)],
      'good',
      '2 of 600 failed, 0.333 % with a limit of 1 %; e-value 0.0334 of 1000',
    ],
    [
      'samples of values only',
      [value(5, 3)],
      'inconclusive',
      'no reading of the kind that its question needs',
    ],
  ])('%s', (_, samples, kind, sentence) => {
    expect(judged(samples)).toMatchObject({ kind, sentence, check: 'launches', onBad: 'halt' });
  });

  test('200 exposures are needed where the policy does not say, and one where it says 0', () => {
    const of = (exposed: number, minimumExposure?: number) =>
      judged([counts(5, 0, exposed)], { minimumExposure }).kind;
    expect([of(199), of(200), of(0, 0), of(1, 0)]).toEqual(['inconclusive', 'good', 'inconclusive', 'good']);
  });

  test('all that was counted since the rollout began speaks of harm; the step itself must speak to be left', () => {
    const earlier = [long(-30, -6, 120, 4_000)];
    const seen = { since: at(-day * 2), percentageBefore: 5, percentage: 25 };
    expect(judged([...earlier, counts(5, 1, 1_000)], {}, seen).kind).toBe('bad');
    expect(judged([...earlier, counts(5, 1, 1_000)], {}, { ...seen, since: at(-hour) }).kind).toBe('good');
    expect(judged([long(-30, -6, 20, 4_000)], {}, seen)).toMatchObject({
      kind: 'unmeasured',
      sentence: 'no sample since 2026-11-02 00:00 UTC',
    });
  });

  test('the Store’s counts are sampled, so a policy that says nothing discounts them by 8', () => {
    const analytics: Partial<CheckDocument> = { source: { kind: 'storeAnalytics', settledAfter: '0s' } };
    const samples = [counts(5, 36, 1_000)];
    const { harm } = judged(samples, analytics);
    expect(harm).toEqual(judged(samples, { ...analytics, discount: 8 }).harm);
    expect(judged(samples, { ...analytics, discount: 1 }).kind).toBe('bad');
  });

  test('a device that may crash often, or a sampled count, is discounted', () => {
    const samples = [counts(5, 36, 1_000)];
    expect(judged(samples).kind).toBe('bad');
    expect(judged(samples, { discount: 8 })).toMatchObject({
      kind: 'inconclusive',
      candidate: { failed: 36, exposed: 1_000 },
    });
  });
});

describe('the false-halt budget', () => {
  const check = (name: string, change: Partial<CheckDocument> = {}): CheckDocument => ({
    name,
    source: { kind: 'pushed', signal: name },
    limit: { rate: 0.01 },
    onBad: 'halt',
    ...change,
  });

  test.each<[string, Partial<CheckDocument>, number]>([
    ['a limit on a rate', {}, 2_000],
    ['a control', { limit: undefined, compare: { to: 'control' } }, 2_000],
    [
      'a history, which takes half of it',
      { limit: undefined, compare: { to: 'history', failed: 9, exposed: 900 } },
      4_000,
    ],
    ['a tripwire', { limit: undefined, newSignature: {} }, 2_000],
    ['a limit on a value', { limit: { value: 5 } }, 2_000],
  ])('of two checks, each has half: %s', (_, question, needed) => {
    const whole = policy({ checks: [check('a', question), check('b')] });
    const [first] = whole.checks;
    if (!first) throw new Error('no check');
    const samples =
      question.limit && 'value' in question.limit ? [value(5, 1)] : [beside(5, [0, 1_000], [9, 9_000])];
    expect(judge(whole, first, { kind: 'samples', samples }, window()).harm?.needed).toBeCloseTo(needed);
  });

  test.each<[string, CheckDocument[], number]>([
    ['one check has all of it', [check('a')], 1_000],
    ['two that halt have half each', [check('a'), check('b')], 2_000],
    ['what only holds takes nothing', [check('a'), check('b', { onBad: 'hold' })], 1_000],
    ['and neither does a dry run', [check('a'), check('b', { dryRun: true })], 1_000],
  ])('%s', (_, checks, needed) => {
    const whole = policy({ checks });
    const [first] = whole.checks;
    if (!first) throw new Error('no check');
    const evidence = judge(whole, first, { kind: 'samples', samples: [counts(5, 1, 1_000)] }, window());
    expect(evidence.harm?.needed).toBeCloseTo(needed);
  });

  test('a check that only holds has the whole of it for itself', () => {
    const whole = policy({ checks: [check('a', { onBad: 'hold' }), check('b'), check('c')] });
    const [holds] = whole.checks;
    if (!holds) throw new Error('no check');
    const { harm } = judge(whole, holds, { kind: 'samples', samples: [counts(5, 1, 1_000)] }, window());
    expect(harm?.needed).toBeCloseTo(1_000);
  });

  test('is the policy’s word', () => {
    const few = [counts(5, 24, 1_000)];
    expect(judged(few, {}, {}, { falseHaltProbability: 0.05 }).kind).toBe('bad');
    expect(judged(few, {}, {}, { falseHaltProbability: 0.0001 }).kind).toBe('inconclusive');
  });
});

describe('a comparison with the control', () => {
  const compare: Partial<CheckDocument> = { limit: undefined, compare: { to: 'control' } };

  test.each<[string, Sample[], string]>([
    ['fails as often', [beside(5, [5, 1_000], [95, 19_000])], 'good'],
    ['fails three times as often', [beside(5, [45, 3_000], [285, 57_000])], 'bad'],
    [
      'fails as often as it must in a quarter more by nature',
      [beside(5, [625, 100_000], [9_500, 1_900_000])],
      'good',
    ],
    [
      'crashes everywhere, and so does the control: it is not the build',
      [beside(5, [500, 1_000], [9_500, 19_000])],
      'good',
    ],
    ['too few have it', [beside(5, [0, 100], [10, 1_900])], 'inconclusive'],
    ['no sample tells of the control', [counts(5, 5, 1_000)], 'unmeasured'],
  ])('%s', (_, samples, kind) => {
    expect(judged(samples, compare).kind).toBe(kind);
  });

  test('says both counts, and how they compare', () => {
    expect(judged([beside(5, [6, 1_000], [95, 19_000])], compare)).toMatchObject({
      sentence: '6 of 1000 failed, 1.2 times the control’s 95 of 19000; e-value 0.16 of 1000',
      candidate: { failed: 6, exposed: 1_000 },
      control: { failed: 95, exposed: 19_000 },
    });
  });

  test('an uncertain share and a tolerated ratio are two margins, and both widen what is healthy', () => {
    const samples = [beside(5, [180, 20_000], [1_900, 380_000])];
    const of = (shareUncertainty: number, tolerate: number) =>
      judged(samples, { limit: undefined, compare: { to: 'control', shareUncertainty, tolerate } }).kind;
    expect([of(0, 1), of(0, 1.5), of(0.4, 1), of(0.2, 1.3)]).toEqual(['bad', 'good', 'good', 'good']);
  });

  test('with an e-value of a third of the way to the halt, nothing is raised', () => {
    expect(judged([beside(5, [15, 1_000], [95, 19_000])], compare)).toMatchObject({
      kind: 'inconclusive',
      sentence: expect.stringContaining('too much to raise on'),
    });
  });

  test('a control that falls silent in the middle is unmeasured, unless everybody has the candidate', () => {
    const samples = [beside(-5, [5, 1_000], [95, 19_000]), counts(5, 1, 1_000)];
    const seen = { since: at(-day), percentageBefore: 5 };
    const later = { ...seen, percentage: 25, bakeEndsAt: at(day) };
    expect(judged(samples, compare, later)).toMatchObject({
      kind: 'unmeasured',
      sentence: 'no sample of this step tells of the control',
    });
    expect(judged(samples, compare, { ...later, percentage: 100 }).kind).toBe('good');
  });

  test('where nearly everybody has the candidate nobody is left to compare with, and nothing new is told', () => {
    const last = { percentage: 100, percentageBefore: 50 };
    const none = judged([beside(5, [900, 10_000], [1, 1_000])], compare, last);
    expect(none.harm?.eValue).toBeCloseTo(1);
  });
});

describe('a comparison with earlier releases', () => {
  const since = (failed: number, exposed: number): Partial<CheckDocument> => ({
    limit: undefined,
    compare: { to: 'history', failed, exposed },
  });

  test('knows their rate as well as they were measured', () => {
    const samples = [counts(5, 45, 2_000)];
    expect(judged(samples, since(500, 100_000)).kind).toBe('bad');
    expect(judged(samples, since(5, 1_000)).kind).not.toBe('bad');
  });

  test('says so', () => {
    expect(judged([counts(5, 10, 2_000)], since(500, 100_000)).sentence).toMatch(
      /^10 of 2000 failed, 1 times earlier releases’ 500 of 100000; e-value /,
    );
  });
});

describe('a share that is not steady', () => {
  const compare: Partial<CheckDocument> = { limit: undefined, compare: { to: 'control' } };
  const raisedAtNoon = {
    stepSince: at(12 * hour),
    percentage: 50,
    percentageBefore: 5,
    now: at(day),
    shown: [
      { percentage: 5, since: at(0) },
      { percentage: 50, since: at(12 * hour) },
    ],
  };
  // A bad afternoon of the network: both builds fail five times as often, and the candidate has ten times the users by then.
  const morning: [number, number][] = [
    [75, 15_000],
    [1_425, 285_000],
  ];
  const afternoon: [number, number][] = [
    [3_750, 150_000],
    [3_750, 150_000],
  ];
  const together = {
    ...beside(0, [3_825, 165_000], [5_175, 435_000]),
    end: at(day),
  };

  test('a raise in the midst of a sample does not make a bad day of both builds the candidate’s fault', () => {
    expect(judged([together], compare, raisedAtNoon).kind).not.toBe('bad');
    const [first, second] = [morning, afternoon].map(([candidate, control], half) =>
      candidate && control
        ? { ...beside(0, candidate, control), start: at(half * 12 * hour), end: at((half + 1) * 12 * hour) }
        : together,
    );
    expect(judged(first && second ? [first, second] : [], compare, raisedAtNoon).kind).not.toBe('bad');
  });

  test('and without a raise it would be', () => {
    expect(judged([together], compare, { ...raisedAtNoon, shown: [] }).kind).toBe('bad');
  });

  test('users come after a raise, so one shortly before a long sample counts as well', () => {
    const raisedBefore = {
      ...raisedAtNoon,
      stepSince: at(-hour),
      shown: [{ percentage: 50, since: at(-hour) }],
    };
    expect(judged([together], compare, raisedBefore).kind).not.toBe('bad');
  });

  test('and such a sample proves no safety either', () => {
    const pace: Partial<PolicyDocument> = {
      pace: 'evidence',
      steps: [{ percentage: 5, bake: '1h', maximumBake: '2d' }],
      finalize: 'manual',
    };
    const excluding: Partial<CheckDocument> = { limit: undefined, compare: { to: 'control', exclude: 2 } };
    const calm = [{ ...beside(0, [100, 165_000], [2_175, 435_000]), end: at(day) }];
    expect(judged(calm, excluding, raisedAtNoon, pace).safety?.eValue).toBeLessThan(1);
    expect(judged(calm, excluding, { ...raisedAtNoon, shown: [] }, pace).safety?.eValue).toBeGreaterThan(20);
  });

  test('what has not settled cannot hide what has', () => {
    const source = { kind: 'pushed', signal: 'launch', settledAfter: '3h', staleAfter: '6h' } as const;
    const settled = beside(1, [40, 2_000], [190, 38_000]);
    const open = [3, 4, 5].map((from) => beside(from, [40, 2_000], [190, 38_000]));
    const of = (...samples: Sample[]) => judged(samples, { ...compare, source }).harm?.eValue ?? 0;
    expect(of(settled, ...open)).toBeGreaterThanOrEqual(of(settled));
  });

  test('a day of the Store, which counts an updated device for both versions, is taken as measured', () => {
    const source = { kind: 'storeAnalytics', settledAfter: '0s' } as const;
    const day = judged([together], { ...compare, source, discount: 1 }, raisedAtNoon);
    expect(day.harm).toEqual(
      judged([together], { ...compare, source, discount: 1 }, { ...raisedAtNoon, shown: [] }).harm,
    );
  });

  test('a raise whose answer was lost counts for what may have come through', () => {
    const lost = ramping({
      intent: {
        kind: 'raise',
        percentage: 25,
        step: 1,
        actor: 'policy',
        reason: 'r',
        since: at(0),
        attempts: 1,
      },
    });
    expect(windowOf(lost, at(hour))?.percentage).toBe(25);
  });

  test('beside too few others nothing can be told, and that is not good news', () => {
    const samples = [beside(5, [850, 8_500], [0, 1_500])];
    expect(judged(samples, compare)).toMatchObject({
      kind: 'unmeasured',
      sentence: '85 % of the exposures are the candidate’s, and beside so few others nothing can be told',
    });
    expect(judged(samples, compare, { percentage: 90, percentageBefore: 50 }).kind).toBe('good');
  });
});

test('no verdict of a limit or a comparison depends on how an hour is cut into samples', () => {
  const documents: Partial<CheckDocument>[] = [
    {},
    { limit: undefined, compare: { to: 'control' } },
    { limit: undefined, compare: { to: 'history', failed: 50, exposed: 10_000 } },
  ];
  const failures = fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 200 }));
  fc.assert(
    fc.property(fc.constantFrom(...documents), failures, failures, (document, [a, b], [c, d]) => {
      const whole = [beside(5, [a + c, 2_000], [b + d, 38_000])];
      const [first, second] = [beside(5, [a, 500], [b, 9_500]), beside(5, [c, 1_500], [d, 28_500])];
      const cut = [
        { ...first, end: at(5.25 * hour) },
        { ...second, start: at(5.25 * hour) },
      ];
      const [one, two] = [judged(whole, document), judged(cut, document)];
      expect(two.kind).toBe(one.kind);
      expect(two.sentence).toBe(one.sentence);
    }),
  );
});

describe('a limit on a value', () => {
  const holds: Partial<CheckDocument> = {
    limit: { value: 2_500 },
    minimumExposure: undefined,
    onBad: 'hold',
    consecutive: 3,
  };
  test.each<[string, Sample[], string, string]>([
    [
      'the last three are beyond',
      [value(2, 9_000), value(3, 9_000), value(4, 3_000), value(5, 2_600)],
      'bad',
      '2600, above the limit of 2500 (3 of 3 in a row)',
    ],
    [
      'only two are',
      [value(3, 9), value(4, 3_000), value(5, 2_600)],
      'inconclusive',
      '2600, above the limit of 2500 (2 of 3 in a row)',
    ],
    [
      'a good one ends the row',
      [value(3, 9_000), value(4, 9_000), value(5, 9)],
      'good',
      '9, within the limit of 2500',
    ],
    [
      'samples arrive out of order',
      [value(5, 9), value(3, 9_000), value(4, 9_000)],
      'good',
      '9, within the limit of 2500',
    ],
  ])('that holds: %s', (_, samples, kind, sentence) => {
    expect(judged(samples, holds)).toMatchObject({ kind, sentence });
  });

  const halts: Partial<CheckDocument> = { limit: { value: 2_500 }, minimumExposure: undefined };
  const readings = (...values: number[]) =>
    values.map((each, index) => value(6 - values.length + index, each));

  test.each<[string, Sample[], string]>([
    ['a few beyond it are no halt', readings(9, 9_000, 9_000), 'inconclusive'],
    ['many in a row are', readings(9_000, 9_000, 9_000, 9_000, 9_000), 'bad'],
    ['none are good', readings(9, 9, 9), 'good'],
  ])('that halts, at the policy’s chance of error: %s', (_, samples, kind) => {
    expect(judged(samples, halts).kind).toBe(kind);
  });
});

describe('a tripwire for new failures', () => {
  const tripwire: Partial<CheckDocument> = { limit: undefined, newSignature: {} };
  const showing = (fromHour: number, devices: number, change: object = {}): Sample => ({
    ...counts(fromHour, devices, 1_000),
    signatures: [{ hash: 'c21da75f', candidate: devices, ...change }],
  });

  test.each<[string, Sample[], string]>([
    ['all are known', [{ ...showing(5, 3, { seenBefore: true }), ...counts(5, 3, 1_000) }], 'good'],
    [
      'one hour came without names, and the next with them',
      [{ ...counts(4, 2, 1_000) }, showing(5, 1)],
      'good',
    ],
    ['few have a name', [{ ...showing(5, 1), ...counts(5, 11, 1_000) }], 'unmeasured'],
    ['nobody names them', [counts(5, 3, 1_000)], 'unmeasured'],
    ['nothing failed', [counts(5, 0, 1_000)], 'good'],
    ['on one device', [showing(5, 1)], 'good'],
    ['on three devices is a reason not to raise', [showing(4, 2), showing(5, 1)], 'inconclusive'],
    ['on five devices is enough', [showing(3, 2), showing(4, 1), showing(5, 2)], 'bad'],
    ['on five, but seen before', [showing(3, 2, { seenBefore: true }), showing(5, 3)], 'good'],
    ['on five, and one of the control', [showing(3, 2), showing(5, 3, { control: 1 })], 'good'],
  ])('a new failure: %s', (_, samples, kind) => {
    expect(judged(samples, tripwire).kind).toBe(kind);
  });

  test('needs as much settled exposure as any other check before the step is left', () => {
    const few = [{ ...counts(5, 0, 499), signatures: [] }];
    expect(judged(few, tripwire)).toMatchObject({
      kind: 'inconclusive',
      sentence: '499 of the 500 settled exposures that a step needs',
    });
  });

  test('names it', () => {
    expect(judged([showing(3, 2), showing(5, 4)], tripwire).sentence).toMatch(
      /^new failure c21da75f on 6 devices; e-value .* of 1000$/,
    );
  });
});

describe('late data', () => {
  const late: Partial<CheckDocument> = {
    source: { kind: 'pushed', signal: 'launch', settledAfter: '3h', staleAfter: '6h' },
  };

  test('exposure counts for the build only once it has settled', () => {
    expect(judged([counts(3, 1, 1_000)], late)).toMatchObject({
      kind: 'inconclusive',
      sentence: '0 of the 500 settled exposures that a step needs',
    });
    expect(judged([counts(2, 1, 1_000)], late).kind).toBe('good');
  });

  test('failures count against it at once', () => {
    expect(judged([counts(5, 100, 1_000)], late).kind).toBe('bad');
  });

  test('failures whose exposure nobody knows yet count by the percentage that could have met them', () => {
    const compare: Partial<CheckDocument> = { ...late, limit: undefined, compare: { to: 'control' } };
    const unknown = (candidate: number, control: number) => [beside(5, [candidate, 0], [control, 0])];
    expect(judged(unknown(40, 60), compare).kind).toBe('bad');
    expect(judged(unknown(40, 60), compare, { percentage: 25 }).kind).not.toBe('bad');
  });

  test('a control of which nothing is known has not been without failures', () => {
    const compare: Partial<CheckDocument> = { ...late, limit: undefined, compare: { to: 'control' } };
    for (const sample of [beside(5, [40, 0], [0, 0]), counts(5, 40, 0)])
      expect(judged([sample], compare).harm?.eValue ?? 1).toBeCloseTo(1);
  });

  test('and a settled failure without exposure tells nothing', () => {
    const compare: Partial<CheckDocument> = { limit: undefined, compare: { to: 'control' } };
    expect(judged([beside(5, [20, 0], [60, 9_000])], compare).harm?.eValue).toBeCloseTo(1);
  });
});

describe('the pace of evidence', () => {
  const pace: Partial<PolicyDocument> = {
    pace: 'evidence',
    steps: [{ percentage: 5, bake: '1h', maximumBake: '2d' }],
    finalize: 'manual',
  };

  test('asks whether harm is excluded, at the stated confidence', () => {
    const of = (failed: number, exposed: number) => judged([counts(5, failed, exposed)], {}, {}, pace).safety;
    expect(of(1, 1_000)).toMatchObject({ needed: expect.closeTo(20) });
    expect(of(1, 1_000)?.eValue).toBeGreaterThan(20);
    expect(of(6, 1_000)?.eValue).toBeLessThan(20);
    expect(judged([counts(5, 1, 1_000)], {}).safety).toBeUndefined();
  });

  test('late failures count against safety at once, and late exposure does not speak for it', () => {
    const late: Partial<CheckDocument> = {
      source: { kind: 'pushed', signal: 'launch', settledAfter: '3h', staleAfter: '6h' },
    };
    const settled = counts(1, 1, 1_000);
    const of = (...more: Sample[]) => judged([settled, ...more], late, {}, pace).safety?.eValue ?? 0;
    expect(of(counts(5, 0, 5_000))).toBeCloseTo(of());
    expect(of(counts(5, 3, 5_000))).toBeLessThan(of());
  });
});

describe('the window', () => {
  test('leaves out what ended before the rollout, and what has not ended yet', () => {
    expect(judged([long(-2, 0, 900), counts(5, 1, 1_000)]).kind).toBe('good');
    expect(judged([counts(6, 500, 500)]).kind).toBe('unmeasured');
  });

  test('takes an interval as proof of the step in which most of it lies', () => {
    expect(judged([long(-1, 4, 1)]).kind).toBe('good');
    expect(judged([long(-6, 0.5, 1)], {}, { now: at(hour) })).toMatchObject({
      kind: 'inconclusive',
      sentence: 'nothing can be known before 2026-11-02 02:00 UTC',
    });
  });

  test('and takes harm from any interval that reaches into it', () => {
    expect(judged([long(-6, 5, 100)]).kind).toBe('bad');
  });

  test('of a rollout begins when users get the candidate', () => {
    expect(windowOf(fresh(), at(0))).toBeUndefined();
    const later = ramping({ rampingSince: at(0), stepSince: at(day), percentage: 25, reached: 25, step: 1 });
    expect(windowOf({ ...later, percentageBefore: 5 }, at(2 * day))).toEqual(
      window({
        shown: [],
        stepSince: at(day),
        bakeEndsAt: at(day + 12 * hour),
        percentage: 25,
        percentageBefore: 5,
        now: at(2 * day),
      }),
    );
  });
});

describe('silence', () => {
  test('no sample at all is unmeasured, not good', () => {
    expect(judged([])).toMatchObject({
      kind: 'unmeasured',
      sentence: 'no sample since 2026-11-02 00:00 UTC',
    });
  });

  test('a pushed check has as long as `staleAfter` for the first sample of a step', () => {
    expect(judged([], {}, { now: at(2 * hour - 1) })).toMatchObject({
      kind: 'inconclusive',
      pendingUntil: at(2 * hour),
    });
    expect(judged([], {}, { now: at(2 * hour) }).kind).toBe('unmeasured');
  });

  test('a source that failed is unmeasured, with its cause', () => {
    const failed: Measurement = { kind: 'unmeasured', cause: 'the Store did not answer' };
    expect(judged(failed)).toMatchObject({ kind: 'unmeasured', sentence: 'the Store did not answer' });
  });

  test('good news that is old is unmeasured', () => {
    expect(judged([counts(1, 0, 1_000)])).toMatchObject({
      kind: 'unmeasured',
      sentence: 'silent for 4 h; the last sample ended 2026-11-02 02:00 UTC',
    });
  });

  test('bad news that is old stays bad', () => {
    expect(judged([counts(1, 100, 1_000)]).kind).toBe('bad');
  });

  describe('that looks like health, once the bake is over', () => {
    const compare: Partial<CheckDocument> = {
      limit: undefined,
      compare: { to: 'control' },
      minimumExposure: 1,
    };

    test('a share far below the percentage is unmeasured', () => {
      const few = [beside(5, [0, 40], [50, 9_960])];
      expect(judged(few, compare)).toMatchObject({
        kind: 'unmeasured',
        sentence: 'only 0.4 % of the exposures are the candidate’s, where 5 % get it',
      });
      expect(judged(few, compare, { bakeEndsAt: at(7 * hour) }).kind).toBe('good');
      expect(judged([beside(5, [0, 60], [50, 9_940])], compare).kind).toBe('good');
    });

    test('without a control, exposure that did not grow with the percentage is', () => {
      const seen = { since: at(-day), percentageBefore: 5, percentage: 50 };
      const earlier = long(-24, 0, 1, 24_000);
      expect(judged([earlier, counts(5, 0, 900)], {}, seen)).toMatchObject({
        kind: 'unmeasured',
        sentence: 'only 900 exposures an hour, where those before the step imply 10000',
      });
      expect(judged([earlier, counts(5, 0, 1_100)], {}, seen).kind).toBe('good');
    });

    test('also where the check has a limit and the samples tell of the control, and where it waits for names', () => {
      const few = [{ ...beside(5, [0, 40], [50, 9_960]), signatures: [] }];
      const seen = { percentageBefore: 0 };
      expect(judged(few, { minimumExposure: 1 }, seen).kind).toBe('unmeasured');
      const tripwire = { limit: undefined, newSignature: {}, minimumExposure: 1 };
      expect(judged(few, tripwire, seen).kind).toBe('unmeasured');
    });

    test('the policy says how far is far', () => {
      const few = [beside(5, [0, 40], [50, 9_960])];
      const document = { unmeasured: { leastAdoption: 0.05 } };
      expect(judged(few, compare, {}, document).kind).toBe('good');
    });
  });

  describe('of the Store’s analytics', () => {
    const analytics: Partial<CheckDocument> = { source: { kind: 'storeAnalytics', settledAfter: '30h' } };
    const nothing: Measurement = { kind: 'samples', samples: [], pendingUntil: at(day + 30 * hour) };
    const settled = at(day + 30 * hour);

    test('is inconclusive until the first day of the step has settled', () => {
      expect(judged(nothing, analytics)).toMatchObject({ kind: 'inconclusive', pendingUntil: settled });
      expect(judged(nothing, analytics, { now: settled }).kind).toBe('unmeasured');
    });

    test('comes a day after the next day’s figures should have', () => {
      const known = [{ ...counts(0, 1, 1_000), end: at(day) }];
      expect(judged(known, analytics, { now: at(day + 78 * hour) }).kind).toBe('good');
      expect(judged(known, analytics, { now: at(day + 78 * hour + 1) })).toMatchObject({
        kind: 'unmeasured',
        sentence: 'silent for 3 d 6 h; the last sample ended 2026-11-03 00:00 UTC',
      });
    });

    test('is not hidden by failures of a day that is not over', () => {
      const open = [{ ...beside(5, [3, 0], [60, 0]), end: at(day) }];
      const compare: Partial<CheckDocument> = { ...analytics, limit: undefined, compare: { to: 'control' } };
      expect(judged(open, compare, { now: at(day) }).kind).toBe('inconclusive');
      const [first] = open;
      const later = first ? [first, { ...first, start: at(day), end: at(2 * day) }] : [];
      expect(judged(later, compare, { now: at(3 * day) }).kind).toBe('unmeasured');
    });

    test('does not take a control for the flight’s own: a small share is no silence', () => {
      const compare: Partial<CheckDocument> = {
        ...analytics,
        limit: undefined,
        compare: { to: 'control' },
        minimumExposure: 100,
      };
      const settledDay = [{ ...beside(0, [1, 1_000], [900, 999_000]), end: at(day) }];
      expect(judged(settledDay, compare, { now: settled }).kind).toBe('good');
    });

    test('is not hidden by a day before the step', () => {
      const before = [{ ...counts(0, 1, 1_000), start: at(-day), end: at(-1) }];
      const seen = { since: at(-day) };
      expect(judged(before, analytics, { ...seen, now: at(day) }).kind).toBe('inconclusive');
      expect(judged(before, analytics, { ...seen, now: settled }).kind).toBe('unmeasured');
    });
  });
});

test('a dry run is judged alike and decides nothing', () => {
  expect(judged([counts(5, 100, 1_000)], { dryRun: true })).toMatchObject({ kind: 'bad', onBad: 'nothing' });
});
