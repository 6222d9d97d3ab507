/** What every rule has to answer, and what it is told. */

/** What is measured besides the failures. It is the same in every trial of a cell. */
export type Course = {
  /** Exposures of each hour of the rollout, as measured: sessions. */
  readonly exposed: { readonly candidate: Float64Array; readonly control: Float64Array };
  /** The hours that a step bakes. */
  readonly bakeHours: number;
  /** After how many hours an hour's counts are there to be seen. */
  readonly lag: number;
  /** Failures per exposure before the rollout. */
  readonly baseRate: number;
  /** The highest rate that a person would allow, for rules that need to be told one. */
  readonly ceiling: number;
};

/** The failures of each hour in one trial. */
export type Failures = { readonly candidate: Float64Array; readonly control: Float64Array };

export type Rule = {
  readonly name: string;
  /** What a cell has in common is computed once. The answer is the hour of the rollout at which it halts, or `never`. */
  readonly prepare: (course: Course) => HaltOf;
};
export type HaltOf = (failed: Failures) => number;

export const never = Number.POSITIVE_INFINITY;

/** How many hours are seen when the rollout is `tick` hours old. */
export const seenAt = ({ lag }: Course, tick: number): number => Math.max(0, tick - lag);

/** When the rollout is over: no rule looks after that. */
export const lengthOf = ({ exposed }: Course): number => exposed.candidate.length;

/** What both builds have shown in the hours that are seen. */
export type Totals = {
  readonly candidate: { failed: number; exposed: number };
  readonly control: { failed: number; exposed: number };
};

/** A rule that looks every `every` hours at all that is seen, and halts as soon as `isBad`. */
export const lookingAtTotals =
  (course: Course, every: number, isBad: (totals: Totals) => boolean): HaltOf =>
  (failed) => {
    const totals: Totals = {
      candidate: { failed: 0, exposed: 0 },
      control: { failed: 0, exposed: 0 },
    };
    let hour = 0;
    for (let tick = every; tick <= lengthOf(course); tick += every) {
      for (; hour < seenAt(course, tick); hour++) {
        totals.candidate.failed += failed.candidate[hour] ?? 0;
        totals.candidate.exposed += course.exposed.candidate[hour] ?? 0;
        totals.control.failed += failed.control[hour] ?? 0;
        totals.control.exposed += course.exposed.control[hour] ?? 0;
      }
      if (hour > 0 && isBad(totals)) return tick;
    }
    return never;
  };

/** A rule that looks at each hour by itself, when it comes in, at the rate of the candidate. */
export const lookingAtHours =
  (course: Course, isBad: () => (rate: number) => boolean): HaltOf =>
  (failed) => {
    const isBadNow = isBad();
    for (let hour = 0; hour + 1 + course.lag <= lengthOf(course); hour++) {
      const rate = (failed.candidate[hour] ?? 0) / (course.exposed.candidate[hour] ?? 1);
      if (isBadNow(rate)) return hour + 1 + course.lag;
    }
    return never;
  };
