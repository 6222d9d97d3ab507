import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type Alternative, worse } from '../../../src/shared/rollout/eprocess.ts';
import { crashesAtHalt, divergence, partOfCandidate, waldLimit } from '../../bench/decisions/limit.ts';
import { limitPart } from '../../bench/decisions/limitPage.ts';
import {
  alpha,
  computeLimitTable,
  goal,
  goalCells,
  type LimitCell,
  overLimit,
} from '../../bench/decisions/limitTable.ts';
import { logUniform } from '../../bench/decisions/rules/logUniform.ts';

const two: readonly Alternative[] = [
  { ratio: 1.5, weight: 0.25 },
  { ratio: 4, weight: 0.75 },
];

/** Every sequence of crashes with up to so many of the control's, one by one. */
function enumerated(
  alternatives: readonly Alternative[],
  share: number,
  ratio: number,
  level: number,
  most: number,
) {
  const part = partOfCandidate(share, ratio);
  const eValue = (candidate: number, control: number) =>
    alternatives.reduce((sum, each) => {
      const then = partOfCandidate(share, each.ratio);
      return sum + each.weight * (then / share) ** candidate * ((1 - then) / (1 - share)) ** control;
    }, 0);
  const from = (candidate: number, control: number, chance: number): { halted: number; crashes: number } => {
    if (control > most) return { halted: 0, crashes: 0 };
    if (eValue(candidate, control) >= 1 / level) return { halted: chance, crashes: chance * candidate };
    const next = from(candidate + 1, control, chance * part);
    const other = from(candidate, control + 1, chance * (1 - part));
    return { halted: next.halted + other.halted, crashes: next.crashes + other.crashes };
  };
  return from(0, 0, 1);
}

describe('the walk over the control’s crashes', () => {
  test.each([
    { share: 0.5, ratio: 2, level: 0.2 },
    { share: 0.25, ratio: 5, level: 0.1 },
    { share: 0.25, ratio: 1, level: 0.3 },
  ])('is the sum over all sequences: share $share, ratio $ratio, α $level', ({ share, ratio, level }) => {
    const walked = crashesAtHalt(two, { share, ratio, alpha: level, mostControlCrashes: 5 });
    const summed = enumerated(two, share, ratio, level, 5);
    expect(walked.halted).toBeCloseTo(summed.halted, 12);
    expect(walked.crashes).toBeCloseTo(summed.crashes, 11);
  });

  test('halts a healthy build with a probability of at most α', () => {
    const walk = { share: 0.25, ratio: 1, alpha: 0.05, mostControlCrashes: 500 };
    const { halted } = crashesAtHalt(worse, walk);
    expect(halted).toBeGreaterThan(0.01);
    expect(halted).toBeLessThanOrEqual(0.05);
  });

  test('halts a bad build in the end', () => {
    expect(crashesAtHalt(worse, { share: 0.05, ratio: 2, alpha }).halted).toBeCloseTo(1, 10);
  });
});

describe('the limit', () => {
  test('knows the numbers of the theory', () => {
    expect(divergence(0.99, 0.001)).toBeCloseTo(6.7827, 4);
    expect(partOfCandidate(0.5, 3)).toBeCloseTo(0.75, 12);
  });

  test('nears the one for a known control as the control outgrows the candidate', () => {
    const known = (ratio: number) =>
      (divergence(0.99, 0.001) * ratio) / (ratio * Math.log(ratio) - ratio + 1);
    expect(waldLimit({ share: 1e-6, ratio: 2, alpha })).toBeCloseTo(known(2), 3);
    expect(waldLimit({ share: 1e-6, ratio: 5, alpha })).toBeCloseTo(known(5), 3);
  });
});

describe('the table', () => {
  const cells = computeLimitTable();

  test('finds the plain mixture where others have found it', () => {
    const over = cells.filter(({ bettor }) => bettor.startsWith('log-uniform')).map(overLimit);
    expect(Math.min(...over)).toBeCloseTo(1.12, 2);
    expect(Math.max(...over)).toBeCloseTo(1.32, 2);
    expect(logUniform.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  test('has Rampart at most 1.20 over the limit in all twelve cells of the goal', () => {
    const over = goalCells(cells).map(overLimit);
    expect(over).toHaveLength(12);
    expect(Math.max(...over)).toBeLessThanOrEqual(goal);
  });

  test('is what docs/decision-rules.md shows', async () => {
    const page = await readFile(new URL('../../../docs/decision-rules.md', import.meta.url), 'utf8');
    expect(page).toContain(limitPart(cells).join('\n\n'));
  });

  test('says where the goal is missed', () => {
    const spoilt = cells.map(
      (cell): LimitCell =>
        cell.bettor === 'Rampart' && cell.share === 0.25 && cell.ratio === 3
          ? { ...cell, crashes: 1.3 * cell.limit }
          : cell,
    );
    expect(limitPart(spoilt).join('\n')).toContain('**not met** at ×3 at 25 % (1.300).');
  });

  test('says never where a halt may not come', () => {
    const silent = cells.map(({ crashes: _, ...cell }) => cell);
    expect(limitPart(silent).join('\n')).toContain('never');
  });
});
