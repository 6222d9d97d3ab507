import type { Clock } from '../../src/shared/platform/clock.ts';
import { settle } from './progress.ts';
import type { Change, State } from './state.ts';

/** The one place that holds the Store's state. Every access first brings it up to the clock's time. */
export class Store {
  readonly clock: Clock;
  #state: State;

  constructor(state: State, clock: Clock) {
    this.#state = state;
    this.clock = clock;
  }

  now(): number {
    return this.clock.now().getTime();
  }

  read(): State {
    this.#state = settle(this.#state, this.now());
    return this.#state;
  }

  /** Applies a transition. A refusal that it throws leaves the state as it was. */
  change<T>(transition: (state: State, now: number) => Change<T>): T {
    const { state, value } = transition(this.read(), this.now());
    this.#state = state;
    return value;
  }
}
