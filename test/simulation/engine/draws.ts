import { hash, type Part, uniform } from '../../simulator/draws.ts';

/**
 * Draws by name: what is drawn for one moment does not depend on what was drawn before, so a run from which a disturbance
 * was taken out stays the same everywhere else. That is what makes schedules shrink.
 */
export class Draws {
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** From 0 to 1. */
  unit(...name: Part[]): number {
    return uniform(this.#seed, ...name);
  }

  /** A cheap one, for what is asked often: from 0 up to 1, with 32 bits. */
  coarse(...name: Part[]): number {
    return hash(this.#seed, ...name) / 2 ** 32;
  }

  between(least: number, most: number, ...name: Part[]): number {
    return least + (most - least) * this.unit(...name);
  }

  whole(least: number, most: number, ...name: Part[]): number {
    return Math.floor(this.between(least, most + 1, ...name));
  }

  chance(probability: number, ...name: Part[]): boolean {
    return this.unit(...name) < probability;
  }

  pick<Of>(from: readonly [Of, ...Of[]], ...name: Part[]): Of;
  pick<Of>(from: readonly Of[], ...name: Part[]): Of | undefined;
  pick<Of>(from: readonly Of[], ...name: Part[]): Of | undefined {
    return from[Math.floor(this.unit(...name) * from.length)];
  }
}
