import { describe, expect, test } from 'vitest';
import { betOnShare, logOf, untouched } from '../../../src/shared/rollout/eprocess.ts';
import type { Sample } from '../../../src/shared/rollout/evidence.ts';
import { judge } from '../../../src/shared/rollout/judge.ts';
import { cells, hoursOfPlan, worldOf } from '../../bench/decisions/field.ts';
import { rolloutsOf, sourceOf } from '../../bench/decisions/rollouts.ts';
import { logUniform, plainMixture } from '../../bench/decisions/rules/logUniform.ts';
import { check, policy, rampartBetting } from '../../bench/decisions/rules/rampart.ts';
import { type Course, type Failures, never } from '../../bench/decisions/rules/rule.ts';
import { at, hour } from '../../support/builders.ts';
import { course, failures, inHours } from './decisionsCourse.fixture.ts';

/** The hours as a source would push them. */
const samplesOf = ({ exposed }: Course, failed: Failures): Sample[] =>
  Array.from(exposed.candidate, (sessions, index) => ({
    start: at(index * hour),
    end: at((index + 1) * hour),
    source: 'test',
    candidate: { failed: failed.candidate[index] ?? 0, exposed: sessions },
    control: { failed: failed.control[index] ?? 0, exposed: exposed.control[index] ?? 0 },
  }));

const judged = (samples: readonly Sample[], seen: number) =>
  judge(
    policy,
    check,
    { kind: 'samples', samples: samples.slice(0, seen) },
    {
      since: at(0),
      stepSince: at(0),
      bakeEndsAt: at(24 * hour),
      percentage: 5,
      shown: [],
      percentageBefore: 0,
      now: at((seen + 3) * hour),
    },
  );

const builds = cells
  .flatMap((cell) => [1, 1.5, 3].map((ratio) => ({ ...cell, ratio })))
  .map((build, stream) => ({ ...build, stream }));

describe('Rampart, summed up hour by hour', () => {
  test.each(builds)(
    'has the e-value of production: $sessionsPerHour, $scenario, ×$ratio',
    ({ ratio, stream, ...cell }) => {
      const world = worldOf(cell, ratio);
      const failed = rolloutsOf(world, sourceOf(11, stream))();
      const samples = samplesOf(world.course, failed);
      const fast = rampartBetting(world.course);
      for (const seen of [1, 5, 24, 50, 77, 117]) {
        const { harm } = judged(samples, seen);
        const log = fast.logAfter(failed, seen);
        expect(Math.log(harm?.eValue ?? 0)).toBeCloseTo(Math.min(log, Math.log(1e300)), 8);
      }
    },
  );

  test.each(builds)(
    'halts when production does: $sessionsPerHour, $scenario, ×$ratio',
    ({ ratio, stream, ...cell }) => {
      const world = worldOf(cell, ratio);
      const failed = rolloutsOf(world, sourceOf(12, stream))();
      const samples = samplesOf(world.course, failed);
      const halted = rampartBetting(world.course).haltOf(failed);
      const last = Math.min(halted, hoursOfPlan) - 3;
      expect(judged(samples, last).kind === 'bad').toBe(halted !== never);
      if (halted !== never && last > 1) expect(judged(samples, last - 1).kind).not.toBe('bad');
    },
  );

  test('bets nothing where perhaps everybody has the candidate', () => {
    const full = course(10, {
      exposed: {
        candidate: new Float64Array(10).fill(8_000),
        control: new Float64Array(10).fill(2_000),
      },
    });
    const betting = rampartBetting(full);
    expect(betting.logAfter(failures(10, inHours(0, 9, 5_000)), 10)).toBeCloseTo(0, 12);
  });
});

test('the plain mixture bets on the measured share', () => {
  const failed = failures(6, inHours(0, 5, 20));
  const wealth = betOnShare(logUniform, untouched(logUniform), { candidate: 60, control: 135 }, 1 / 9);
  expect(logOf(wealth)).toBeGreaterThan(Math.log(1_000));
  expect(plainMixture.prepare(course(6, { lag: 0 }))(failed)).toBeLessThanOrEqual(3);
  expect(plainMixture.prepare(course(6, { lag: 0 }))(failures(6, {}))).toBe(never);
});
