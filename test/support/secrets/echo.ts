import { once } from 'node:events';
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { generate } from 'selfsigned';

/** Servers that say again what they were told, as gateways, proxies and badly written receivers do. */

/** A request as it came. */
export type Heard = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Echo = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
};

const heardOf = ({ method = '', url = '', headers }: IncomingMessage, body: Buffer): Heard => ({
  method,
  url,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
  body: body.toString(),
});

/** All of a request, in each of the ways in which an answer quotes one. */
export function quoted({ method, url, headers, body }: Heard, more: readonly string[] = []): string {
  const { authorization = '' } = headers;
  const all = [
    `${method} ${url}`,
    ...[authorization, authorization.replace(/^\w+ /, ''), encodeURIComponent(authorization)],
    ...[...more, ...more.map(encodeURIComponent), body, JSON.stringify({ ...headers, body })],
  ];
  return all.filter((each) => each !== '').join(' ; ');
}

type Server = http.Server | https.Server;
export interface EchoServer extends AsyncDisposable {
  readonly url: string;
  readonly heard: readonly Heard[];
}

async function listening(server: Server, host: string): Promise<string> {
  await once(server.listen(0, host), 'listening');
  const address: AddressInfo | string | null = server.address();
  const scheme = server instanceof https.Server ? 'https' : 'http';
  return `${scheme}://${host}:${typeof address === 'object' ? address?.port : ''}`;
}

const closing = (server: Server) => async (): Promise<void> => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
};

const answering =
  (heard: Heard[], answer: (request: Heard) => Echo | Promise<Echo>): RequestListener =>
  (request, response) => {
    const respond = async () => {
      const each = heardOf(request, await buffer(request));
      heard.push(each);
      const { status, headers = {}, body } = await answer(each);
      response.writeHead(status, headers).end(body);
    };
    respond().catch((error: Error) => response.destroy(error));
  };

/** A server of its own that answers as it is told. */
export async function startEcho(answer: (request: Heard) => Echo): Promise<EchoServer> {
  const heard: Heard[] = [];
  const server = http.createServer(answering(heard, answer));
  const url = await listening(server, '127.0.0.1');
  return { url, heard, [Symbol.asyncDispose]: closing(server) };
}

/** The same over TLS, as an authority has to be; `ca` is the certificate to trust. */
export async function startTlsEcho(
  answer: (request: Heard, url: string) => Echo,
): Promise<EchoServer & { ca: string }> {
  const altNames = [{ type: 2 as const, value: 'localhost' }];
  const { private: key, cert: ca } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  const heard: Heard[] = [];
  const server = https.createServer(
    { key, cert: ca },
    answering(heard, (request) => answer(request, url)),
  );
  const url = await listening(server, 'localhost');
  return { url, heard, ca, [Symbol.asyncDispose]: closing(server) };
}

/** Stands before a service and hears what passes, and can answer in its place. */
export interface EchoRelay extends EchoServer {
  /** Where to, from now on. */
  forwardTo(upstream: string): void;
  /** Answers in the service's place from now on, to what it wants to answer; nothing puts the service back. */
  answerInstead(echo: ((request: Heard) => Echo | undefined) | undefined): void;
  /** The bodies of the service's answers. */
  readonly answers: readonly string[];
}

export async function startEchoRelay(): Promise<EchoRelay> {
  const heard: Heard[] = [];
  const answers: string[] = [];
  const agent = new http.Agent({ keepAlive: true });
  let upstream = '';
  let instead: ((request: Heard) => Echo | undefined) | undefined;

  const relay = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const each = heardOf(request, body);
    heard.push(each);
    const echo = instead?.(each);
    if (echo) {
      response.writeHead(echo.status, { ...echo.headers }).end(echo.body);
      return;
    }
    const { hostname, port } = new URL(upstream);
    const { method, url: path, headers } = request;
    const forwarded = http.request({
      hostname,
      port,
      agent,
      headers,
      ...(method && { method }),
      ...(path && { path }),
    });
    const [answer]: IncomingMessage[] = await once(forwarded.end(body), 'response');
    if (!answer) return;
    const text = await buffer(answer);
    answers.push(text.toString());
    const { 'transfer-encoding': _, ...answerHeaders } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, answerHeaders).end(text);
  };
  const server = http.createServer((request, response) => {
    relay(request, response).catch((error: Error) => response.destroy(error));
  });
  const url = await listening(server, '127.0.0.1');
  const close = closing(server);
  return {
    url,
    heard,
    answers,
    forwardTo: (to) => {
      upstream = to;
    },
    answerInstead: (echo) => {
      instead = echo;
    },
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      await close();
    },
  };
}
