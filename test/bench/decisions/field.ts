import type { Course } from './rules/rule.ts';

/** The rollouts of the second table: a plan, a population, and what may be wrong with what is measured. */

const percentages = [5, 10, 25, 50, 100];
const bakeHours = 24;
const adoptionHours = 12;
const lag = 3;
const baseRate = 0.005;
const ceiling = 0.01;
/** A measured share cannot be the whole, or there would be no control at all. */
const mostMeasured = 0.999;

export const hoursOfPlan = percentages.length * bakeHours;
export const volumes = [250, 2_500, 25_000] as const;
export const regressions = [1.5, 2, 3, 5] as const;

/** What is wrong with the data, and how the page calls it. */
export const scenarios = {
  /** Nothing. */
  exact: { name: 'exact shares', measured: 1, adopters: 1 },
  /** The measured share is too low, and the candidate looks worse than it is. */
  under: { name: 'measured share × 0.8', measured: 0.8, adopters: 1 },
  /** The measured share is too high, and the candidate looks better than it is. */
  over: { name: 'measured share × 1.2', measured: 1.2, adopters: 1 },
  /** Whoever updates early crashes more by nature, with any build. */
  adopters: { name: 'adopters crash × 1.2', measured: 1, adopters: 1.2 },
} as const;
export type Scenario = keyof typeof scenarios;
export const scenarioKeys: readonly Scenario[] = ['exact', 'under', 'over', 'adopters'];

/** One column of the table: how many sessions an hour, and what is wrong. */
export type Cell = { readonly sessionsPerHour: number; readonly scenario: Scenario };

export const cells: readonly Cell[] = volumes.flatMap((sessionsPerHour) =>
  scenarioKeys.map((scenario) => ({ sessionsPerHour, scenario })),
);

/**
 * The candidate's true share of the sessions in the middle of each hour: within a step it nears the percentage, from where it
 * was when the step began.
 */
export function sharesOfPlan(): number[] {
  let before = 0;
  return percentages.flatMap((percentage) => {
    const goal = percentage / 100;
    const start = before;
    const shareAt = (hours: number) => goal - (goal - start) * Math.exp(-hours / adoptionHours);
    before = shareAt(bakeHours);
    return Array.from({ length: bakeHours }, (_, hour) => shareAt(hour + 0.5));
  });
}

/** What happens in each hour, on average, and what is measured of it. */
export type World = {
  readonly course: Course;
  /** The mean failures of each hour. */
  readonly means: { readonly candidate: readonly number[]; readonly control: readonly number[] };
  /** The mean extra failures that users have suffered by each hour: `[0]` is 0, and the last is the whole plan's. */
  readonly harmedBy: readonly number[];
};

/** @param ratio How many times as often as a healthy build the candidate fails, with the same users. */
export function worldOf({ sessionsPerHour, scenario }: Cell, ratio: number): World {
  const { measured, adopters } = scenarios[scenario];
  const shares = sharesOfPlan();
  const rate = baseRate * adopters;
  const measuredShares = shares.map((share) => Math.min(mostMeasured, share * measured));
  let harmed = 0;
  return {
    course: {
      exposed: {
        candidate: Float64Array.from(measuredShares, (share) => sessionsPerHour * share),
        control: Float64Array.from(measuredShares, (share) => sessionsPerHour * (1 - share)),
      },
      ...{ bakeHours, lag, baseRate, ceiling },
    },
    means: {
      candidate: shares.map((share) => sessionsPerHour * share * rate * ratio),
      control: shares.map((share) => sessionsPerHour * (1 - share) * baseRate),
    },
    harmedBy: [0, ...shares.map((share) => (harmed += sessionsPerHour * share * rate * (ratio - 1)))],
  };
}
