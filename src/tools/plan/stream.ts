import { percentageAt, type Reach } from '../replay/telemetry.ts';
import { type Audience, adopted } from './audience.ts';
import { type Draw, drawsOf } from './draws.ts';

/** One interval of the crashes of a simulated application. Times are milliseconds since 1970. */
export type Piece = {
  readonly start: number;
  readonly end: number;
  readonly candidate: { readonly failed: number; readonly exposed: number };
  readonly control: { readonly failed: number; readonly exposed: number };
};

/** The regressions that a plan is tried against, after the healthy build. Each one's crashes hold the ones before it. */
export const ratios = [1, 1.5, 2, 3, 5] as const;
export type Ratio = (typeof ratios)[number];

const hour = 3_600_000;
const day = 24 * hour;

/** Hours on the first day of a step, and longer intervals later, so that long steps do not take long to play. */
function widthAt(ageMs: number): number {
  if (ageMs < day) return hour;
  if (ageMs < 3 * day) return 3 * hour;
  return ageMs < 7 * day ? 6 * hour : day;
}

/** The end of the interval that begins at `start`: it is cut at UTC midnight and, if that is known, where the percentage moved. */
function endOf(start: number, reached: readonly Reach[]): number {
  const since = reached.findLast((reach) => reach.since.getTime() <= start)?.since.getTime() ?? start;
  const moved =
    reached.find((reach) => reach.since.getTime() > start)?.since.getTime() ?? Number.POSITIVE_INFINITY;
  const midnight = (Math.floor(start / day) + 1) * day;
  return Math.min(start + widthAt(start - since), midnight, moved);
}

/** The crashes of one simulated rollout, as far as they have happened. */
export interface Stream {
  /** All intervals that are over at `now`. */
  until(now: Date, reached: readonly Reach[]): readonly Piece[];
  /** When the interval that is under way at `now` will be over, if nothing moves. */
  nextEnd(now: Date, reached: readonly Reach[]): number;
  /** The sessions of the candidate up to `now`. */
  exposedUntil(now: Date, reached: readonly Reach[]): number;
}

/** @param trial rollouts with one number have the same luck, whatever the ratio and the plan */
export function crashStream(
  audience: Audience,
  ratio: Ratio,
  start: Date,
  seed: number,
  trial: number,
): Stream {
  const pieces: Piece[] = [];
  const draws = drawersOf(audience, ratio, seed, trial);
  let [time, had] = [start.getTime(), 0];
  const shareIn = (end: number, reached: readonly Reach[]) =>
    adopted(had, percentageAt(reached, new Date(time)) / 100, audience.adoptionMs, end - time);
  const until = (now: Date, reached: readonly Reach[]): readonly Piece[] => {
    for (let end = endOf(time, reached); end <= now.getTime(); end = endOf(time, reached)) {
      const { average, last } = shareIn(end, reached);
      const sessions = (audience.dailySessions * (end - time)) / day;
      pieces.push({ start: time, end, ...draws(average * sessions, (1 - average) * sessions) });
      [time, had] = [end, last];
    }
    return pieces;
  };
  return {
    until,
    nextEnd: (now, reached) => {
      until(now, reached);
      return endOf(time, reached);
    },
    exposedUntil: (now, reached) => {
      const whole = until(now, reached).reduce((sum, { candidate }) => sum + candidate.exposed, 0);
      const rest = now.getTime() - time;
      return whole + (shareIn(now.getTime(), reached).average * audience.dailySessions * rest) / day;
    },
  };
}

/** Draws the failures of both builds. What makes a build worse comes from streams of its own, one for each ratio. */
function drawersOf({ crashRate }: Audience, ratio: Ratio, seed: number, trial: number) {
  const drawOf = (stream: number): Draw => drawsOf(seed, trial * (ratios.length + 1) + stream);
  const control = drawOf(ratios.length);
  const parts = ratios.flatMap((each, index) =>
    each <= ratio ? [{ draw: drawOf(index), more: each - (ratios[index - 1] ?? 0) }] : [],
  );
  return (candidate: number, controls: number) => ({
    candidate: {
      exposed: candidate,
      failed: parts.reduce((sum, { draw, more }) => sum + draw(more * crashRate * candidate), 0),
    },
    control: { exposed: controls, failed: control(crashRate * controls) },
  });
}
