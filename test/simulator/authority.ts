import { randomUUID } from 'node:crypto';
import { jsonReply, type Reply, type Request } from './http.ts';
import type { Toggles } from './toggles.ts';
import type { Tokens, TokenVersion } from './tokens.ts';

/** The Entra tenant and the app registration that the simulated Store knows. */
export type Registration = {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
};

export type AuthorityContext = {
  readonly registration: Registration;
  readonly tokens: Tokens;
  /** What tokens may be asked for: the Store, under its own name and under the simulator's. */
  readonly audiences: readonly string[];
  readonly toggles: Toggles;
};

const discovery = new URLPattern({ pathname: '/:tenant{/v2.0}?/.well-known/openid-configuration' });
const tokenV1 = new URLPattern({ pathname: '/:tenant/oauth2/token' });
const tokenV2 = new URLPattern({ pathname: '/:tenant/oauth2/v2.0/token' });

/** Answers as the Microsoft identity platform does: discovery, and client credentials on the v1 and v2 endpoints. */
export function answerAuthority(context: AuthorityContext, request: Request): Reply {
  const match = (pattern: URLPattern) => pattern.exec({ pathname: request.path })?.pathname.groups.tenant;
  const discovered = match(discovery);
  if (request.method === 'GET' && discovered !== undefined)
    return configuration(context, request, discovered);
  const v1 = match(tokenV1);
  const v2 = match(tokenV2);
  if (request.method !== 'POST' || (v1 ?? v2) === undefined) return { status: 404 };
  return v1 === undefined ? token(context, request, v2 ?? '', 'v2') : token(context, request, v1, 'v1');
}

function configuration({ registration }: AuthorityContext, request: Request, tenant: string): Reply {
  if (tenant !== registration.tenantId) return tenantNotFound(tenant);
  const base = `https://${request.headers.host ?? ''}/${tenant}`;
  return jsonReply(200, {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'tid'],
    tenant_region_scope: 'EU',
  });
}

function token(context: AuthorityContext, request: Request, tenant: string, version: TokenVersion): Reply {
  const form = new URLSearchParams(request.body.toString('utf8'));
  const refusal = refuseCredential(context, form, tenant);
  if (refusal) return refusal;
  const asked =
    version === 'v1'
      ? form.get('resource')
      : form.get('scope')?.split(' ').find(isDefaultScope)?.slice(0, -9);
  const audience = (asked ?? '').replace(/\/$/, '');
  if (!context.audiences.includes(audience)) return unknownResource(version, asked ?? '');
  const accessToken = context.tokens.issue(version, asked === audience);
  return jsonReply(200, tokenBody(version, accessToken, context.tokens.lifetimeSeconds, audience));
}

const isDefaultScope = (scope: string): boolean => scope.endsWith('/.default');

function tokenBody(version: TokenVersion, access_token: string, seconds: number, resource: string): object {
  if (version === 'v2') {
    return { token_type: 'Bearer', expires_in: seconds, ext_expires_in: seconds, access_token };
  }
  const now = Math.floor(Date.now() / 1000);
  return {
    token_type: 'Bearer',
    expires_in: String(seconds),
    ext_expires_in: String(seconds),
    expires_on: String(now + seconds),
    not_before: String(now),
    resource,
    access_token,
  };
}

function refuseCredential(
  context: AuthorityContext,
  form: URLSearchParams,
  tenant: string,
): Reply | undefined {
  const { tenantId, clientId, clientSecret } = context.registration;
  if (tenant !== tenantId) return tenantNotFound(tenant);
  if (form.get('grant_type') !== 'client_credentials') {
    return failure(400, 'unsupported_grant_type', 70003, 'The app requested an unsupported grant type.');
  }
  if (form.get('client_id') !== clientId) {
    return failure(
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${form.get('client_id') ?? ''}' was not found in the directory '${tenantId}'.`,
    );
  }
  if (form.has('client_assertion')) return refuseAssertion(context, form);
  if (form.get('client_secret') === clientSecret) return undefined;
  return failure(
    401,
    'invalid_client',
    7000215,
    `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
  );
}

/** An assertion must be a JWT in its time; who signed it is not checked. */
function refuseAssertion({ toggles }: AuthorityContext, form: URLSearchParams): Reply | undefined {
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  if (toggles.clientAssertions === 'refused') {
    return failure(401, 'invalid_client', 700213, 'No matching federated identity record found.');
  }
  if (form.get('client_assertion_type') !== type) {
    return failure(400, 'invalid_request', 900144, "The request body must contain 'client_assertion_type'.");
  }
  const expiry = expiryOf(form.get('client_assertion') ?? '');
  if (expiry === undefined) {
    return failure(401, 'invalid_client', 50027, 'JWT token is invalid or malformed.');
  }
  if (expiry * 1000 > Date.now()) return undefined;
  return failure(401, 'invalid_client', 700024, 'Client assertion is not within its valid time range.');
}

function expiryOf(jwt: string): number | undefined {
  const [, payload, signature] = jwt.split('.');
  if (!payload || !signature) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return undefined;
    return typeof claims.exp === 'number' ? claims.exp : undefined;
  } catch {
    return undefined;
  }
}

const tenantNotFound = (tenant: string): Reply =>
  failure(400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`);

const unknownResource = (version: TokenVersion, resource: string): Reply =>
  version === 'v1'
    ? failure(400, 'invalid_resource', 500011, `The resource principal named ${resource} was not found.`)
    : failure(400, 'invalid_scope', 1002012, `The provided value for scope ${resource} is not valid.`);

const failure = (status: number, error: string, code: number, text: string): Reply =>
  jsonReply(status, {
    error,
    error_description: `AADSTS${code}: ${text}`,
    error_codes: [code],
    timestamp: `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`,
    trace_id: randomUUID(),
    correlation_id: randomUUID(),
  });
