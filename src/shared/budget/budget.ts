/**
 * What a request to the Store is for, the most urgent first.
 * `halt`: stopping a rollout, and reading whether it has stopped.
 * `change`: every other change of the Store, with the reads that belong to it.
 * `poll`: looking whether anything has happened.
 */
export const requestLanes = ['halt', 'change', 'poll'] as const;
export type RequestLane = (typeof requestLanes)[number];

/** One request that may be sent; `at` is in whole milliseconds since 1970. */
export type Taken = { readonly at: number; readonly lane: RequestLane };

/** What is known of a publisher's requests, by all instances together. */
export type Budget = {
  /** The oldest first. */
  readonly taken: readonly Taken[];
  /** The Store itself refused at `at` to be asked before `until`. */
  readonly closed?: { readonly at: number; readonly until: number } | undefined;
};

export const untouched: Budget = { taken: [] };

const minute = 60_000;

/**
 * The Store counts requests when they arrive; the budget counts tickets when they are made. Between the two lie the time
 * for which a ticket may wait to be sent, the request's way, and the difference of two instances' clocks. A ticket is
 * therefore kept for `windowMs`, the sum of all four, so that no 60 s of arrivals hold more than the limit.
 */
export const timing = {
  /** What the limit is for. */
  limitMs: minute,
  /** A ticket that was not used by then is void: it stays counted, and its request needs another one. */
  goodForMs: 2_000,
  /** From its sending to where the Store counts it, with the connection's making. */
  onTheWayMs: 2_000,
  /** How far the clocks of two instances may be apart. */
  skewMs: 1_000,
  windowMs: minute + 2_000 + 2_000 + 1_000,
  /**
   * A time that lies further ahead than this comes from a clock that is wrong, and is taken for this: a broken clock must
   * not keep a halt waiting.
   */
  mostAheadMs: 10_000,
  /** The longest closing that is believed: a daily quota's. */
  mostClosedMs: 24 * 60 * minute,
  /** A halt asks again after this, however long the Store said: a wrong header must not silence it for a day. */
  mostClosedToHaltsMs: 10 * minute,
} as const;

/** How many requests of the limit each lane has for itself. A lane may also use what is left of those below it. */
export type Shares = Readonly<Record<RequestLane, number>>;

/** A fifth each for halts and for changes: a halt takes two requests, and a change two more than its looks. */
export function sharesOf(limit: number): Shares {
  const fifth = Math.floor(limit / 5);
  const halt = Math.max(2, fifth);
  const change = Math.max(1, fifth);
  return { halt, change, poll: limit - halt - change };
}

/** How many tickets a lane may meet and still take one. */
export function mostFor(lane: RequestLane, limit: number): number {
  const { halt, change } = sharesOf(limit);
  switch (lane) {
    case 'halt':
      return limit;
    case 'change':
      return limit - halt;
    case 'poll':
      return limit - halt - change;
  }
}

/** `until`: when there may be room, if nobody else takes it. */
export type Taking =
  | { readonly kind: 'taken'; readonly budget: Budget }
  | { readonly kind: 'wait'; readonly until: number };

/**
 * Takes one request for a lane, if it has room. A ticket's time is never before that of the newest one, so a clock that
 * is a little behind cannot make tickets look older than they are.
 */
export function take(budget: Budget, lane: RequestLane, now: number, limit: number): Taking {
  const { taken, closed } = current(budget, now);
  const open = opening(closed, lane);
  if (open !== undefined && now < open) return { kind: 'wait', until: open };
  const most = mostFor(lane, limit);
  // The ticket that has to leave the window before one more fits in.
  const blocking = taken.at(-most);
  if (blocking) return { kind: 'wait', until: blocking.at + timing.windowMs };
  const at = Math.ceil(Math.max(now, taken.at(-1)?.at ?? now));
  return { kind: 'taken', budget: { taken: [...taken, { at, lane }], ...(closed && { closed }) } };
}

/** How many requests a lane could take at a time from now on, if nobody took any before. */
export function roomAt(budget: Budget, lane: RequestLane, time: number, limit: number): number {
  const { taken, closed } = current(budget, time);
  const open = opening(closed, lane);
  return open !== undefined && time < open ? 0 : Math.max(0, mostFor(lane, limit) - taken.length);
}

/** When a lane may ask again after the Store has refused. */
function opening(closed: Budget['closed'], lane: RequestLane): number | undefined {
  if (!closed) return undefined;
  return lane === 'halt' ? Math.min(closed.until, closed.at + timing.mostClosedToHaltsMs) : closed.until;
}

/** The Store's 429: for `forMs` from now on nobody asks. A closing that lasts longer already stays. */
export function close(budget: Budget, forMs: number, now: number): Budget {
  const { taken, closed } = current(budget, now);
  const until = now + Math.min(forMs, timing.mostClosedMs);
  return { taken, closed: { at: now, until: Math.max(until, closed?.until ?? until) } };
}

/** Both closings at once. */
export function withClosing(budget: Budget, other: Budget['closed']): Budget {
  if (!other) return budget;
  const { closed = other } = budget;
  return {
    ...budget,
    closed: { at: Math.max(closed.at, other.at), until: Math.max(closed.until, other.until) },
  };
}

/**
 * A budget with times from a clock that was wrong, with these times brought down; undefined where there are none. It has
 * to be written: what is brought down anew at each look stays as far ahead as before, until the wrong time has come.
 */
export function broughtDown(budget: Budget, now: number): Budget | undefined {
  const latest = now + timing.mostAheadMs;
  const { taken, closed } = budget;
  const isAhead =
    taken.some(({ at }) => at > latest) ||
    (closed !== undefined && (closed.at > latest || closed.until > latest + timing.mostClosedMs));
  return isAhead ? current(budget, now) : undefined;
}

/** What still counts now, with the times of wrong clocks brought down. */
function current({ taken, closed }: Budget, now: number): Budget {
  const latest = now + timing.mostAheadMs;
  const believed = taken.map(({ at, lane }) => ({ at: Math.min(at, latest), lane }));
  const counted = believed.filter(({ at }) => at > now - timing.windowMs);
  // Of a closing by a clock that is ahead, its length is right.
  const ahead = closed === undefined ? 0 : Math.max(0, closed.at - latest);
  const until = closed && Math.min(closed.until - ahead, latest + timing.mostClosedMs);
  return {
    taken: counted,
    ...(closed &&
      until !== undefined &&
      until > now && { closed: { at: Math.min(closed.at, latest), until } }),
  };
}
