import { Agent, fetch } from 'undici';
import type { Simulator } from '../../simulator/server.ts';

/** What a caller has to know of a simulator. */
type Addresses = Pick<Simulator, 'url' | 'authority' | 'caPem' | 'tenantId' | 'clientId' | 'clientSecret'>;

/** A caller of the simulated Store that knows nothing but HTTP. */

export type Answer = { status: number; headers: Headers; text: string; json: Record<string, unknown> };

/** A token by client secret from the v1 or v2 endpoint. */
export async function tokenFor(
  simulator: Addresses,
  form: Record<string, string> = {},
  endpoint = 'oauth2/v2.0/token',
): Promise<{ status: number; body: Record<string, unknown> }> {
  const dispatcher = new Agent({ connect: { ca: simulator.caPem } });
  try {
    const response = await fetch(`${simulator.authority}/${simulator.tenantId}/${endpoint}`, {
      method: 'POST',
      dispatcher,
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: simulator.clientId,
        client_secret: simulator.clientSecret,
        ...form,
      }),
    });
    return { status: response.status, body: objectOf(await response.text()) };
  } finally {
    await dispatcher.close();
  }
}

export const scope = 'https://manage.devcenter.microsoft.com/.default';

/** A function that calls the API with a token and reads the whole answer. */
export async function callerOf(simulator: Addresses) {
  const { body } = await tokenFor(simulator, { scope });
  const authorization = `Bearer ${String(body.access_token)}`;
  return async (
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const json = method === 'GET' ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${simulator.url}/v1.0/my/${path}`, {
      method,
      headers: { authorization, ...json, ...options.headers },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: new Headers([...response.headers]),
      text,
      json: objectOf(text),
    };
  };
}
export type Caller = Awaited<ReturnType<typeof callerOf>>;

function objectOf(text: string): Record<string, unknown> {
  if (!text.startsWith('{')) return {};
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
