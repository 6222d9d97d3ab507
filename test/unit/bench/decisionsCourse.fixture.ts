import type { Course, Failures } from '../../bench/decisions/rules/rule.ts';

/** A rollout by hand: in each hour 1 000 sessions of the candidate and 9 000 of the control. */
export const course = (hours: number, change: Partial<Course> = {}): Course => ({
  exposed: {
    candidate: new Float64Array(hours).fill(1_000),
    control: new Float64Array(hours).fill(9_000),
  },
  bakeHours: 24,
  lag: 3,
  baseRate: 0.005,
  ceiling: 0.01,
  ...change,
});

/** Failures of the candidate in some hours; in the others, and for the control, 0.5 %. */
export const failures = (hours: number, candidate: Readonly<Record<number, number>>): Failures => ({
  candidate: Float64Array.from({ length: hours }, (_, hour) => candidate[hour] ?? 5),
  control: new Float64Array(hours).fill(45),
});

/** So many failures in each hour from one to another, the last one included. */
export const inHours = (from: number, to: number, failed: number): Record<number, number> =>
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, index) => [from + index, failed]));
