import type { RequestLane } from './budget.ts';

/** One request that was taken from the budget before its call began. */
export interface Ticket {
  /** Whether the request may be sent now; true at most once, and only while the ticket is fresh. */
  redeem(): boolean;
}

export type TakeOptions = {
  readonly abortSignal?: AbortSignal | undefined;
  /** How long to wait for room, in ms; 15 seconds if not given. */
  readonly patienceMs?: number | undefined;
  /** Which request it is for, to whoever watches the budget; none where it is taken ahead of its call. */
  readonly operation?: string | undefined;
};

/** What stands before every request to the Store for one publisher. */
export interface RequestBudget {
  /**
   * Takes one request; rejects with a `NoRoomError` if there is no room within `patienceMs`, or with the abort
   * signal's reason. A halt that cannot reach the table of budgets gets its ticket without it: a halt that is lost harms
   * more than a 429.
   */
  take(lane: RequestLane, options?: TakeOptions): Promise<Ticket>;
  /** The Store answered 429: nobody asks it for so long. Never rejects. */
  closed(retryAfterMs: number): Promise<void>;
}

/** The budget as those see it who plan requests. */
export interface PublisherBudget extends RequestBudget {
  /** Reads the row anew, so that the next `take` is one round trip. Never rejects. */
  prepare(): Promise<void>;
  /** Whether a look of a round that will take so many requests may be handed out now. */
  grantLook(round: string, requests: number): boolean;
}
