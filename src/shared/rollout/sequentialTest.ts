import { type ControlComparison, excludedBy, type HistoryComparison, toleratedBy } from './check.ts';
import {
  betOnRate,
  betOnShare,
  better,
  highestRate,
  logOf,
  lowestRate,
  oddsOf,
  untouched,
  type Wealth,
  worse,
} from './eprocess.ts';
import type { Counts } from './evidence.ts';

/** One interval of counts, as a test takes it. */
export type Interval = {
  readonly candidate: Counts;
  readonly control?: Counts | undefined;
  /** Whether its counts are complete. Until then failures count and exposures do not speak for the build. */
  readonly settled: boolean;
  /** How large the candidate's share may have been at some time within it, where that is more than was measured. */
  readonly shareAtMost?: number | undefined;
};

/** What a test rests on besides the counts. */
export type Terms = {
  /** The chance to call a healthy build bad: the check's part of the false-halt budget. */
  readonly falseHarm: number;
  /** The chance to call a harmful build safe. */
  readonly falseSafety: number;
  /** The most that one device or session can add to the failures. */
  readonly discount: number;
};

/** One test: the logarithm of its wealth, and the wealth at which it decides. */
export type Verge = { readonly log: number; readonly needed: number };

/** The two tests of one check. */
export type Tested = { readonly harm: Verge; readonly safety: Verge };

type Stakes = { readonly harm: Wealth; readonly safety: Wealth };
type Bet = (stakes: Stakes, interval: Interval) => Stakes;

const unspent: Stakes = { harm: untouched(worse), safety: untouched(better) };

/** Is the rate above the limit, or below it? */
export const testRate = (rate: number, intervals: readonly Interval[], terms: Terms): Tested =>
  play(intervals, betOnRates(terms.discount, rate, rate), terms);

/** Does the candidate fail more often than its control, by more than is tolerated? */
export const testBesideControl = (
  comparison: ControlComparison,
  intervals: readonly Interval[],
  terms: Terms,
): Tested => play(intervals, betOnShares(terms.discount, comparison, highestShare(intervals)), terms);

/**
 * Does the candidate fail more often than earlier releases, by more than is tolerated? What the history may hide is one half
 * of each chance of error, and what the test may say wrongly the other.
 */
export function testBesideHistory(
  comparison: HistoryComparison,
  intervals: readonly Interval[],
  { falseHarm, falseSafety, discount }: Terms,
): Tested {
  const halves = { discount, falseHarm: falseHarm / 2, falseSafety: falseSafety / 2 };
  const failed = comparison.failed / discount;
  const exposed = comparison.exposed / discount;
  const tolerated = toleratedBy(comparison) * highestRate(failed, exposed, halves.falseHarm);
  const excluded = excludedBy(comparison) * lowestRate(failed, exposed, halves.falseSafety);
  return play(intervals, betOnRates(discount, tolerated, excluded), halves);
}

function play(
  intervals: readonly Interval[],
  bet: Bet,
  { falseHarm, falseSafety }: Omit<Terms, 'discount'>,
): Tested {
  const { harm, safety } = intervals.reduce(bet, unspent);
  // What has not settled is judged so carefully that it can hide what has; either may speak, because the wealth on what has
  // settled is one that the whole had on its way.
  const known = intervals.filter(({ settled }) => settled).reduce(bet, unspent).harm;
  return {
    harm: { log: Math.max(logOf(harm), logOf(known)), needed: 1 / falseHarm },
    safety: { log: logOf(safety), needed: 1 / falseSafety },
  };
}

/**
 * Bets on rates. All counts are divided by the discount, the most that one device or session can add: the test is then as
 * fair as if each of them added one, because cʲ ≤ 1 + j (c − 1) for every part j between 0 and 1.
 */
function betOnRates(discount: number, tolerated: number, excluded: number): Bet {
  return ({ harm, safety }, { candidate, settled }) => {
    const failed = candidate.failed / discount;
    const exposed = candidate.exposed / discount;
    return {
      harm: exposed > 0 ? betOnRate(worse, harm, failed, tolerated * exposed) : harm,
      safety: betOnRate(better, safety, failed, settled ? excluded * exposed : 0),
    };
  };
}

/** The largest share that was measured: an interval whose exposures are not known yet has no smaller bound. */
const highestShare = (intervals: readonly Interval[]): number =>
  intervals.reduce(
    (most, { candidate, control, settled }) =>
      settled ? Math.max(most, shareOf(candidate, control) ?? 0) : most,
    0,
  );

/**
 * Bets on shares. The measured share of the exposures may be off by the declared uncertainty in either direction, and the
 * rates by the tolerated ratio: the null is widened by both, to the truth that is hardest to tell from harm. A share that
 * moved within an interval, or is not known yet, is taken to be as large as it may have been, and such an interval says nothing
 * for safety.
 */
function betOnShares(discount: number, comparison: ControlComparison, highest: number): Bet {
  const { shareUncertainty } = comparison;
  const [tolerated, excluded] = [toleratedBy(comparison), excludedBy(comparison)];
  return ({ harm, safety }, { candidate, control = nothing, settled, shareAtMost }) => {
    const failed = { candidate: candidate.failed / discount, control: control.failed / discount };
    const share = shareOf(candidate, control) ?? 0;
    const atMost = Math.max(share, shareAtMost ?? 0, settled ? 0 : highest) / (1 - shareUncertainty);
    const atLeast = share / (1 + shareUncertainty);
    return {
      harm:
        tells(atMost) && isKnown(control)
          ? betOnShare(worse, harm, failed, tolerated * oddsOf(atMost))
          : harm,
      safety:
        settled && shareAtMost === undefined
          ? betOnSafety(safety, failed, share, excluded * oddsOf(atLeast))
          : betOnRate(better, safety, failed.candidate, 0),
    };
  };
}

/** A control of which neither exposure nor failures are known has not been without failures. */
const isKnown = ({ failed, exposed }: Counts): boolean => exposed > 0 || failed > 0;

const betOnSafety = (
  safety: Wealth,
  failed: { readonly candidate: number; readonly control: number },
  share: number,
  odds: number,
): Wealth => (tells(share) ? betOnShare(better, safety, failed, odds) : safety);

const nothing: Counts = { failed: 0, exposed: 0 };

/** The candidate's part of the exposures, where there are any. */
export function shareOf(candidate: Counts, control: Counts = nothing): number | undefined {
  const all = candidate.exposed + control.exposed;
  return all > 0 ? candidate.exposed / all : undefined;
}

/** Where nobody has the candidate, or perhaps everybody, there is nothing to compare. */
const tells = (share: number): boolean => share > 0 && share < 1;
