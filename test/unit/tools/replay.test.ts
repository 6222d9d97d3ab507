import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/shared/rollout/decide.ts';
import { evolve } from '../../../src/shared/rollout/evolve.ts';
import { judge, windowOf } from '../../../src/shared/rollout/judge.ts';
import type { Policy } from '../../../src/shared/rollout/policy.ts';
import type { Rollout } from '../../../src/shared/rollout/rollout.ts';
import { settle } from '../../../src/shared/rollout/settle.ts';
import type { History, HistoryDocument } from '../../../src/tools/backtest/history.ts';
import { recordedTelemetry, untilOf } from '../../../src/tools/backtest/recorded.ts';
import type { Look } from '../../../src/tools/replay/look.ts';
import type { Pace } from '../../../src/tools/replay/nextLook.ts';
import { type Ending, replay } from '../../../src/tools/replay/replay.ts';
import { averageOf } from '../../../src/tools/replay/telemetry.ts';
import { at, fresh, hour, inProgress, policy, start } from '../../support/builders.ts';
import { history, hoursOf, launches } from './histories.ts';

const compared = (change: Parameters<typeof policy>[0] = {}): Policy =>
  policy({
    checks: [
      {
        name: 'launches',
        source: { kind: 'pushed', signal: 'launch' },
        compare: { to: 'control' },
        onBad: 'halt',
      },
    ],
    ...change,
  });

function play(of: Policy, recorded: History, pace: Pace, approvals: 'atOnce' | 'never' = 'atOnce') {
  const telemetry = recordedTelemetry(of, recorded, false);
  const looks: Look[] = [];
  const until = untilOf(of, recorded);
  const playing = replay(of, telemetry, { start: recorded.start, until, approvals, pace });
  for (;;) {
    const { value, done } = playing.next();
    if (done) return { looks, ending: value };
    looks.push(value);
  }
}

const everyLook: Pace = { kind: 'everyLook' };
const whenNew: Pace = { kind: 'whenNew', mostLate: 0 };

/** What the journal says of the decisions of a replay; evidence may have other numbers at the same verdict. */
const told = ({ looks, ending }: { looks: Look[]; ending: Ending }) => ({
  entries: looks.flatMap(({ entries }) => entries),
  ending: ending.kind,
});

describe('a replay', () => {
  test('decides as judge and decide do by hand', () => {
    const of = compared();
    const recorded = history(hoursOf(8, 6));
    const { looks } = play(of, recorded, everyLook);
    const samples = recorded.intervals.map((interval) => ({ ...interval, source: 'history' }));
    let rollout: Rollout = { ...fresh({ policy: of }), candidateVersions: [] };
    for (const look of looks) {
      const now = look.at;
      expect(now).toEqual(rollout.nextLookAt);
      const known = samples.filter(({ end }) => end <= now);
      const window = windowOf(rollout, now);
      const evidence = window
        ? of.checks.map((check) => judge(of, check, { kind: 'samples', samples: known }, window))
        : [];
      const observed = { ...inProgress(rollout.percentage || 5), candidateVersions: [] };
      const decision = decide(rollout, observed, evidence, now);
      expect(look.decision).toEqual(decision);
      expect(look.evidence).toEqual(evidence);
      rollout = evolve({ rollout, observed, evidence, now }, decision).rollout;
      if (decision.kind === 'halt')
        rollout = settle(
          rollout,
          { kind: 'readBack', shown: { state: 'stopped', percentage: rollout.percentage } },
          now,
        ).rollout;
    }
    expect(rollout.phase).toBe('halted');
  });

  test('knows an interval only once it was available', () => {
    const late = at(3 * hour).toISOString();
    const { looks } = play(compared(), history([launches(0, 2, { availableAt: late })]), everyLook);
    const first = looks.find(({ evidence }) => evidence[0]?.candidate !== undefined);
    expect(first?.at).toEqual(at(3 * hour));
  });

  test('ends where a person is asked, unless approvals are granted', () => {
    const of = compared({
      steps: [
        { percentage: 5, bake: '6h', approval: true },
        { percentage: 100, bake: '6h' },
      ],
      finalize: 'manual',
    });
    const recorded = history(hoursOf(24, 2, { candidate: { failed: 2, exposed: 4_000 } }));
    const never = play(of, recorded, whenNew, 'never').ending;
    expect(never).toMatchObject({ kind: 'asked', percentage: 5, at: at(6 * hour) });
    const { looks, ending } = play(of, recorded, whenNew);
    expect(ending).toMatchObject({ kind: 'asked', percentage: 100, at: at(12 * hour) });
    expect(ending.sentence).toContain('finalizing to a person');
    expect(looks.flatMap(({ entries }) => entries.map(({ kind }) => kind))).toContain('command');
  });

  test('goes on until the last interval has settled, and says that the data is over', () => {
    const { ending } = play(compared(), history(hoursOf(3, 2)), whenNew);
    expect(ending).toMatchObject({ kind: 'dataOver', at: at(3 * hour), percentage: 5 });
  });

  const interval = fc.record({
    failed: fc.integer({ min: 0, max: 8 }),
    gap: fc.integer({ min: 0, max: 200 }),
    minutes: fc.integer({ min: 7, max: 130 }),
    late: fc.integer({ min: 0, max: 180 }),
    exposed: fc.constantFrom(0, 40, 400),
  });
  const histories = fc.array(interval, { minLength: 1, maxLength: 25 }).map((drawn) => {
    let time = 0;
    return drawn.map(({ failed, gap, minutes, late, exposed }): HistoryDocument['intervals'][number] => {
      const from = time + gap * 60_000;
      time = from + minutes * 60_000;
      return launches(0, 0, {
        start: at(from).toISOString(),
        end: at(time).toISOString(),
        availableAt: at(time + late * 60_000).toISOString(),
        candidate: { failed: Math.min(failed, exposed), exposed },
      });
    });
  });
  const paces = fc.constantFrom<Parameters<typeof policy>[0]>(
    {},
    {
      pace: 'evidence',
      steps: [
        { percentage: 5, bake: '50m', maximumBake: '5h' },
        { percentage: 100, bake: '2h', maximumBake: '9h' },
      ],
    },
    { unmeasured: { escalateAfter: '25m', onEscalation: 'halt' } },
  );

  test('leaves out only looks that would have found nothing new', () => {
    fc.assert(
      fc.property(histories, paces, fc.constantFrom('0s', '45m'), (intervals, change, settledAfter) => {
        const source = { kind: 'pushed', signal: 'launch', settledAfter, staleAfter: '95m' } as const;
        const exclude = change?.pace === 'evidence' ? { exclude: 2 } : {};
        const of = compared({
          ...change,
          checks: [
            { name: 'a', source, compare: { to: 'control', ...exclude }, onBad: 'halt' },
            { name: 'b', source, limit: { rate: 0.01 }, onBad: 'hold' },
          ],
        });
        const recorded = history(intervals);
        const [all, some] = [play(of, recorded, everyLook), play(of, recorded, whenNew)];
        expect(told(some)).toEqual(told(all));
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});

test('the average of percentages counts each for its time, and nothing before the first', () => {
  const reached = [
    { since: start, percentage: 10 },
    { since: at(hour), percentage: 40 },
  ];
  expect(averageOf(reached, start, at(2 * hour))).toBe(25);
  expect(averageOf(reached, at(-hour), at(hour))).toBe(5);
});
