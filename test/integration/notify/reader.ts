import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server } from 'node:net';

/** What a channel's server got. */
export type Arrived = {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

type Answer = (response: ServerResponse) => void;

/** A real server at the other end of a channel: it keeps what arrives, and answers as a test says. */
export interface Reader extends AsyncDisposable {
  readonly url: string;
  readonly arrived: Arrived[];
  /** Answers to come, in order; then 204. */
  readonly answers: Answer[];
  /** Resolves with the next request, before it is answered. */
  next(): Promise<Arrived>;
  /** The first request that matches, whether it is here or to come. */
  find(matches: (request: Arrived) => boolean): Promise<Arrived>;
}

export const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (response) => {
    response.writeHead(code, headers).end(body);
  };

export async function startReader(): Promise<Reader> {
  const arrived: Arrived[] = [];
  const answers: Answer[] = [];
  const watchers = new Set<(request: Arrived) => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const got = {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      arrived.push(got);
      for (const watch of watchers) watch(got);
      (answers.shift() ?? status(204))(response);
    });
  });
  const port = await portOf(server);
  return {
    url: `http://127.0.0.1:${port}`,
    arrived,
    answers,
    next: () => coming(() => true),
    find: async (matches) => arrived.find(matches) ?? coming(matches),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  function coming(matches: (request: Arrived) => boolean): Promise<Arrived> {
    const { promise, resolve } = Promise.withResolvers<Arrived>();
    const watch = (request: Arrived): void => {
      if (matches(request)) resolve(request);
    };
    watchers.add(watch);
    return promise.finally(() => watchers.delete(watch));
  }
}

/** Has a server listen on a free port of this machine. */
export async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens on no port.');
  return address.port;
}
