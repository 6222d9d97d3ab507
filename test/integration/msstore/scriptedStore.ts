import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { RequestEvent } from '../../../src/shared/msstore/call.ts';
import {
  createStoreClient,
  type StoreClient,
  type StoreClientOptions,
} from '../../../src/shared/msstore/client.ts';
import type { Track } from '../../../src/shared/msstore/model.ts';
import { realRuntime } from '../../../src/shared/platform/runtime.ts';
import { unlimitedBudget } from '../../support/unlimitedBudget.ts';

export type Seen = {
  readonly method: string;
  /** Path below `/v1.0/my/`, with its query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

/**
 * What the server does with one request: answer it, cut the connection, or never answer; the client's time for a request
 * is over where the script says `tooLong`, and nowhere else.
 */
export type Reply =
  | { readonly status?: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  | 'drop'
  | 'hang'
  | 'tooLong';
export type Script = (request: Seen) => Reply;

export const applicationId = '9NBLGGH4R315';
export const flightId = '43e448df-97c9-4a43-a0bc-2a445e736bcd';
export const flight: Track = { kind: 'flight', applicationId, flightId };
export const production: Track = { kind: 'production', applicationId };
export const submissionId = '1152921504621243649';
export const ref = { track: flight, submissionId };
export const submissionsOfFlight = `applications/${applicationId}/flights/${flightId}/submissions`;
export const submissionOfFlight = `${submissionsOfFlight}/${submissionId}`;

/** A package rollout as the Store writes it. */
export const rollout = (packageRolloutPercentage: number, state = 'InProgress') => ({
  isPackageRollout: true,
  packageRolloutPercentage,
  packageRolloutStatus: `PackageRollout${state}`,
  fallbackSubmissionId: '1212922684621243058',
});

/** Replies one after the other; the last one stays. */
export const inTurn = (...replies: readonly Reply[]): Script => {
  let turn = 0;
  return () => replies[Math.min(turn++, replies.length - 1)] ?? 'drop';
};

type Serving = { readonly script: Script; readonly seen: Seen[]; readonly giveUp: () => void };

async function serve(
  { script, seen, giveUp }: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '', headers } = request;
  const one: Seen = { method, path: url.replace('/v1.0/my/', ''), headers, body: await text(request) };
  seen.push(one);
  const reply = script(one);
  if (reply === 'tooLong') giveUp();
  if (reply === 'hang' || reply === 'tooLong') return;
  if (reply === 'drop') {
    request.socket.destroy();
    return;
  }
  const { status = 200, body = '', headers: extra } = reply;
  response.writeHead(status, extra).end(typeof body === 'string' ? body : JSON.stringify(body));
}

export type Scripted = {
  readonly store: StoreClient;
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Method and path of each request. */
  readonly calls: () => readonly string[];
  readonly events: readonly RequestEvent[];
  /** The waits that the client made, in ms; they take no time here. */
  readonly waits: readonly number[];
  readonly dropped: readonly string[];
} & AsyncDisposable;

/** A real HTTP server that answers as the script says, and a client for it whose waits take no time. */
export async function startScripted(
  script: Script,
  options: Partial<StoreClientOptions> = {},
): Promise<Scripted> {
  const seen: Seen[] = [];
  const events: RequestEvent[] = [];
  const waits: number[] = [];
  const dropped: string[] = [];
  let attempt = new AbortController();
  const giveUp = () => attempt.abort(new DOMException('The time is over.', 'TimeoutError'));
  const timeout = () => {
    attempt = new AbortController();
    return attempt.signal;
  };
  const serving = { script, seen, giveUp };
  const server = createServer((request, response) => void serve(serving, request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const sleep = async (ms: number) => void waits.push(ms);
  const store = createStoreClient({
    publisher: {
      tokens: {
        getToken: async () => `token-${dropped.length + 1}`,
        drop: (token) => void dropped.push(token),
      },
    },
    baseUrl: url,
    runtime: { ...realRuntime, random: () => 0, sleep, timeout },
    onRequest: (event) => void events.push(event),
    budget: unlimitedBudget,
    ...options,
  });
  return {
    store,
    url,
    seen,
    calls: () => seen.map(({ method, path }) => `${method} ${path}`),
    events,
    waits,
    dropped,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
