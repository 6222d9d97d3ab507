import { invalidParameter, onlyJson } from './errors.ts';
import type { Request } from './http.ts';
import type { State } from './state.ts';

/** What the API demands of the body of a request, before it looks at what is in it. */

/** Requests without a body have to say that they are JSON, which is odd but so. */
export function requireContentType(
  { method, headers }: Request,
  demanded: State['toggles']['contentTypeDemanded'],
): void {
  const checked =
    demanded === 'posts' ? ['POST', 'PUT'] : demanded === 'never' ? [] : ['POST', 'PUT', 'DELETE'];
  if (!checked.includes(method)) return;
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) throw onlyJson();
}

export function jsonBody({ body }: Request): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw invalidParameter('The request is invalid.', 'body');
  }
}

/** Where no body belongs, nothing and the JSON `null` pass; an object is taken for submission data. */
export function requireNoBody(
  { body }: Request,
  { toggles }: State,
  message = 'The request is invalid. Do not provide a request body.',
  target = 'body',
): void {
  const text = body.toString('utf8').trim();
  if (text === '' || (text === 'null' && toggles.nullBody === 'accepted')) return;
  throw invalidParameter(message, target);
}
