import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { isOutage } from '../state/errors.ts';
import type { Log, Ports } from '../usecases/ports.ts';
import { problemOf, problemResponse } from './problem.ts';

/** What an HTTP function gets: the request, the world, and where to speak. */
export type Call = {
  readonly request: HttpRequest;
  readonly ports: Ports;
  readonly log: Log;
  /** For what a function puts out besides its answer. */
  readonly context: InvocationContext;
};

export const logOf = (context: InvocationContext): Log => ({
  info: (sentence) => context.info(sentence),
  error: (sentence) => context.error(sentence),
});

/** Turns what a function answers or throws into a response; what nobody expected goes to the log, whole. */
export function httpHandler(
  ports: () => Promise<Ports>,
  answer: (call: Call) => Promise<HttpResponseInit>,
): HttpHandler {
  return async (request, context) => {
    try {
      return await answer({ request, ports: await ports(), log: logOf(context), context });
    } catch (error) {
      const unexpected = problemOf(error).status === 500 || isOutage(error);
      if (unexpected) context.error(error);
      return problemResponse(error);
    }
  };
}

export const json = (
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): HttpResponseInit => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});
