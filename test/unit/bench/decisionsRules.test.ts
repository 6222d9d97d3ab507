import { describe, expect, test } from 'vitest';
import { worldOf } from '../../bench/decisions/field.ts';
import { rolloutsOf, sourceOf } from '../../bench/decisions/rollouts.ts';
import { rules } from '../../bench/decisions/rules/all.ts';
import { argo } from '../../bench/decisions/rules/argo.ts';
import { codeDeploy } from '../../bench/decisions/rules/codeDeploy.ts';
import { liesAbove0 } from '../../bench/decisions/rules/confidenceSequence.ts';
import { flagger } from '../../bench/decisions/rules/flagger.ts';
import { gpc } from '../../bench/decisions/rules/gpc.ts';
import { growthBookAsRead, growthBookRefreshed } from '../../bench/decisions/rules/growthBook.ts';
import { kayenta } from '../../bench/decisions/rules/kayenta.ts';
import { launchDarklyLike } from '../../bench/decisions/rules/launchDarkly.ts';
import { naive } from '../../bench/decisions/rules/naive.ts';
import { type Failures, never, type Rule } from '../../bench/decisions/rules/rule.ts';
import { statsigLike } from '../../bench/decisions/rules/statsig.ts';
import { tramline } from '../../bench/decisions/rules/tramline.ts';
import { course, failures, inHours } from './decisionsCourse.fixture.ts';

type Case = [rule: Rule, what: string, candidate: Record<number, number>, halts: number];
const bad = 11;
const atCeiling = 10;

describe('on tables made by hand, with counts 3 h late', () => {
  test.each<Case>([
    [argo(0), 'the first hour above the ceiling', { 4: bad }, 8],
    [argo(0), 'no hour above it', inHours(0, 119, atCeiling), never],
    [argo(3), 'the fourth, however far apart', { 0: bad, 5: bad, 9: bad, 20: bad }, 24],
    [argo(3), 'only three', { 0: bad, 5: bad, 9: bad }, never],
    [flagger, 'the tick after the tenth', inHours(0, 9, bad), 14],
    [flagger, 'the tick after the tenth, with good ones between', { ...inHours(0, 8, bad), 30: bad }, 35],
    [flagger, 'only nine', inHours(0, 8, bad), never],
    [codeDeploy, 'three in a row', { 0: bad, 1: bad, ...inHours(3, 5, bad) }, 9],
    [codeDeploy, 'never three in a row', { 0: bad, 1: bad, 3: bad, 4: bad }, never],
    [tramline, 'more than 1 % so far', { 3: 30 }, 7],
    [tramline, 'exactly 1 % so far', inHours(0, 119, atCeiling), never],
    [gpc, 'a day of 16 % of the whole app, two days later', inHours(0, 23, 1_555), 72],
    [gpc, 'a second such day that is needed', inHours(0, 47, 700), 96],
    [gpc, 'a candidate that crashes ten times as often', inHours(0, 119, 50), never],
    [growthBookRefreshed, 'an obvious regression, at the first refresh', inHours(0, 119, 25), 6],
    [growthBookAsRead, 'an obvious regression, at the end of the step', inHours(0, 119, 25), 24],
    [launchDarklyLike, 'an obvious regression, in the first hour that tells', inHours(0, 119, 25), 4],
    [statsigLike, 'an obvious regression, at the end of the day', inHours(0, 119, 25), 24],
    [naive, 'z = 2.02 in the first hour', { 0: 10 }, 4],
    [naive, 'z = 1.64 in the first hour, where 1.645 is needed', { 0: 9 }, never],
  ])('$name: $1', (rule, _, candidate, halts) => {
    expect(rule.prepare(course(120))(failures(120, candidate))).toBe(halts);
  });
});

