import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export type Passing = { readonly method: string; readonly url: string; readonly body: Buffer };
type Wanted = (request: Passing) => boolean;

/** A request that is kept from going on. Its caller waits, or has died. */
export interface Held {
  /** Resolves once a request is held: it has not been forwarded, or it was and its answer is here. */
  readonly reached: Promise<void>;
  /** Lets it go on. */
  release(): void;
}

/** Stands before a service over HTTP, holds single requests at a test's word, and counts what passes. */
export interface HoldingProxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /**
   * Holds the next request that is so: before the service has it, or after it has done it. If its caller gives up and asks
   * again, that waits as well, and is never heard of if the caller dies.
   */
  hold(when: 'before' | 'after', wanted: Wanted): Held;
  /** Answers the next `times` requests that are so itself. */
  answer(wanted: Wanted, reply: Reply, times?: number): void;
  /**
   * Answers every request that is so itself: until it is told to end, or for so many milliseconds of real time from the
   * first of them on.
   */
  outage(wanted: Wanted, reply: Reply, ms?: number): Outage;
  /** How many requests that are so were answered by the service, since the start. */
  passed(wanted: Wanted): number;
  /** Resolves once that many have been. */
  passing(wanted: Wanted, count: number): Promise<void>;
}

export interface Outage {
  /** When requests met it, in milliseconds of real time since 1970. */
  readonly met: readonly number[];
  end(): void;
}

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};
type Hold = {
  readonly when: 'before' | 'after';
  readonly wanted: Wanted;
  /** The call whose request it holds, once there is one. */
  call?: string;
  readonly reached: PromiseWithResolvers<void>;
  readonly released: PromiseWithResolvers<void>;
};

export async function startHoldingProxy(upstream: string): Promise<HoldingProxy> {
  const { hostname, port } = new URL(upstream);
  const agent = new http.Agent({ keepAlive: true });
  const holds: Hold[] = [];
  const answers: { reply: Reply; takes: Wanted }[] = [];
  const passed: Passing[] = [];
  const waiting = new Set<() => void>();
  const server = http.createServer((request, response) => {
    relay(request, response).catch((error: Error) => response.destroy(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    const passing: Passing = { method, url, body: await buffer(request) };
    const own = answers.find(({ takes }) => takes(passing));
    if (own) {
      response.writeHead(own.reply.status, own.reply.headers).end(own.reply.body);
      return;
    }
    const call = callOf(headers);
    const same = holds.find((each) => each.call === call);
    const hold = same ? undefined : holds.find((each) => each.call === undefined && each.wanted(passing));
    if (hold) hold.call = call;
    await same?.released.promise;
    if (hold?.when === 'before') await held(hold);
    // Its caller has died meanwhile: nobody sends this request any more.
    if (response.destroyed) return;
    const forwarded = http.request({ hostname, port, method, path: url, headers, agent });
    const [answer]: IncomingMessage[] = await once(forwarded.end(passing.body), 'response');
    if (!answer) return;
    const body = await buffer(answer);
    passed.push(passing);
    for (const look of waiting) look();
    if (hold?.when === 'after') await held(hold);
    const { 'transfer-encoding': _, ...answerHeaders } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, answerHeaders).end(body);
  }

  async function held(hold: Hold): Promise<void> {
    hold.reached.resolve();
    await hold.released.promise;
    holds.splice(holds.indexOf(hold), 1);
  }

  const count = (wanted: Wanted): number => passed.filter(wanted).length;

  return {
    origin: `http://127.0.0.1:${portOf(server.address())}`,
    hold(when, wanted) {
      const hold: Hold = {
        when,
        wanted,
        reached: Promise.withResolvers(),
        released: Promise.withResolvers(),
      };
      holds.push(hold);
      return { reached: hold.reached.promise, release: () => hold.released.resolve() };
    },
    answer(wanted, reply, times = 1) {
      let left = times;
      const takes: Wanted = (request) => {
        const mine = left > 0 && wanted(request);
        if (mine) left -= 1;
        return mine;
      };
      answers.push({ reply, takes });
    },
    outage(wanted, reply, ms = Number.POSITIVE_INFINITY) {
      const met: number[] = [];
      let ended = false;
      const takes: Wanted = (request) => {
        const now = Date.now();
        const mine = !ended && now - (met[0] ?? now) < ms && wanted(request);
        if (mine) met.push(now);
        return mine;
      };
      answers.push({ reply, takes });
      return {
        met,
        end() {
          ended = true;
        },
      };
    },
    passed: count,
    async passing(wanted, wished) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => {
        if (count(wanted) >= wished) resolve();
      };
      waiting.add(look);
      look();
      await promise.finally(() => waiting.delete(look));
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

/** What the tries of one call have in common: the Store's client says it, and the clients of the storage do. */
const callOf = (headers: IncomingMessage['headers']): string =>
  `${headers['ms-correlationid'] ?? headers['x-ms-client-request-id'] ?? randomUUID()}`;

const portOf = (address: AddressInfo | string | null): number | undefined =>
  typeof address === 'object' ? address?.port : undefined;
