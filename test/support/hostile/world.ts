import { app, type HttpHandler, HttpRequest, InvocationContext } from '@azure/functions';
import type { World } from '../../../src/shared/wiring.ts';
import type { PlainAnswer } from './answers.ts';
import type { HostileRoute } from './beginnings.ts';

/** The app's HTTP functions in this process, over a world that ends a request as soon as it asks for anything outside. */

/** A request came past all that looks at its input. */
class ReachedTheWorld extends Error {
  override readonly name = 'ReachedTheWorld';
}

/** What answers without going out. */
const pure = new Set(['clock', 'runtime', 'policies', 'publishers.names']);

type Whole = object | ((...inputs: never[]) => unknown);
const isWhole = (value: unknown): value is Whole =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** What the request that is under way has asked for. */
let asked: string[] = [];

function guarded<Of extends Whole>(part: Of, path: string): Of {
  return new Proxy(part, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      const name = path === '' ? String(key) : `${path}.${String(key)}`;
      return pure.has(name) || !isWhole(value) ? value : guarded(value, name);
    },
    apply() {
      asked.push(path);
      throw new ReachedTheWorld(path);
    },
  });
}

/** The same world, whose ports may be looked at but not used. */
export function outOfReach(world: World): World {
  const ports = guarded(world.ports, '');
  return { ...world, ports, ready: async () => ports };
}

type Registered = HostileRoute & { readonly handler: HttpHandler };

/** Catches what the functions register from now on. */
export function catchRoutes(): Registered[] {
  const routes: Registered[] = [];
  app.http = (name, options) => {
    for (const method of options.methods ?? ['GET', 'POST'])
      routes.push({ name, method, template: options.route ?? name, handler: options.handler });
  };
  app.timer = app.storageQueue = app.storageBlob = () => {};
  return routes;
}

export type InProcessRequest = {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

export type InProcessAnswer = PlainAnswer & { readonly reached: string | undefined };

/** Calls a function as the platform would. Where it reached the world, that is its answer, and not that it failed there. */
export async function call(route: Registered, sent: InProcessRequest): Promise<InProcessAnswer> {
  const { params = {}, query = '', headers = {}, body } = sent;
  const request = new HttpRequest({
    method: route.method,
    url: `http://127.0.0.1/api/${route.name}?${query}`,
    headers: { 'content-type': 'application/json', ...headers },
    query: Object.fromEntries(new URLSearchParams(query)),
    params: { ...params },
    ...(body !== undefined && { body: typeof body === 'string' ? { string: body } : { bytes: body } }),
  });
  asked = [];
  const context = new InvocationContext({ functionName: route.name, logHandler: () => {} });
  const { status = 200, headers: answered, body: text } = (await route.handler(request, context)) ?? {};
  const [reached] = asked;
  return {
    status: reached === undefined ? status : 200,
    contentType: new Headers(answered as Record<string, string>).get('content-type') ?? undefined,
    text: reached === undefined ? String(text ?? '') : '',
    reached,
  };
}