describe('the confidence sequence', () => {
  const counts = (failed: number, exposed: number) => ({ failed, exposed });

  test.each<[sides: 1 | 2, candidate: number, least: number, control: [number, number]]>([
    [1, 5_000, 46, [225, 45_000]],
    [1, 1_000, 17, [45, 9_000]],
    [1, 200, 10, [19, 3_800]],
    [2, 5_000, 48, [225, 45_000]],
    [2, 1_000, 19, [45, 9_000]],
    [2, 200, 11, [19, 3_800]],
  ])('with %i side of %i sessions lies above 0 from %i failures on', (sides, exposed, least, control) => {
    const says = (failed: number) =>
      liesAbove0({ candidate: counts(failed, exposed), control: counts(...control) }, 0.05, sides);
    expect(says(least)).toBe(true);
    expect(says(least - 1)).toBe(false);
  });

  test('says nothing without a failure of the control, or if all fail', () => {
    const control = counts(0, 9_000);
    expect(liesAbove0({ candidate: counts(500, 1_000), control }, 0.05, 2)).toBe(false);
    expect(liesAbove0({ candidate: counts(5, 4), control: counts(1, 9_000) }, 0.05, 2)).toBe(false);
  });
});

describe('Kayenta', () => {
  test('halts at once where every hour is far worse, and never where none is', () => {
    const mine = (base: number) =>
      Float64Array.from({ length: 120 }, (_, hour) => base + ((hour * 7) % 11) / 100);
    const control = mine(5).map((count) => 9 * count);
    const haltOf = kayenta.prepare(course(120));
    expect(haltOf({ candidate: mine(20), control })).toBe(6);
    expect(haltOf({ candidate: mine(5), control })).toBe(never);
  });

  test('finds what a ranking of all differences finds', () => {
    const ratios = [1, 1.5, ...Array.from({ length: 80 }, (_, index) => 2.5 + index / 16)];
    for (const [stream, ratio] of ratios.entries()) {
      const world = worldOf({ sessionsPerHour: 2_500, scenario: 'exact' }, ratio);
      const failed = rolloutsOf(world, sourceOf(7, stream))();
      const rates = (of: 'candidate' | 'control') =>
        Array.from(failed[of], (count, hour) => count / (world.course.exposed[of][hour] ?? 1));
      expect(kayenta.prepare(world.course)(failed)).toBe(ranked(rates('candidate'), rates('control')));
    }
  });
});

/** The same judgement by sorting. */
function ranked(candidate: readonly number[], control: readonly number[]): number {
  const descending = (values: number[]) => values.sort((a, b) => b - a);
  for (let tick = 6; tick <= 120; tick += 6) {
    const [mine, theirs] = [candidate.slice(0, tick - 3), control.slice(0, tick - 3)];
    const n = tick - 3;
    const differences = descending(mine.flatMap((rate) => theirs.map((other) => rate - other)));
    const tied = [mine, theirs]
      .flatMap((rates) => [...Map.groupBy(rates, (rate) => rate).values()])
      .reduce((sum, { length }) => sum + length ** 3 - length, 0);
    const deviation = Math.sqrt(((n * n) / 12) * (2 * n + 1 - tied / (2 * n * (2 * n - 1))));
    const isWithin = (above: number) => (above - (n * n) / 2 - 0.5) / deviation <= 2.3263478740408408;
    const lower = differences.find((_, index) => !isWithin(index + 1)) ?? differences.at(-1) ?? 0;
    const [upper = 0, below = 0] = [Math.ceil(n ** 2 / 2) - 1, Math.floor(n ** 2 / 2)].map(
      (index) => differences[index] ?? 0,
    );
    if (lower > 0.25 * Math.abs((upper + below) / 2)) return tick;
  }
  return never;
}

test.each(rules)('$name does not look at what is not there yet', ({ prepare }) => {
  for (const [stream, ratio] of [1, 2, 5].entries()) {
    const world = worldOf({ sessionsPerHour: 2_500, scenario: 'under' }, ratio);
    const source = sourceOf(3, stream);
    const failed = rolloutsOf(world, source)();
    const haltOf = prepare(world.course);
    const halted = haltOf(failed);
    const changedAfter = (hour: number): Failures => ({
      candidate: failed.candidate.map((count, index) => (index < hour ? count : count + 1_000 * source())),
      control: failed.control.map((count, index) => (index < hour ? count : 1_000 * source())),
    });
    expect(halted === never || halted <= 120).toBe(true);
    expect(haltOf(changedAfter(Math.min(halted, 120) - 3))).toBe(halted);
  }
});
