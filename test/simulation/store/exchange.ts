import type { Dispatcher } from 'undici';
import type { Dropped, Reply } from '../../simulator/http.ts';

/** One exchange as undici's handlers see it: it is answered, it breaks, or its caller gives up first. */
export class Exchange implements Dispatcher.DispatchController {
  readonly #handler: Dispatcher.DispatchHandler;
  #ended = false;
  reason: Error | null = null;
  readonly paused = false;

  readonly #onAborted: () => void;

  constructor(handler: Dispatcher.DispatchHandler, onAborted: () => void) {
    this.#handler = handler;
    this.#onAborted = onAborted;
    handler.onRequestStart?.(this, {});
  }

  get aborted(): boolean {
    return this.reason !== null;
  }

  /** The caller does not wait any longer. What was sent stays sent. */
  abort(reason: Error): void {
    if (this.#ended || this.aborted) return;
    this.reason = reason;
    this.#onAborted();
    this.#handler.onResponseError?.(this, reason);
  }

  pause(): void {}
  resume(): void {}

  end(reply: Reply | Dropped): void {
    if (this.#ended || this.aborted) return;
    this.#ended = true;
    if (reply === 'dropped') {
      const error = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
      this.#handler.onResponseError?.(this, error);
      return;
    }
    this.#handler.onResponseStart?.(this, reply.status, { ...reply.headers }, '');
    if (reply.text !== undefined) this.#handler.onResponseData?.(this, Buffer.from(reply.text));
    this.#handler.onResponseEnd?.(this, {});
  }
}
