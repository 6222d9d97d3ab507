import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { UnauthorizedError } from '../access/errors.ts';
import { type AccessSettings, authorize, type Principal } from '../access/principal.ts';
import type { Role } from '../access/roles.ts';
import { type Log, logOf } from '../platform/log.ts';
import { isOutage } from '../state/errors.ts';
import type { Ports } from '../usecases/ports.ts';
import { problemOf, problemResponse } from './problem.ts';

/** What an HTTP function gets whose callers prove themselves to it: the request, the world, and where to speak. */
export type OpenCall = {
  readonly request: HttpRequest;
  readonly ports: Ports;
  readonly log: Log;
  /** For what a function puts out besides its answer. */
  readonly context: InvocationContext;
};

/** The same for all others, and who asks. */
export type Call = OpenCall & { readonly principal: Principal };

/**
 * Makes the handlers of an app with these settings: each names the role that it needs, and who has less is refused
 * before the body is read or the state is touched.
 */
export const httpHandlerFor =
  (access: AccessSettings) =>
  (
    ports: () => Promise<Ports>,
    needed: Role,
    answer: (call: Call) => Promise<HttpResponseInit>,
  ): HttpHandler =>
    answering(async (request, context) => {
      const principal = authorize(request.headers, access, needed);
      return answer({ principal, request, ports: await ports(), log: logOf(context), context });
    });

/**
 * For the routes that no role opens: their answer itself must find out who asks, by a sender's signature or a link that
 * is good once.
 */
export const openHttpHandler = (
  ports: () => Promise<Ports>,
  answer: (call: OpenCall) => Promise<HttpResponseInit>,
): HttpHandler =>
  answering(async (request, context) =>
    answer({ request, ports: await ports(), log: logOf(context), context }),
  );

/** Turns what a function answers or throws into a response; what nobody expected goes to the log, whole. */
const answering =
  (answer: (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>): HttpHandler =>
  async (request, context) => {
    try {
      return await answer(request, context);
    } catch (error) {
      const unexpected = problemOf(error).status === 500 || isOutage(error);
      if (unexpected) context.error(error);
      if (error instanceof UnauthorizedError) context.warn(`Refused: ${error.message}`);
      return problemResponse(error);
    }
  };

export const json = (
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): HttpResponseInit => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});
