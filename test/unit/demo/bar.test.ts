import { describe, expect, test } from 'vitest';
import { barOf } from '../../demo/bar.ts';

const steps = [5, 25, 50, 100];

describe('the bar', () => {
  test.each([
    [0, '', '┃░░░┃░░░░┃░░░░░░░░░┃'],
    [5, '┃', '░░░┃░░░░┃░░░░░░░░░┃'],
    [33.3, '┃███┃██', '░░┃░░░░░░░░░┃'],
    [100, '┃███┃████┃█████████┃', ''],
  ])('at %d %%', (percentage, filled, rest) => {
    expect(barOf(percentage, steps, 20)).toMatchObject({ filled, rest });
  });

  test('shows the smallest percentage as something', () => {
    expect(barOf(0.1, steps, 20).filled).toHaveLength(1);
  });

  test('leaves out a number that has no room', () => {
    expect(barOf(0, [5, 6, 50, 100], 20).scale).toBe('5       50       100');
  });
});
