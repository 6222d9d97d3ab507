import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { Campaign, Failure } from '../../simulation/campaign.ts';
import { disturbanceKinds } from '../../simulation/engine/disturbance.ts';
import { Violation } from '../../simulation/facts.ts';
import { failurePage, storyPage } from '../../simulation/failurePage.ts';
import { allInvariants } from '../../simulation/invariants/all.ts';
import { summary, sweepLine } from '../../simulation/page.ts';

const failure: Failure = {
  seed: 'a-4',
  violation: new Violation('I1', 'A raise was written down after a halt.'),
  schedule: [{ at: 'i1 rollouts.transaction #4', do: { kind: 'busy' } }],
  drawn: 1,
  story: [
    '08:02:06.151  i3 startRollout/1          is answered 200: applications/9NQSCQQ0JGMS/submissions/1152921505700013015',
  ],
};

const five: Campaign = {
  seeds: 5,
  steps: 10_217,
  ms: 5_900,
  drawn: new Map([
    ['busy', 12],
    ['dropped', 3],
  ]),
  hits: new Map([['busy', 11]]),
  crashes: { times: 7, seeds: 3 },
  phases: new Map([
    ['ramping', 3],
    ['halted', 4],
    ['completed', 2],
  ]),
  halts: { times: 2, seeds: 2 },
  haltedElsewhere: 2,
  failures: [],
};
const one: Campaign = { ...five, seeds: 1, steps: 1, ms: 1_000 };

const figures = (campaign: Campaign) => summary(campaign).split('\n\n')[0]?.split('\n').slice(1);

describe('the figures of many runs', () => {
  test('say how the rollouts ended, and in how many seeds something happened', () => {
    expect(figures(five)).toEqual([
      '5 seeds, 10,217 steps in 5.9 s (1,732 a second)',
      '9 rollouts: 4 halted (2 of them in Partner Center), 3 still ramping, 2 completed.',
      'Rampart set out to halt 2 rollouts in 2 of 5 seeds.',
      'Instances crashed 7 times in 3 of 5 seeds.',
    ]);
  });

  test('say of one seed what there was once', () => {
    const once = { times: 1, seeds: 1 };
    const ended = {
      ...one,
      crashes: once,
      halts: once,
      phases: new Map([['halted', 1]]),
      haltedElsewhere: 0,
    };
    expect(figures(ended)).toEqual([
      '1 seed, 1 step in 1.0 s (1 a second)',
      '1 rollout: 1 halted.',
      'Rampart set out to halt 1 rollout.',
      'An instance crashed once.',
    ]);
  });

  test('say where nothing happened', () => {
    const never = { times: 0, seeds: 0 };
    const halted = new Map([['halted', 1]]);
    expect(
      figures({ ...one, crashes: never, halts: never, phases: halted, haltedElsewhere: 1 })?.slice(1),
    ).toEqual([
      '1 rollout: 1 halted (in Partner Center).',
      'Rampart set out to halt none.',
      'No instance crashed.',
    ]);
    expect(figures({ ...one, crashes: never, halts: never, phases: new Map() })?.slice(1)).toEqual([
      'No rollout was started.',
      'No instance crashed.',
    ]);
  });

  test('explain what the columns are, and name every kind', () => {
    const page = summary(five);
    expect(page).toContain('drawn: how often the seeds chose it; hit: how often that took effect; –: never');
    for (const { words } of disturbanceKinds) expect(page).toContain(words);
    expect(page).toMatch(/refused, busy +11 +12 /);
  });

  test('say in how many seeds an invariant was broken', () => {
    const [first] = allInvariants();
    expect(summary({ ...five, failures: [failure] }, 120)).toContain(
      `✗ I1   ${first?.sentence} Broken in 1 of 5 seeds.`,
    );
    expect(summary({ ...one, failures: [failure] }, 120)).toContain(`✗ I1   ${first?.sentence} Broken.`);
  });

  test('say of a seed without a rollout that there is nothing to tell', () => {
    expect(storyPage([], 100)).toBe('There is nothing to tell: no rollout was started.');
  });

  test('are right of a sweep of one run', () => {
    const sweep = { runs: 1, steps: 1, ms: 100, hits: 1, moments: 1, possible: 1, failures: [] };
    expect(sweepLine('to its finalize', sweep, 200)).toBe(
      'A life to its finalize: 1 moment, at which 1 fault fit. 1 run, 1 step in 0.1 s; 1 fault took effect, and nothing was broken by any.',
    );
  });
});

describe('a page', () => {
  const words = (text: string) => text.split(/\s+/);
  const pages = (width: number) => [
    summary({ ...five, failures: [failure] }, width),
    failurePage(failure, width),
  ];

  test.each([75, 80, 89, 90, 120])('of %i columns has no line beyond them, and cuts no word', (width) => {
    const wide = pages(400);
    for (const [index, page] of pages(width).entries()) {
      for (const line of page.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width);
      expect(new Set(words(page))).toEqual(new Set(words(wide[index] ?? '')));
    }
  });

  const rowOf = (width: number) =>
    summary(five, width)
      .split('\n')
      .find((line) => line.includes('refused, busy'));

  test('has two kinds in a row from 90 columns on, and one below', () => {
    expect(rowOf(90)).toContain('lost on the way');
    expect(rowOf(89)).not.toContain('lost on the way');
  });

  test('is 100 columns wide without a terminal', () => {
    expect(summary(five)).toBe(summary(five, 100));
  });
});
