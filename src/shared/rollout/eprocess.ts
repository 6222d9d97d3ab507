/**
 * Tests by betting. Somebody who doubts the null hypothesis starts with a wealth of 1 and bets on every failure, at odds
 * that are fair if the null is true. The wealth is then a supermartingale under every truth inside the null, so that it
 * ever reaches 1/α with a probability of at most α, whenever and however often one looks: Ville's inequality (1939; see
 * Ramdas, Grünwald, Vovk, Shafer, "Game-theoretic statistics and safe anytime-valid inference", Statistical Science 38, 2023).
 *
 * The wealth is spread over several alternatives, each a ratio to the null, because nobody knows how bad a bad build is.
 */
export type Alternative = { readonly ratio: number; readonly weight: number };

/** The natural logarithm of the wealth on each alternative, in their order. */
export type Wealth = readonly number[];

/**
 * Ratios above the null. The weights make a halt about equally dear for every true ratio between 1.5 and 5 and every share
 * of the build, compared with somebody who knows the ratio; docs/decision-rules.md has what they reach.
 */
export const worse: readonly Alternative[] = [
  { ratio: 1.2, weight: 0.01 },
  { ratio: 1.45, weight: 0.13 },
  { ratio: 1.65, weight: 0.18 },
  { ratio: 2, weight: 0.076 },
  { ratio: 2.45, weight: 0.066 },
  { ratio: 3.3, weight: 0.128 },
  { ratio: 4.2, weight: 0.241 },
  { ratio: 5, weight: 0.032 },
  { ratio: 6.5, weight: 0.058 },
  { ratio: 8.8, weight: 0.075 },
  { ratio: 20, weight: 0.004 },
];

/** Ratios below the null, for the other side: that a build is better than what counts as harm. */
export const better: readonly Alternative[] = [
  { ratio: 0.9, weight: 0.1 },
  { ratio: 0.8, weight: 0.2 },
  { ratio: 0.65, weight: 0.2 },
  { ratio: 0.5, weight: 0.2 },
  { ratio: 0.35, weight: 0.15 },
  { ratio: 0.2, weight: 0.1 },
  { ratio: 0.05, weight: 0.05 },
];

export const untouched = (alternatives: readonly Alternative[]): Wealth =>
  alternatives.map(({ weight }) => Math.log(weight));

/**
 * A bet on whose failures they are. If failures are rare and independent, each of them is the candidate's with the odds
 * `ratio of the rates × exposure of the candidate / exposure of the control`, whatever the rate itself is. That is the
 * conditional test of two Poisson rates (Przyborowski, Wilenski, "Homogeneity of results in testing samples from Poisson
 * series", Biometrika 31, 1940), made sequential (Lindon, Malek, "Anytime-valid inference for multinomial count data",
 * NeurIPS 2022, on rates that change with time). Under odds of
 * `odds · ratio` instead of `odds`, a failure of the candidate is `ratio (1 + odds) / (1 + odds · ratio)` times as likely,
 * and one of the control `(1 + odds) / (1 + odds · ratio)` times.
 *
 * Fair or worse for every truth with odds up to `odds` where all ratios are above 1, and from `odds` on where all are
 * below 1. It does not need Poisson counts: for a count X of exposures that fail or not, E[cˣ] ≤ exp(E[X] (c − 1)), because
 * 1 + z ≤ eᶻ, and at the null the exponents of both builds add up to 0. Counts may be fractions.
 */
export function betOnShare(
  alternatives: readonly Alternative[],
  wealth: Wealth,
  failed: { readonly candidate: number; readonly control: number },
  odds: number,
): Wealth {
  const all = failed.candidate + failed.control;
  return alternatives.map(
    ({ ratio }, index) =>
      (wealth[index] ?? 0) +
      failed.candidate * Math.log(ratio) +
      all * (Math.log1p(odds) - Math.log1p(odds * ratio)),
  );
}

/**
 * A bet on how many fail, where the null expects a known number: the likelihood ratio of two Poisson counts (Wald,
 * "Sequential Analysis", 1947). Fair or worse where the truth expects at most `expected` and all ratios are above 1, or at
 * least `expected` and all are below 1; by the same inequality also for exposures that fail or not.
 */
export const betOnRate = (
  alternatives: readonly Alternative[],
  wealth: Wealth,
  failed: number,
  expected: number,
): Wealth =>
  alternatives.map(
    ({ ratio }, index) => (wealth[index] ?? 0) + failed * Math.log(ratio) - expected * (ratio - 1),
  );

/** The natural logarithm of the whole wealth: the e-value of what was seen so far. */
export function logOf(wealth: Wealth): number {
  // No spreading: there may be as many entries as an app has kinds of failures.
  const most = wealth.reduce((greatest, log) => Math.max(greatest, log), Number.NEGATIVE_INFINITY);
  return most + Math.log(wealth.reduce((sum, log) => sum + Math.exp(log - most), 0));
}

export const oddsOf = (share: number): number => share / (1 - share);

/**
 * The rate up to which a count is no surprise: with a rate above it, so few failures or fewer have a probability of at most
 * `level`. Chernoff's bound, P(X ≤ x) ≤ exp(x − m − x ln(x/m)) for a Poisson count with the mean m ≥ x (Boucheron, Lugosi,
 * Massart, "Concentration Inequalities", 2013, section 2.2).
 */
export const highestRate = (failed: number, exposed: number, level: number): number =>
  bound(
    failed,
    level,
    failed,
    failed + 2 * Math.log(1 / level) + 2 * Math.sqrt((failed + 1) * Math.log(1 / level)),
  ) / exposed;

/** Likewise from below: with a rate under it, so many failures or more have a probability of at most `level`. */
export const lowestRate = (failed: number, exposed: number, level: number): number =>
  failed === 0 ? 0 : bound(failed, level, failed, 0) / exposed;

/** The mean between `from` and `to` at which Chernoff's bound for `failed` is `level`; found by halving. */
function bound(failed: number, level: number, from: number, to: number): number {
  const surprise = (mean: number) => mean - failed + (failed > 0 ? failed * Math.log(failed / mean) : 0);
  let [near, far] = [from, to];
  for (let halvings = 0; halvings < 100; halvings++) {
    const middle = (near + far) / 2;
    if (surprise(middle) < Math.log(1 / level)) near = middle;
    else far = middle;
  }
  return far;
}
