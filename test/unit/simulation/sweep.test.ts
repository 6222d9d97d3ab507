import { describe, expect, test } from 'vitest';
import type { Disturbance, Planned } from '../../simulation/engine/disturbance.ts';
import type { Moment } from '../../simulation/engine/plan.ts';
import { sayPlanned } from '../../simulation/page.ts';
import { sweep } from '../../simulation/sweep.ts';

/** Seed by seed chance finds much; here every moment has its turn. */

const crashes: readonly Disturbance[] = [{ kind: 'crashBefore' }, { kind: 'crashAfter' }];
const late = { ms: 20_000 } as const;

/** The faults that leave somebody in doubt. */
function doubtsAt({ kind }: Moment): readonly Disturbance[] {
  switch (kind) {
    case 'tableRead':
      return [{ kind: 'late', ...late }];
    case 'tableWrite':
    case 'queue':
      return [{ kind: 'lostAfter' }, { kind: 'repeated' }, { kind: 'late', ...late }];
    case 'storeRead':
      return [{ kind: 'malformed' }, { kind: 'delayed', ...late }];
    case 'storeChange':
      return [
        { kind: 'gateway504Applied' },
        { kind: 'gateway504Later', ...late },
        { kind: 'droppedApplied' },
        { kind: 'answeredLate', ms: 60_000 },
      ];
    case 'people':
      return [{ kind: 'lostAfter' }];
    case 'delivery':
      return [{ kind: 'deliveredTwice' }, { kind: 'notDeleted' }];
    case 'tick':
      return [{ kind: 'firesTwice' }];
  }
}

const crashesAt = ({ kind }: Moment): readonly Disturbance[] =>
  kind === 'delivery' || kind === 'tick' ? [] : crashes;

const halt: Disturbance = { kind: 'halt', rollout: 0 };
const deeds: readonly (readonly [string, Planned])[] = [
  ['while the first raise is on its way to the Store', { at: 'i2 store.raise #1', do: halt }],
  ['while the finalize is on its way', { at: 'i2 store.finalize #1', do: halt }],
];

describe.each(deeds)('a halt given %s holds', (_name, deed) => {
  test.each([
    ['a crash', crashesAt],
    ['a fault that leaves doubt', doubtsAt],
  ])('with %s at any moment around it', { timeout: 120_000 }, async (_fault, faultsAt) => {
    const swept = await sweep({ seed: 'sweep-6', deed, faultsAt, from: -5, most: 16 });
    process.stdout.write(`${swept.runs} runs, ${swept.steps} steps\n`);
    const told = swept.failures.map(({ schedule, violation }) => [
      ...schedule.map(sayPlanned),
      violation.message,
    ]);
    expect(told).toEqual([]);
    expect(swept.runs).toBeGreaterThan(16);
  });
});
