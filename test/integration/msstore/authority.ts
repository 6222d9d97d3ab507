import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { generate } from 'selfsigned';

/** How the authority answers a request for a token: with a status and a body, with a token, or by cutting the connection. */
export type TokenReply = 'token' | 'drop' | { readonly status: number; readonly body: unknown };

export type Authority = {
  readonly url: string;
  /** PEM of the certificate to trust. */
  readonly ca: string;
  /** PEM with certificate and private key, for an app registration that proves itself by one. */
  readonly pem: string;
  /** The forms of the token requests. */
  readonly forms: readonly URLSearchParams[];
  reply: TokenReply;
  /** What the metadata document is answered with instead of itself. */
  metadata: TokenReply | undefined;
} & AsyncDisposable;

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const metadataOf = (tenant: string) => ({
  token_endpoint: `${tenant}/oauth2/v2.0/token`,
  authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
  jwks_uri: `${tenant}/discovery/v2.0/keys`,
  issuer: `${tenant}/v2.0`,
});

/** An authority over TLS that gives the tokens `token-1`, `token-2` and so on. */
export async function startAuthority(): Promise<Authority> {
  const altNames = [{ type: 2 as const, value: 'localhost' }];
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  const forms: URLSearchParams[] = [];
  const server = createServer({ key, cert });
  await once(server.listen(0, 'localhost'), 'listening');
  const address = server.address();
  const url = `https://localhost:${typeof address === 'object' ? address?.port : ''}`;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    const isMetadata = path.includes('openid-configuration');
    if (!isMetadata) forms.push(new URLSearchParams(await text(request)));
    const reply = isMetadata ? authority.metadata : authority.reply;
    if (reply === undefined) json(response, 200, metadataOf(`${url}/${path.split('/')[1]}`));
    else if (reply === 'drop') request.socket.destroy();
    else if (reply === 'token')
      json(response, 200, { token_type: 'Bearer', expires_in: 3599, access_token: `token-${forms.length}` });
    else json(response, reply.status, reply.body);
  };
  server.on('request', (request, response) => void answer(request, response));

  const authority: Authority = {
    url,
    ca: cert,
    pem: `${cert}\n${key}`,
    forms,
    reply: 'token',
    metadata: undefined,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return authority;
}
