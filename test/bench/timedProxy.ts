import { EventEmitter, once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** One exchange and when it was under way, in milliseconds of `performance.now()`. */
export type TimedExchange = {
  readonly method: string;
  readonly url: string;
  readonly requestBody: string;
  readonly responseBody: string;
  /** When the first of it came in. */
  readonly from: number;
  /** When the answer began to go out. */
  readonly to: number;
};

/** Stands before a service over HTTP and notes when each request was under way. */
export interface TimedProxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** What was answered since the start, in the order of the answers. */
  exchanges(): readonly TimedExchange[];
  /** When the next request that is so comes in. */
  arrival(isSo: (method: string, url: string) => boolean): Promise<number>;
}

/** @param delayMs how much later than the service it answers: what is asked at once then overlaps, on any machine */
export async function startTimedProxy(upstream: string, delayMs = 0): Promise<TimedProxy> {
  const { hostname, port } = new URL(upstream);
  const agent = new http.Agent({ keepAlive: true });
  const events = new EventEmitter<{ arrival: [string, string, number] }>();
  const exchanges: TimedExchange[] = [];
  const server = http.createServer((request, response) => {
    relay(request, response).catch((error: Error) => response.destroy(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const from = performance.now();
    const { method = 'GET', url = '/', headers } = request;
    events.emit('arrival', method, url, from);
    const body = await buffer(request);
    const forwarded = http.request({ hostname, port, method, path: url, headers, agent }).end(body);
    const [answer]: IncomingMessage[] = await once(forwarded, 'response');
    if (!answer) return;
    const answerBody = await buffer(answer);
    if (delayMs > 0) await delay(delayMs);
    const to = performance.now();
    const bodies = { requestBody: body.toString(), responseBody: answerBody.toString() };
    exchanges.push({ method, url, ...bodies, from, to });
    const { 'transfer-encoding': _, ...answerHeaders } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, answerHeaders).end(answerBody);
  }

  return {
    origin: `http://127.0.0.1:${portOf(server.address())}`,
    exchanges: () => [...exchanges],
    async arrival(isSo) {
      const { promise, resolve } = Promise.withResolvers<number>();
      const look = (method: string, url: string, at: number): void => {
        if (isSo(method, url)) resolve(at);
      };
      events.on('arrival', look);
      return promise.finally(() => events.off('arrival', look));
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

const portOf = (address: AddressInfo | string | null): number | undefined =>
  typeof address === 'object' ? address?.port : undefined;
