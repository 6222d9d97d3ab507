import { setImmediate as nextTurn } from 'node:timers/promises';
import { currentDoing, doing } from './invocation.ts';

/** Whom an event belongs to. When it is gone, its events never happen. */
export type Owner = {
  readonly name: string;
  alive: boolean;
  frozenUntil: number;
  /** The step at which it was gone. */
  diedStep?: number;
};

type Event = {
  readonly at: number;
  readonly order: number;
  readonly owner: Owner | undefined;
  run: (() => void) | undefined;
};

/** Something that will happen, unless it is called off. */
export type Pending = { cancel(): void };

/**
 * Virtual time. Events happen one at a time, in the order of their times, and after each one everything that it set in
 * motion comes to rest before the next. Nothing here waits for real time, so a run depends on its events alone.
 */
export class Clockwork {
  #now: number;
  #order = 0;
  readonly #events: Event[] = [];
  steps = 0;

  constructor(start: number) {
    this.#now = start;
  }

  /** Whole milliseconds, as every machine tells them. */
  readonly now = (): number => Math.floor(this.#now);

  /** What somebody does later is still part of what they do now. */
  after(ms: number, owner: Owner | undefined, run: () => void): Pending {
    this.#order += 1;
    const by = currentDoing();
    const event: Event = {
      ...{ at: this.#now + Math.max(0, ms), order: this.#order, owner },
      run: by ? () => doing(by, run) : run,
    };
    push(this.#events, event);
    return {
      cancel: () => {
        event.run = undefined;
      },
    };
  }

  /** Lets the next event happen; false if there is none before `end`. */
  async step(end: number): Promise<boolean> {
    for (;;) {
      const event = this.#events[0];
      if (!event || event.at > end) return false;
      pop(this.#events);
      const { owner, run } = event;
      if (!run || owner?.alive === false) continue;
      if (owner && owner.frozenUntil > event.at) {
        this.#order += 1;
        push(this.#events, { at: owner.frozenUntil, order: this.#order, owner, run });
        continue;
      }
      this.#now = Math.max(this.#now, event.at);
      this.steps += 1;
      run();
      await atRest();
      return true;
    }
  }
}

/** All microtasks have run before the loop's next turn; what waits then waits for an event. */
export const atRest = (): Promise<void> => nextTurn();

const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap, the earliest event first. */
function push(heap: Event[], event: Event): void {
  heap.push(event);
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!swapIfBefore(heap, at, parent)) return;
    at = parent;
  }
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  heap[0] = last;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = left + 1;
    const child = isBefore(heap, right, left) ? right : left;
    if (child >= heap.length || !swapIfBefore(heap, child, at)) return;
    at = child;
  }
}

function isBefore(heap: readonly Event[], a: number, b: number): boolean {
  const [left, right] = [heap[a], heap[b]];
  return left !== undefined && right !== undefined && before(left, right);
}

function swapIfBefore(heap: Event[], child: number, parent: number): boolean {
  const [below, above] = [heap[child], heap[parent]];
  if (!below || !above || !before(below, above)) return false;
  heap[child] = above;
  heap[parent] = below;
  return true;
}
