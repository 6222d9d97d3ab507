/** An operation or a request that has come to its service, as far as what disturbs it has to know. */
export type Arrival = {
  /** Somebody still waits for the answer. */
  readonly isAwaited: () => boolean;
  /** Somebody waits, or it is a change, which makes a difference even where nobody does. */
  readonly matters: () => boolean;
  readonly later: (ms: number, run: () => void) => void;
  /** Whoever asked dies, unless they are gone already. */
  readonly crash: () => void;
  /** The disturbance took effect. */
  readonly hit: () => void;
};
