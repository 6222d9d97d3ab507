import {
  type Alternative,
  betOnShare,
  logOf,
  oddsOf,
  untouched,
} from '../../../src/shared/rollout/eprocess.ts';

/**
 * How many users have to crash until a bet on whose crashes they are is won, and how many would have to for the best test
 * that can be. Exact: nothing is simulated.
 */
export type AtHalt = {
  /** The expected crashes of the candidate at the halt. */
  readonly crashes: number;
  /** The probability that it has halted within the control crashes that were walked over. */
  readonly halted: number;
};

export type Walk = {
  /** The candidate's part of the exposures. */
  readonly share: number;
  /** How many times as often the candidate crashes as the control. */
  readonly ratio: number;
  readonly alpha: number;
  /** Where to stop walking if there is no halt. */
  readonly mostControlCrashes?: number;
};

/** The chance that the next crash is the candidate's. */
export const partOfCandidate = (share: number, ratio: number): number =>
  (ratio * share) / (ratio * share + 1 - share);

/** `kl` between two coins (peers.md 5). */
export const divergence = (a: number, b: number): number =>
  a * Math.log(a / b) + (1 - a) * Math.log((1 - a) / (1 - b));

/**
 * Wald's bound for an unknown control (peers.md 5.1 and 5.4): a test that halts a healthy build with a probability of at
 * most `alpha`, and misses this one with at most `miss`, sees at least so many crashes of the candidate.
 */
export function waldLimit({ share, ratio, alpha }: Walk, miss = 0.01): number {
  const part = partOfCandidate(share, ratio);
  return (divergence(1 - miss, alpha) * part) / divergence(part, share);
}

const negligible = 1e-12;

/**
 * Walks over the control's crashes. In between, each crash is the candidate's with the same chance, so it is enough to know
 * with which probability how many of the candidate's were seen without a halt. The bet is looked at after each crash. It
 * can be won only by one of the candidate's, and each of the control's puts the halt off: `halt`, the crashes of the
 * candidate that it takes, never falls.
 */
export function crashesAtHalt(alternatives: readonly Alternative[], walk: Walk): AtHalt {
  const { share, ratio, alpha, mostControlCrashes = 1_000_000 } = walk;
  const part = partOfCandidate(share, ratio);
  const logAfter = logsOf(alternatives, oddsOf(share));
  const needed = Math.log(1 / alpha);
  let alive = Float64Array.of(1);
  let [first, halt, running, crashes, halted] = [0, 1, 1, 0, 0];
  for (let control = 0; running > negligible && control <= mostControlCrashes; control++) {
    while (logAfter(halt, control) < needed) halt++;
    if (halt >= alive.length) alive = widened(alive, 2 * halt);
    running = 0;
    for (let seen = first; seen < halt; seen++) {
      const here = alive[seen] ?? 0;
      const onward = here * part;
      alive[seen] = here - onward;
      running += here - onward;
      if (seen + 1 < halt) alive[seen + 1] = (alive[seen + 1] ?? 0) + onward;
      else {
        halted += onward;
        crashes += onward * halt;
      }
    }
    while (first < halt - 1 && (alive[first] ?? 0) < negligible * negligible) first++;
  }
  return { crashes, halted };
}

/** The logarithm of the wealth after so many crashes of each, by the bets of production. */
function logsOf(alternatives: readonly Alternative[], odds: number) {
  const start = untouched(alternatives);
  return (candidate: number, control: number): number =>
    logOf(betOnShare(alternatives, start, { candidate, control }, odds));
}

function widened(values: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(length);
  wider.set(values);
  return wider;
}
