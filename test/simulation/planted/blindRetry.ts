import { Dispatcher } from 'undici';

/** Sends a change once more, blindly, when it was answered by an error: what a retrying agent in the wrong place does. */
export class BlindRetry extends Dispatcher {
  readonly #inner: Dispatcher;

  constructor(inner: Dispatcher) {
    super();
    this.#inner = inner;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (options.method !== 'POST') return this.#inner.dispatch(options, handler);
    let failed = false;
    return this.#inner.dispatch(options, {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onResponseStart: (controller, status, headers, text) => {
        failed = status >= 500;
        if (failed) this.#inner.dispatch(options, handler);
        else handler.onResponseStart?.(controller, status, headers, text);
      },
      onResponseData: (controller, chunk) => {
        if (!failed) handler.onResponseData?.(controller, chunk);
      },
      onResponseEnd: (controller, trailers) => {
        if (!failed) handler.onResponseEnd?.(controller, trailers);
      },
      onResponseError: (controller, error) => {
        if (controller.reason) handler.onResponseError?.(controller, error);
        else this.#inner.dispatch(options, handler);
      },
    });
  }
}
