import { sharesOf, timing } from './budget.ts';

/**
 * Which looks may be handed out. A look is handed out before it asks the Store, so that rollouts wait their turn in the
 * order of their time, and not by meeting a budget that is used up. What one instance knows is enough for that: the budget
 * itself holds what this misses.
 */
export type Pace = {
  /** The looks that were handed out within the window; `untaken` is what they have not asked yet. */
  readonly handedOut: readonly HandedOut[];
  /** The rounds that have looks due and could not hand them out. */
  readonly hungry: Readonly<Record<string, Hungry>>;
  /** How many times fewer looks are handed out because polls found no room, as a power of two, and since when. */
  readonly slowed: { readonly times: number; readonly at: number };
};

type HandedOut = {
  readonly at: number;
  readonly round: string;
  readonly requests: number;
  readonly untaken: number;
};

/** `since` it has handed out nothing; `needs` is what its next look takes. */
type Hungry = { readonly since: number; readonly seenAt: number; readonly needs: number };

export type Look = { readonly round: string; readonly requests: number };

/** `room`: what polls may ask now or very soon. */
export type Room = { readonly now: number; readonly limit: number; readonly room: number };

export const freshPace: Pace = { handedOut: [], hungry: {}, slowed: { times: 0, at: 0 } };

/** How long a look that was handed out may wait in the queue and still count as one that will ask. */
const underWayMs = 60_000;

/** A round that has not come for this long has nothing due any more. */
const hungryMs = 3 * 60_000;

const mostSlowed = 3;

/** Refusals that come together are one. */
const oneTroubleMs = 20_000;

/**
 * Whether a look may go now. There must be room for it beside the looks that are under way and the next look of every
 * round that has waited longer; and while other rounds wait, a round gets no more than its equal part of a window.
 */
export function grantLook(
  before: Pace,
  look: Look,
  { now, limit, room }: Room,
): { readonly granted: boolean; readonly pace: Pace } {
  const pace = recent(before, now);
  const { poll } = sharesOf(limit);
  const others = Object.entries(pace.hungry).filter(([round]) => round !== look.round);
  const since = pace.hungry[look.round]?.since ?? now;
  const longer = others.filter(([, other]) => other.since < since);
  // A look may be dearer than all that polls have: then it goes when nothing else does.
  const needs = Math.min(look.requests, poll);
  const left = slowedRoom(room, needs, pace) - untakenOf(pace);
  const fits = left >= needs + sum(longer.map(([, other]) => other.needs));
  const part = Math.max(needs, poll / (1 + others.length));
  const inPart = others.length === 0 || usedBy(pace, look.round) + needs <= part;
  return fits && inPart
    ? { granted: true, pace: handOut(pace, look, now) }
    : { granted: false, pace: starve(pace, look.round, { since, seenAt: now, needs }) };
}

/** A look has asked the Store once. */
export function polled(pace: Pace): Pace {
  const first = pace.handedOut.findIndex(({ untaken }) => untaken > 0);
  const handedOut = pace.handedOut.map((look, index) =>
    index === first ? { ...look, untaken: look.untaken - 1 } : look,
  );
  return { ...pace, handedOut };
}

/**
 * A poll was refused for want of room: looks have asked more than was thought. With half as many at a time, some get
 * through to their end, where all of them would go on stopping each other half-way.
 */
export function slowDown(pace: Pace, now: number): Pace {
  const { times, at } = recent(pace, now).slowed;
  if (times > 0 && now - at < oneTroubleMs) return pace;
  return { ...pace, slowed: { times: Math.min(mostSlowed, times + 1), at: now } };
}

const slowedRoom = (room: number, needs: number, { slowed }: Pace): number =>
  Math.max(Math.min(room, needs), room / 2 ** slowed.times);

const handOut = ({ handedOut, hungry, slowed }: Pace, { round, requests }: Look, at: number): Pace => {
  const { [round]: _, ...stillHungry } = hungry;
  const look = { at, round, requests, untaken: requests };
  return { handedOut: [...handedOut, look], hungry: stillHungry, slowed };
};

const starve = (pace: Pace, round: string, hungry: Hungry): Pace => ({
  ...pace,
  hungry: { ...pace.hungry, [round]: hungry },
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const untakenOf = ({ handedOut }: Pace): number => sum(handedOut.map(({ untaken }) => untaken));

const usedBy = ({ handedOut }: Pace, round: string): number =>
  sum(handedOut.filter((look) => look.round === round).map(({ requests }) => requests));

/** What still counts; times of the future, from before a clock went back, do not. */
function recent({ handedOut, hungry, slowed }: Pace, now: number): Pace {
  const within = (at: number, ms: number) => at <= now && now - at < ms;
  const windows = Math.floor(Math.max(0, now - slowed.at) / timing.windowMs);
  const times = Math.max(0, slowed.times - windows);
  return {
    handedOut: handedOut
      .filter(({ at }) => within(at, timing.windowMs))
      .map((look) => (within(look.at, underWayMs) ? look : { ...look, untaken: 0 })),
    hungry: Object.fromEntries(Object.entries(hungry).filter(([, { seenAt }]) => within(seenAt, hungryMs))),
    slowed: windows === 0 ? slowed : { times, at: slowed.at + windows * timing.windowMs },
  };
}
