import { RestError } from '@azure/data-tables';

/** A message as whoever received it holds it. */
export type Received = {
  readonly id: string;
  readonly receipt: string;
  readonly text: string;
  /** From 1. */
  readonly dequeueCount: number;
};

/** What a storage queue can do, as far as the platform uses it. Times are milliseconds. */
export interface Queue {
  send(text: string, delayMs: number): Promise<void>;
  receive(most: number, hiddenMs: number): Promise<Received[]>;
  /** Hides a received message anew, and gives the receipt that is valid from then on. */
  hide(message: Pick<Received, 'id' | 'receipt'>, hiddenMs: number): Promise<string>;
  delete(message: Pick<Received, 'id' | 'receipt'>): Promise<void>;
}

type Held = Omit<Received, 'receipt'> & { readonly receipt: string | undefined; readonly visibleAt: number };

/**
 * One storage queue, as the service itself sees it. A message that was received is only hidden: who does not delete it
 * in time finds that another one has it, and that their own receipt is worth nothing any more.
 */
export class Messages {
  readonly #held = new Map<string, Held>();
  readonly #now: () => number;
  #serial = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  send(text: string, delayMs: number): string {
    const id = `m${this.#next()}`;
    this.#held.set(id, { id, text, dequeueCount: 0, receipt: undefined, visibleAt: this.#now() + delayMs });
    return id;
  }

  receive(most: number, hiddenMs: number): Received[] {
    return this.visible()
      .slice(0, most)
      .map((id) => this.take(id, hiddenMs));
  }

  /** The messages that somebody would receive now. The service promises no order. */
  visible(): string[] {
    const now = this.#now();
    return [...this.#held.values()].filter(({ visibleAt }) => visibleAt <= now).map(({ id }) => id);
  }

  take(id: string, hiddenMs: number): Received {
    const { text, dequeueCount } = this.#require(id);
    const receipt = `r${this.#next()}`;
    const taken = { id, text, receipt, dequeueCount: dequeueCount + 1 };
    this.#held.set(id, { ...taken, visibleAt: this.#now() + hiddenMs });
    return taken;
  }

  hide({ id, receipt }: Pick<Received, 'id' | 'receipt'>, hiddenMs: number): string {
    const held = this.#require(id, receipt);
    const next = `r${this.#next()}`;
    this.#held.set(id, { ...held, receipt: next, visibleAt: this.#now() + hiddenMs });
    return next;
  }

  delete({ id, receipt }: Pick<Received, 'id' | 'receipt'>): void {
    this.#require(id, receipt);
    this.#held.delete(id);
  }

  /** Every message with the time at which it is visible. */
  all(): readonly { readonly id: string; readonly text: string; readonly visibleAt: number }[] {
    return [...this.#held.values()];
  }

  #require(id: string, receipt?: string): Held {
    const held = this.#held.get(id);
    if (!held || (receipt !== undefined && held.receipt !== receipt)) throw notFound();
    return held;
  }

  #next(): number {
    this.#serial += 1;
    return this.#serial;
  }
}

/** The service tells a message that is gone (404) from a receipt that is no longer valid (400 or 404); nobody should. */
const notFound = () => new RestError('MessageNotFound', { code: 'MessageNotFound', statusCode: 404 });

export const queueOver = (messages: Messages): Queue => ({
  send: async (text, delayMs) => void messages.send(text, delayMs),
  receive: async (most, hiddenMs) => messages.receive(most, hiddenMs),
  hide: async (message, hiddenMs) => messages.hide(message, hiddenMs),
  delete: async (message) => messages.delete(message),
});
