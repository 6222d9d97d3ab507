import type { Call, StoreRequest } from './call.ts';
import type { HttpRequest } from './exchange.ts';

/** The request as it goes out. */
export function httpRequestOf(baseUrl: URL, call: Call, request: StoreRequest, token: string): HttpRequest {
  const url = new URL(`v1.0/my/${request.path}`, baseUrl);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
  // A space as %20 is one for every server; a `+` of the value itself is %2B by now.
  url.search = url.search.replaceAll('+', '%20');
  const headers = {
    accept: 'application/json',
    authorization: `Bearer ${token}`,
    'ms-correlationid': call.correlationId,
    // The service refuses a POST without it ("Only JSON content is accepted") even where no body is wanted,
    // and takes a body of `{}` for submission data.
    ...(request.method !== 'GET' && { 'content-type': 'application/json' }),
  };
  return { method: request.method, url, headers, body: request.body };
}
