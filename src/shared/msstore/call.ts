import type { RequestLane } from '../budget/budget.ts';
import type { Ticket } from '../budget/port.ts';
import type { HttpRequest } from './exchange.ts';
import type { StoreOperation } from './operations.ts';

/** One request to the Store, before authorisation. */
export type StoreRequest = {
  readonly operation: StoreOperation;
  readonly method: HttpRequest['method'];
  /** Relative to `/v1.0/my/`, its segments encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body?: string;
};

/** What all requests of one call of the client share: their correlation id, their lane, their time and their end. */
export type Call = {
  readonly correlationId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly abortSignal: AbortSignal | undefined;
  /** A change is sent at most once. */
  readonly once: boolean;
  readonly lane: RequestLane;
  readonly ticket: Ticket | undefined;
  /** How long it waits for room in the request budget, in ms, if not as long as others do. */
  readonly patienceMs?: number;
};

/** One HTTP exchange with the Store, for counting and logging. */
export type RequestEvent = {
  readonly operation: StoreOperation;
  readonly method: HttpRequest['method'];
  /** Absent where no whole answer came. */
  readonly status: number | undefined;
  /** From 1; the replay after a 401 has the number of its original. */
  readonly attempt: number;
  readonly durationMs: number;
  /** The Store's own where it gave one, else the one that was sent. */
  readonly correlationId: string;
};
