import { describe, expect, test } from 'vitest';
import { binomial, distinct, poisson, uniform } from '../../simulator/draws.ts';

const many = 4000;
const drawn = (draw: (index: number) => number) => {
  const values = Array.from({ length: many }, (_, index) => draw(index));
  const mean = values.reduce((sum, value) => sum + value, 0) / many;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (many - 1);
  return { mean, variance };
};

describe('seeded draws', () => {
  test('are the same for the same parts, and differ for others', () => {
    expect(poisson(20, 'seed', 1)).toBe(poisson(20, 'seed', 1));
    expect(new Set(Array.from({ length: 100 }, (_, index) => uniform('seed', index))).size).toBe(100);
  });

  test('uniform draws have mean 1/2 and variance 1/12', () => {
    const { mean, variance } = drawn((index) => uniform('u', index));
    expect(mean).toBeCloseTo(0.5, 1);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });

  test.each([0.3, 5, 39, 400])('Poisson counts of mean %d have that mean and variance', (expected) => {
    const { mean, variance } = drawn((index) => poisson(expected, 'p', expected, index));
    expect(Math.abs(mean - expected)).toBeLessThan(5 * Math.sqrt(expected / many));
    expect(variance / expected).toBeGreaterThan(0.85);
    expect(variance / expected).toBeLessThan(1.15);
  });

  test.each([
    [1000, 0.002],
    [50, 0.5],
    [10_000, 0.03],
    [20, 0.97],
  ])('binomial counts of %i trials at %d have their mean and variance', (trials, probability) => {
    const { mean, variance } = drawn((index) => binomial(trials, probability, 'b', trials, index));
    const expected = trials * probability * (1 - probability);
    expect(Math.abs(mean - trials * probability)).toBeLessThan(5 * Math.sqrt(expected / many));
    expect(variance / expected).toBeGreaterThan(0.85);
    expect(variance / expected).toBeLessThan(1.15);
  });

  test.each([
    [0, 0.5, 0],
    [10, 0, 0],
    [10, 1, 10],
  ])('binomial(%i, %d) is %i', (trials, probability, expected) => {
    expect(binomial(trials, probability, 'edge')).toBe(expected);
  });

  test.each([
    [0, 10, 0],
    [3, 0, 0],
    [1, 1_000_000, 1],
    [1000, 10, 10],
  ])('%i visits to a pool of %i meet %i', (visits, pool, expected) => {
    expect(distinct(visits, pool)).toBe(expected);
  });
});
