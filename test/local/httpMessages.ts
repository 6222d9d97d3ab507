import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RpcHttp, RpcHttpCookie, RpcNullableString, RpcTypedData } from './coreTypes.ts';

/** The platform's own limit on a request. */
const maxBodyBytes = 100 * 1024 * 1024;

/** A body larger than the platform takes: the client sends less. */
export class BodyTooLargeError extends Error {
  override name = 'BodyTooLargeError';
}

/** Reads a request's body whole, as bytes. */
export async function readBody(request: IncomingMessage, limitBytes = maxBodyBytes): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limitBytes) throw new BodyTooLargeError(`${declared} bytes are over ${limitBytes}`);
  const chunks: Buffer[] = [];
  let length = 0;
  // Left early, the request must not be destroyed: the answer goes over the same connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > limitBytes) throw new BodyTooLargeError(`More than ${limitBytes} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

export interface HttpRequestParts {
  method: string;
  url: URL;
  headers: Headers;
  params: Readonly<Record<string, string>>;
  body: Buffer;
}

/** A request as the host sends it to the worker, which has asked for nullable members and for the body as bytes. */
export function toRpcRequest(parts: HttpRequestParts): RpcTypedData {
  const http: RpcHttp = {
    method: parts.method,
    url: parts.url.href,
    nullableHeaders: nullable(parts.headers.entries()),
    nullableParams: nullable(Object.entries(parts.params)),
    nullableQuery: nullable(joinRepeated(parts.url.searchParams)),
  };
  if (parts.body.length > 0) http.body = { bytes: parts.body };
  return { http };
}

const nullable = (entries: Iterable<[string, string]>): Record<string, RpcNullableString> =>
  Object.fromEntries(Array.from(entries, ([name, value]) => [name, { value }]));

/** The host knows one value per name: repeated ones become a list, `a=1&a=2` is `1,2`. */
const joinRepeated = (search: URLSearchParams): [string, string][] =>
  [...new Set(search.keys())].map((name) => [name, search.getAll(name).join(',')]);

/** Answers with what a function returned; nothing is 204. */
export function writeRpcResponse(data: RpcTypedData | null | undefined, response: ServerResponse): void {
  const http = data?.http;
  if (!http) {
    response.writeHead(204).end();
    return;
  }
  for (const [name, value] of Object.entries(http.headers ?? {})) response.setHeader(name, value);
  for (const cookie of http.cookies ?? []) response.appendHeader('set-cookie', formatCookie(cookie));
  response.statusCode = Number(http.statusCode ?? 200);
  response.end(http.body?.bytes ?? http.body?.string ?? undefined);
}

/** A cookie by RFC 6265, section 4.1. */
function formatCookie(cookie: RpcHttpCookie): string {
  const attributes: [string, string | number | undefined][] = [
    ['Domain', cookie.domain?.value],
    ['Path', cookie.path?.value],
    ['Expires', cookie.expires && new Date(cookie.expires.value.seconds * 1000).toUTCString()],
    ['Max-Age', cookie.maxAge?.value],
    ['SameSite', sameSite(cookie)],
  ];
  const valued = attributes.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const flags = [cookie.secure?.value && 'Secure', cookie.httpOnly?.value && 'HttpOnly'];
  const pair = `${cookie.name}=${encodeURIComponent(cookie.value)}`;
  return [pair, ...valued, ...flags.filter((flag) => typeof flag === 'string')].join('; ');
}

function sameSite(cookie: RpcHttpCookie): string | undefined {
  switch (cookie.sameSite) {
    case 'lax':
      return 'Lax';
    case 'strict':
      return 'Strict';
    case 'explicitNone':
      return 'None';
    case 'none':
    case undefined:
      return undefined;
    default:
      return cookie.sameSite satisfies never;
  }
}
