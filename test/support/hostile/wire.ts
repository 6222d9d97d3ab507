import { once } from 'node:events';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Client } from 'undici';
import { z } from 'zod';
import type { HostProcess } from '../hostProcess.ts';
import type { PlainAnswer } from './answers.ts';
import type { HostileRoute } from './beginnings.ts';

/** Requests to a running host as no well-meaning client would send them. */

const functionsSchema = z.array(
  z.object({
    name: z.string(),
    invoke_url_template: z.string().optional(),
    config: z.object({
      bindings: z.array(z.looseObject({ type: z.string(), methods: z.array(z.string()).optional() })),
    }),
  }),
);

/** Every HTTP function that the host runs, once for each of its methods. */
export async function routesOf({
  url,
  masterKey,
}: Pick<HostProcess, 'url' | 'masterKey'>): Promise<HostileRoute[]> {
  const answer = await fetch(`${url}/admin/functions`, { headers: { 'x-functions-key': masterKey } });
  return functionsSchema.parse(await answer.json()).flatMap(({ name, invoke_url_template: path, config }) => {
    const trigger = config.bindings.find(({ type }) => type === 'httpTrigger');
    if (path === undefined || trigger === undefined) return [];
    const template = path.replace(/^\/api\//, '');
    return (trigger.methods ?? ['GET', 'POST']).map((method) => ({ name, method, template }));
  });
}

export type Sent = {
  readonly method: string;
  /** As it goes over the wire, from the first slash on. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
};

/** No answer may take longer. */
const longestMs = 20_000;

/** One client with the function key. It sends paths as they are, where `fetch` would mend them. */
export class HostileClient implements AsyncDisposable {
  readonly #client: Client;
  readonly #key: string;

  constructor({ url, functionKey }: Pick<HostProcess, 'url' | 'functionKey'>) {
    // No connection is used twice: the host closes one that is idle, and a busy machine tells the client too late.
    this.#client = new Client(url, { headersTimeout: longestMs, bodyTimeout: longestMs, pipelining: 0 });
    this.#key = functionKey;
  }

  async send({ method, path, headers = {}, body }: Sent): Promise<PlainAnswer> {
    const answer = await this.#client.request({
      method,
      path,
      headers: {
        'x-functions-key': this.#key,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body ?? null,
    });
    const type = answer.headers['content-type'];
    return {
      status: answer.statusCode,
      contentType: Array.isArray(type) ? type.join() : type,
      text: await answer.body.text(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.destroy();
  }
}

/**
 * Writes bytes to the host as they are, ends its side, and answers all that came until the host has closed its own;
 * empty where it broke the connection without a word. Rejects if that takes too long.
 */
export async function sendRaw(url: string, bytes: string | Uint8Array): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const tooLong = AbortSignal.timeout(longestMs);
  const broken = once(socket, 'error', { signal: tooLong }).then(([error]) => {
    throw error;
  });
  socket.end(bytes);
  try {
    return await Promise.race([text(socket), broken]);
  } catch (error) {
    if (tooLong.aborted) throw new Error(`The host did not end the connection within ${longestMs} ms.`);
    if (error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE'))
      return '';
    throw error;
  } finally {
    socket.destroy();
  }
}

/** The answers in what came over a socket, one behind the other; the chunks of each are put together. */
export function answersIn(came: string): PlainAnswer[] {
  const end = came.indexOf('\r\n\r\n');
  const head = end < 0 ? came : came.slice(0, end);
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
  if (status === undefined) return [];
  const contentType = /^content-type: (.*)$/im.exec(head)?.[1]?.trim();
  const { text, after } = bodyIn(head, end < 0 ? '' : came.slice(end + 4));
  return [{ status: Number(status), contentType, text }, ...answersIn(after)];
}

type Body = { readonly text: string; readonly after: string };

/** By its length in bytes, by its chunks, or all that came until the end of the connection. */
function bodyIn(head: string, rest: string): Body {
  if (/^HTTP\/1\.[01] 1/.test(head)) return { text: '', after: rest };
  if (/^transfer-encoding: chunked$/im.test(head)) return unchunked(rest);
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  if (length === undefined) return { text: rest, after: '' };
  const bytes = Buffer.from(rest);
  return {
    text: bytes.subarray(0, Number(length)).toString(),
    after: bytes.subarray(Number(length)).toString(),
  };
}

function unchunked(body: string): Body {
  const [, size = '0'] = /^([\da-f]+)\r\n/i.exec(body) ?? [];
  const length = Number.parseInt(size, 16);
  const start = size.length + 2;
  if (length === 0) return { text: '', after: body.slice(start + 2) };
  const { text, after } = unchunked(body.slice(start + length + 2));
  return { text: body.slice(start, start + length) + text, after };
}
