import { Dispatcher } from 'undici';
import type { Log } from '../../../src/shared/platform/log.ts';

/** Tells the log of every request, with all of its headers. */
export class LoggedLine extends Dispatcher {
  readonly #inner: Dispatcher;
  readonly #log: Log;

  constructor(inner: Dispatcher, log: Log) {
    super();
    this.#inner = inner;
    this.#log = log;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.#log.info(`${options.method} ${options.path} ${JSON.stringify(options.headers)}`);
    return this.#inner.dispatch(options, handler);
  }
}
