import { describe, expect, test } from 'vitest';
import type { Measurement, Sample } from '../../../src/shared/rollout/evidence.ts';
import { judge } from '../../../src/shared/rollout/judge.ts';
import type { PolicyDocument } from '../../../src/shared/rollout/policy.ts';
import { at, counts, day, hour, policy, policyDocument, value } from '../../support/builders.ts';

type CheckDocument = PolicyDocument['checks'][number];

function judged(samples: Sample[] | Measurement, change: Partial<CheckDocument> = {}, now = at(6 * hour)) {
  const [base] = policyDocument().checks;
  if (!base) throw new Error('the test policy has no check');
  const { checks } = policy({
    checks: [
      { ...base, ...change },
      { ...base, name: 'other' },
    ],
  });
  const [check] = checks;
  if (!check) throw new Error('the test policy has no check');
  const measurement: Measurement = Array.isArray(samples) ? { kind: 'samples', samples } : samples;
  return judge(check, measurement, { stepSince: at(0), now });
}

const latency: Partial<CheckDocument> = { limit: { value: 2_500 }, minimumExposure: undefined };

describe('a limit on a rate', () => {
  test.each<[string, Sample[], string, string]>([
    [
      'enough exposure within the limit',
      [counts(5, 5, 1_000)],
      'good',
      '5 of 1000 failed: 0.5 %, within the limit of 1 %',
    ],
    [
      'enough exposure beyond the limit',
      [counts(5, 15, 1_000)],
      'bad',
      '15 of 1000 failed: 1.5 %, above the limit of 1 %',
    ],
    [
      'exactly at the limit',
      [counts(5, 10, 1_000)],
      'good',
      '10 of 1000 failed: 1 %, within the limit of 1 %',
    ],
    [
      'too little exposure',
      [counts(5, 100, 499)],
      'inconclusive',
      '499 of the 500 exposures that a reading needs',
    ],
    [
      'exposure that adds up over the step',
      [counts(3, 1, 300), counts(5, 1, 300)],
      'good',
      '2 of 600 failed: 0.333 %, within the limit of 1 %',
    ],
    [
      'a bad hour in a good step',
      [counts(3, 2, 2_000), counts(5, 20, 1_000)],
      'good',
      '22 of 3000 failed: 0.733 %, within the limit of 1 %',
    ],
    [
      'sampled counts, which are fractions',
      [counts(5, 7.142857, 600.5)],
      'bad',
      '7.1 of 601 failed: 1.19 %, above the limit of 1 %',
    ],
    ['samples of values only', [value(5, 3)], 'inconclusive', '0 of the 500 exposures that a reading needs'],
  ])('%s', (_, samples, kind, sentence) => {
    expect(judged(samples)).toMatchObject({ kind, sentence, check: 'launches', onBad: 'halt' });
  });

  test('a minimum of 0 still needs somebody exposed', () => {
    expect(judged([counts(5, 0, 0)], { minimumExposure: 0 }).kind).toBe('inconclusive');
    expect(judged([counts(5, 0, 1)], { minimumExposure: 0 }).kind).toBe('good');
  });

  test('200 exposures are needed where the policy does not say', () => {
    expect(judged([counts(5, 0, 199)], { minimumExposure: undefined }).kind).toBe('inconclusive');
    expect(judged([counts(5, 0, 200)], { minimumExposure: undefined }).kind).toBe('good');
  });
});

describe('readings in a row', () => {
  const three = { ...latency, consecutive: 3 };
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
  ])('%s', (_, samples, kind, sentence) => {
    expect(judged(samples, three)).toMatchObject({ kind, sentence });
  });

  test('a rate counts a reading at each sample, once there is enough exposure', () => {
    const short = [counts(3, 20, 300), counts(4, 20, 300), counts(5, 20, 300)];
    expect(judged(short, { consecutive: 2 }).kind).toBe('bad');
    expect(judged(short, { consecutive: 3 }).kind).toBe('inconclusive');
  });
});

describe('the window', () => {
  const long = (startHour: number, endHour: number, failed: number): Sample => ({
    ...counts(0, failed, 1_000),
    start: at(startHour * hour),
    end: at(endHour * hour),
  });

  test('leaves out what ended before the step', () => {
    expect(judged([long(-2, 0, 900), counts(5, 1, 1_000)])).toMatchObject({
      kind: 'good',
      measuredUntil: at(6 * hour),
    });
  });

  test('leaves out what has not ended yet', () => {
    expect(judged([counts(6, 500, 500)]).kind).toBe('unmeasured');
  });

  test('takes an interval as proof of the step in which most of it lies', () => {
    expect(judged([long(-1, 4, 1)]).kind).toBe('good');
    expect(judged([long(-6, 0.5, 1)], {}, at(hour))).toMatchObject({
      kind: 'inconclusive',
      sentence: 'nothing can be known before 2026-11-02 02:00 UTC',
    });
  });

  test('and takes harm from any interval that reaches into it', () => {
    expect(judged([long(-6, 5, 100)]).kind).toBe('bad');
  });

  test('reaches back to what no earlier step has judged: harm that settled late is not lost', () => {
    const [check] = policy().checks;
    if (!check) throw new Error('the test policy has no check');
    const measurement: Measurement = { kind: 'samples', samples: [long(-24, 0, 100), long(0, 5, 1)] };
    const window = { stepSince: at(0), now: at(6 * hour) };
    expect(judge(check, measurement, window).kind).toBe('good');
    expect(judge(check, measurement, { ...window, judgedUntil: at(-24 * hour) }).kind).toBe('bad');
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
    expect(judged([], {}, at(2 * hour - 1))).toMatchObject({
      kind: 'inconclusive',
      pendingUntil: at(2 * hour),
    });
    expect(judged([], {}, at(2 * hour)).kind).toBe('unmeasured');
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

  describe('of the Store’s analytics', () => {
    const analytics: Partial<CheckDocument> = { source: { kind: 'storeAnalytics', settledAfter: '30h' } };
    const nothing: Measurement = { kind: 'samples', samples: [], pendingUntil: at(day + 30 * hour) };
    const before: Sample = { ...counts(0, 1, 1_000), start: at(-day), end: at(-1) };
    const settled = at(day + 30 * hour);

    test('is inconclusive until the first day of the step has settled', () => {
      expect(judged(nothing, analytics)).toMatchObject({ kind: 'inconclusive', pendingUntil: settled });
      expect(judged(nothing, analytics, settled).kind).toBe('unmeasured');
    });

    test('is not hidden by a day before the step that is still to be judged', () => {
      const [check] = policy({
        checks: policyDocument().checks.map((document) => ({ ...document, ...analytics })),
      }).checks;
      if (!check) throw new Error('the test policy has no check');
      const measurement: Measurement = { kind: 'samples', samples: [before] };
      const window = { stepSince: at(0), judgedUntil: at(-day) };
      expect(judge(check, measurement, { ...window, now: at(day) }).kind).toBe('inconclusive');
      expect(judge(check, measurement, { ...window, now: settled }).kind).toBe('unmeasured');
    });
  });
});

test('what comes after a gap does not count as judged', () => {
  const measurement: Measurement = {
    kind: 'samples',
    samples: [counts(5, 1, 1_000)],
    completeUntil: at(3 * hour),
  };
  expect(judged(measurement).measuredUntil).toEqual(at(3 * hour));
});

test('a dry run is judged alike and decides nothing', () => {
  expect(judged([counts(5, 100, 1_000)], { dryRun: true })).toMatchObject({ kind: 'bad', onBad: 'nothing' });
});
