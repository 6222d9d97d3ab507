import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** Rampart's HTTP API with its answers written down beforehand. */

export type Seen = {
  /** `POST rollouts/…/halt`: method, and path below `/api/` with its query. */
  readonly call: string;
  readonly key: string | undefined;
  readonly namedKey: string | undefined;
  /** What stands in `Sentry-Hook-Resource`. */
  readonly resource?: string | undefined;
  readonly body: unknown;
};
/** An answer, a connection that is cut, or no answer at all. */
export type Reply =
  | { readonly status?: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  | 'drop'
  | 'hang';
/** By call; several replies are given one after the other, and the last one stays. */
export type Script = Readonly<Record<string, Reply | readonly Reply[]>>;

export interface ScriptedRampart extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly Seen[];
  calls(): string[];
  /** Resolves once the call was made. */
  called(call: string): Promise<void>;
}

export const key = 'a-function-key-that-nobody-may-see';
export const namedKey = 'a-named-key-that-nobody-may-see-either';

export const problem = (status: number, name: string, detail: string, more: object = {}): Reply => ({
  status,
  body: { type: `urn:rampart:problem:${name}`, title: name, status, detail, ...more },
});
const unknown = problem(404, 'no-such-thing', 'There is no such thing.');

export async function startScriptedRampart(script: Script): Promise<ScriptedRampart> {
  const seen: Seen[] = [];
  const waiting = new Map<string, () => void>();
  const turns = new Map<string, number>();
  const replyTo = (call: string): Reply => {
    const replies = [script[call] ?? unknown].flat();
    const turn = turns.get(call) ?? 0;
    turns.set(call, turn + 1);
    return replies[Math.min(turn, replies.length - 1)] ?? unknown;
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = `${request.method} ${decodeURIComponent((request.url ?? '').replace('/api/', ''))}`;
    const body = await text(request);
    const given = one(request.headers['x-functions-key']);
    seen.push({
      call,
      key: given,
      namedKey: one(request.headers['x-rampart-key']),
      resource: one(request.headers['sentry-hook-resource']),
      body: body === '' ? undefined : JSON.parse(body),
    });
    waiting.get(call)?.();
    answer(request, response, given === key ? replyTo(call) : { status: 401 });
  };
  const server = createServer((request, response) => void serve(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    seen,
    calls: () => seen.map(({ call }) => call),
    called(call) {
      if (seen.some((one) => one.call === call)) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.set(call, resolve);
      return promise;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const one = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : undefined;

function answer(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return;
  if (reply === 'drop') {
    request.socket.destroy();
    return;
  }
  const { status = 200, body, headers } = reply;
  response.writeHead(status, headers).end(body === undefined ? '' : JSON.stringify(body));
}
