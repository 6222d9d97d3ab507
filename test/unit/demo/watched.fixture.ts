import type { Setting } from '../../demo/frame.ts';
import { bad, healthy } from '../../demo/story.ts';
import type { Snapshot, Watched } from '../../demo/watch.ts';
import type { RolloutView } from '../../support/api.ts';

/** Rollouts as they are watched, with what a test does not care about filled in. */

export const start = new Date('2026-01-04T18:00:00Z');
export const hour = 3_600_000;
export const hoursIn = (hours: number): Date => new Date(start.getTime() + hours * hour);

export const setting: Setting = {
  start,
  steps: [5, 25, 50, 100],
  checks: ['launch', 'Store crashes', 'hangs'],
};

export const view = (change: Partial<RolloutView> = {}): RolloutView => ({
  id: 'healthy',
  phase: 'ramping',
  paused: false,
  percentage: 25,
  falseHaltBudget: { probability: 0.001, spent: 0.002 },
  sentence: 'Baking at 25 %, 3 h left.',
  step: {
    number: 2,
    of: 4,
    since: hoursIn(30).toISOString(),
    bakeEndsAt: hoursIn(42).toISOString(),
    approval: 'notNeeded',
  },
  evidence: [
    {
      check: 'launch',
      kind: 'good',
      onBad: 'halt',
      sentence: '26 of 5200 failed: 0.5 %, within the limit of 1 %',
    },
    {
      check: 'Store crashes',
      kind: 'inconclusive',
      onBad: 'halt',
      sentence: 'nothing can be known before 2026-01-07 04:00 UTC',
    },
    {
      check: 'hangs',
      kind: 'bad',
      onBad: 'nothing',
      sentence: '20 of 5200 failed: 0.385 %, above the limit of 0.2 %',
    },
  ],
  createdAt: start.toISOString(),
  ...change,
});

export const watched = (change: Partial<RolloutView> = {}): Watched => {
  const shown = view(change);
  return { build: healthy, view: shown, sentence: shown.sentence };
};

export const haltedSentence =
  'Halting at 5 %, because of launch: 92 of 5775 failed: 1.59 %, above the limit of 1 %. The Store shows the rollout stopped.';

export const watchedBad = (change: Partial<RolloutView> = {}): Watched => {
  const { step: _, ...rest } = view();
  const ended: RolloutView = {
    ...rest,
    id: 'bad',
    phase: 'halted',
    percentage: 0,
    sentence: haltedSentence,
    endedAt: hoursIn(25).toISOString(),
  };
  const shown = { ...ended, ...change };
  return { build: bad, view: shown, sentence: shown.sentence };
};

export const snapshot = (now: Date, ...rollouts: Watched[]): Snapshot => ({
  now,
  speed: 8_640,
  rollouts,
});
