import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type FunctionDefinition, hasTrigger, type TriggerOf } from './functionDefinition.ts';
import { BodyTooLargeError, readBody, toRpcRequest, writeRpcResponse } from './httpMessages.ts';
import type { Invoker } from './invoker.ts';
import { isAuthorized, type Keys, presentedKey } from './keys.ts';
import type { Logger } from './logger.ts';
import { compareRoutes, matchRoute, parseRoute, type Route } from './routes.ts';

type HttpFunction = FunctionDefinition<TriggerOf<'httpTrigger'>>;

/** A request with what every answer needs of it. */
export interface HostRequest {
  raw: IncomingMessage;
  method: string;
  url: URL;
  headers: Headers;
}

/** Answers a request, or leaves it (false) to the next handler. */
export type RequestHandler = (request: HostRequest, response: ServerResponse) => Promise<boolean>;

export interface HttpTriggerOptions {
  functions: readonly FunctionDefinition[];
  routePrefix: string;
  keys: Keys;
  invoker: Invoker;
}

/** The handler of all HTTP functions. A path that no function has for the method is left to the next handler. */
export function httpTriggers(options: HttpTriggerOptions): RequestHandler {
  const table = routeTable(options.functions, options.routePrefix);
  return async (request, response) => {
    const found = findFunction(table, request);
    if (!found) return false;
    const key = presentedKey(request.headers, request.url);
    if (isAuthorized(found.definition.trigger.authLevel, key, options.keys))
      await answer(found, request, response, options.invoker);
    else writeEmpty(response, 401);
    return true;
  };
}

/** The path of an HTTP function, for lists of functions: its prefix and its route. */
export const routeTemplate = ({ name, trigger }: HttpFunction, routePrefix: string): string =>
  [routePrefix, trigger.route ?? name].filter((part) => part !== '').join('/');

interface RouteEntry {
  route: Route;
  definition: HttpFunction;
}

function routeTable(functions: readonly FunctionDefinition[], routePrefix: string): RouteEntry[] {
  return functions
    .filter((definition) => hasTrigger(definition, 'httpTrigger'))
    .filter(({ disabled }) => !disabled)
    .map((definition) => ({ definition, route: parseRoute(routeTemplate(definition, routePrefix)) }))
    .sort((a, b) => compareRoutes(a.route, b.route));
}

interface Found {
  definition: HttpFunction;
  params: Record<string, string>;
}

/** A function that has the path but not the method does not count: the platform answers 404, not 405. */
function findFunction(table: readonly RouteEntry[], { method, url }: HostRequest): Found | undefined {
  for (const { route, definition } of table) {
    const methods = definition.trigger.methods.map((name) => name.toUpperCase());
    const params = matchRoute(route, url.pathname);
    if (params && (methods.length === 0 || methods.includes(method))) return { definition, params };
  }
  return undefined;
}

async function answer(
  { definition, params }: Found,
  { raw, method, url, headers }: HostRequest,
  response: ServerResponse,
  invoker: Invoker,
): Promise<void> {
  const input = toRpcRequest({ method, url, headers, params, body: await readBody(raw) });
  const traceParent = headers.get('traceparent') ?? undefined;
  const outcome = await invoker.invoke(definition, { input, metadata: {}, traceParent });
  if (outcome.succeeded) writeRpcResponse(outcome.response.returnValue, response);
  else writeEmpty(response, 500);
}

/** An HTTP server that asks each handler in turn; what none answers is 404. */
export function createHttpServer(handlers: readonly RequestHandler[], logger: Logger): Server {
  return createServer((raw, response) => {
    handle(raw, response, handlers).catch((error: unknown) => refuse(error, response, logger));
  });
}

async function handle(
  raw: IncomingMessage,
  response: ServerResponse,
  handlers: readonly RequestHandler[],
): Promise<void> {
  const request = readRequest(raw);
  if (!request) {
    writeEmpty(response, 400);
    return;
  }
  for (const handler of handlers) if (await handler(request, response)) return;
  writeEmpty(response, 404);
}

function readRequest(raw: IncomingMessage): HostRequest | undefined {
  const url = URL.parse(raw.url ?? '/', `http://${raw.headers.host ?? '127.0.0.1'}`);
  if (!url) return undefined;
  const headers = new Headers();
  for (const [name, values] of Object.entries(raw.headersDistinct))
    for (const value of values ?? []) if (value !== '') headers.append(name, value);
  return { raw, url, headers, method: raw.method ?? 'GET' };
}

function refuse(error: unknown, response: ServerResponse, logger: Logger): void {
  // The caller went away before it had sent everything: nobody is there to answer, and nothing is wrong here.
  if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') {
    response.destroy();
    return;
  }
  const tooLarge = error instanceof BodyTooLargeError;
  if (!tooLarge) logger('error', 'host', `A request failed: ${String(error)}`);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.shouldKeepAlive = false;
  writeEmpty(response, tooLarge ? 413 : 500);
}

export function writeEmpty(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 }).end();
}

export function writeJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
