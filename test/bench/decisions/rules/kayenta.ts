import { type Course, type Failures, lengthOf, never, type Rule, seenAt } from './rule.ts';

/** The 0.99 quantile: a two-sided confidence of 0.98. */
const z = 2.3263478740408408;
const tolerance = 0.25;
const every = 6;

/**
 * peers.md 2.3 (spinnaker/kayenta@a69573be9, `MannWhitneyClassifier.scala`, `MannWhitney.scala`): the hourly rates of both
 * builds since the start, judged every 6 h. High, and so a score of 0 and a failure, if the lower end of the Mann-Whitney
 * confidence interval is above a quarter of the estimated shift. Ends and estimate are order statistics of all differences
 * between the two, exactly where Kayenta searches for them to within 1e-4. Outliers stay in.
 */
export const kayenta: Rule = {
  name: 'Kayenta, every 6 h',
  prepare: (course) => (failed) => {
    const differences = new Differences(course, failed);
    for (let tick = every; tick <= lengthOf(course); tick += every) {
      differences.see(seenAt(course, tick));
      if (differences.areHigh()) return tick;
    }
    return never;
  },
};

/** The differences between each hourly rate of the candidate and each of the control. */
class Differences {
  readonly #candidate: Float64Array;
  readonly #control: Float64Array;
  #hours = 0;
  /** How many of them are above 0, and rates of 0 on either side: ties, the only ones that rates have. */
  #above0 = 0;
  #zeros = { candidate: 0, control: 0 };

  constructor(course: Course, failed: Failures) {
    this.#candidate = failed.candidate.map(
      (crashes, hour) => crashes / (course.exposed.candidate[hour] ?? 1),
    );
    this.#control = failed.control.map((crashes, hour) => crashes / (course.exposed.control[hour] ?? 1));
  }

  see(hours: number): void {
    for (; this.#hours < hours; this.#hours++) {
      const [mine, theirs] = [this.#candidate[this.#hours] ?? 0, this.#control[this.#hours] ?? 0];
      for (let hour = 0; hour < this.#hours; hour++) {
        if (mine > (this.#control[hour] ?? 0)) this.#above0++;
        if ((this.#candidate[hour] ?? 0) > theirs) this.#above0++;
      }
      if (mine > theirs) this.#above0++;
      if (mine === 0) this.#zeros.candidate++;
      if (theirs === 0) this.#zeros.control++;
    }
  }

  areHigh(): boolean {
    const n = this.#hours;
    const pairs = n * n;
    if (n === 0) return false;
    // With few hours no rank is high enough, and the interval begins at the least difference.
    const rank = Math.min(pairs, Math.floor(pairs / 2 + 0.5 + z * this.#deviation()) + 1);
    // Without so many differences above 0 the lower end is not above 0, which is quickly told.
    if (this.#above0 < rank) return false;
    const [candidate, control] = [this.#candidate.slice(0, n).sort(), this.#control.slice(0, n).sort()];
    const lower = largest(candidate, control, rank);
    return lower > tolerance * Math.abs(median(candidate, control));
  }

  /** The standard deviation of the number of differences above any value, corrected for ties. */
  #deviation(): number {
    const n = this.#hours;
    const tied = ties(this.#zeros.candidate) + ties(this.#zeros.control);
    return Math.sqrt(((n * n) / 12) * (2 * n + 1 - tied / (2 * n * (2 * n - 1))));
  }
}

const ties = (count: number): number => count ** 3 - count;

/** The median of the differences: the estimate of Hodges and Lehmann. */
function median(candidate: Float64Array, control: Float64Array): number {
  const pairs = candidate.length * control.length;
  const [upper, lower] = [Math.floor((pairs + 1) / 2), Math.floor(pairs / 2) + 1];
  return (largest(candidate, control, upper) + largest(candidate, control, lower)) / 2;
}

/** The difference that is the `rank`-th from above; found by halving, because sorting them all would take most of a run. */
function largest(candidate: Float64Array, control: Float64Array, rank: number): number {
  let low = (candidate[0] ?? 0) - (control.at(-1) ?? 0) - 1e-9;
  let high = (candidate.at(-1) ?? 0) - (control[0] ?? 0);
  while (high - low > 1e-12 * Math.max(1, Math.abs(high))) {
    const middle = (low + high) / 2;
    if (countAbove(candidate, control, middle) >= rank) low = middle;
    else high = middle;
  }
  return high;
}

/** How many differences are above a value; both are sorted, so one walk over the two is enough. */
function countAbove(candidate: Float64Array, control: Float64Array, value: number): number {
  let [count, below] = [0, 0];
  for (const rate of candidate) {
    while (below < control.length && (control[below] ?? 0) < rate - value) below++;
    count += below;
  }
  return count;
}
