import {
  type AccessToken,
  AzureAuthorityHosts,
  ClientAssertionCredential,
  type ClientAssertionCredentialOptions,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity';
import { z } from 'zod';
import { safeCause } from '../secrets/redact.ts';
import { StoreAuthenticationError, type StoreError, StoreUnavailableError } from './errors.ts';

const certificateSchema = z
  .strictObject({
    kind: z.literal('certificate'),
    pem: z.string().min(1).optional(),
    path: z.string().min(1).optional(),
    sendX5c: z.boolean().default(false),
  })
  .transform(({ kind, pem, path, sendX5c }, context) => {
    if (pem !== undefined && path === undefined) return { kind, pem, sendX5c };
    if (path !== undefined && pem === undefined) return { kind, path, sendX5c };
    context.addIssue('a certificate is named by "pem" or by "path"');
    return z.NEVER;
  });

/**
 * How an app registration proves itself.
 * `secret`: a client secret. `certificate`: a PEM with certificate and private key, inline or as a file.
 * `federated`: the managed identity of the host, which the app registration trusts as a federated credential.
 */
export const publisherCredentialSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('secret'), clientSecret: z.string().min(1) }),
  certificateSchema,
  z.strictObject({ kind: z.literal('federated'), managedIdentityClientId: z.string().min(1).optional() }),
]);
export type PublisherCredential = z.infer<typeof publisherCredentialSchema>;

/** An app registration in the Entra tenant of a Partner Center account. */
export type PublisherIdentity = {
  readonly tenantId: string;
  readonly clientId: string;
  readonly credential: PublisherCredential;
  /** Default: Azure's public cloud. */
  readonly authorityHost?: string | undefined;
  /**
   * PEM of a certificate authority to trust besides the known ones, for an authority that is not Microsoft's.
   */
  readonly tlsCa?: string | undefined;
};

const operation = 'acquireToken';
const federationScope = 'api://AzureADTokenExchange/.default';

/**
 * What the authority last answered: a status, a fault before any answer, or nothing because it was not asked.
 * The token provider acquires one token at a time, so it belongs to the acquisition under way.
 */
type LastAnswer = { value: number | 'fault' | undefined };

type PipelinePolicy = NonNullable<ClientAssertionCredentialOptions['additionalPolicies']>[number]['policy'];

/**
 * MSAL folds an outage and a wrong tenant into the same error; what the authority answered tells them apart.
 */
const observing = (last: LastAnswer): PipelinePolicy => ({
  name: 'rampartAuthorityObserver',
  async sendRequest(request, next) {
    try {
      const response = await next(request);
      last.value = response.status;
      return response;
    } catch (error) {
      last.value = 'fault';
      throw error;
    }
  },
});

const isKnownAuthority = (host: string): boolean =>
  Object.values<string>(AzureAuthorityHosts).includes(host.replace(/\/$/, ''));

const optionsFor = (publisher: PublisherIdentity, last: LastAnswer): ClientAssertionCredentialOptions => {
  const { authorityHost = AzureAuthorityHosts.AzurePublicCloud, tlsCa } = publisher;
  return {
    authorityHost,
    // Instance discovery asks Microsoft whether the authority is one of its own; another one can only be
    // trusted.
    disableInstanceDiscovery: !isKnownAuthority(authorityHost),
    additionalPolicies: [{ policy: observing(last), position: 'perRetry' }],
    // A pass comes again anyway: waiting long for a token here would only hold it up.
    retryOptions: { maxRetries: 1 },
    ...(tlsCa !== undefined && { tlsOptions: { ca: tlsCa } }),
  };
};

const managedIdentity = (clientId: string | undefined, last: LastAnswer): ManagedIdentityCredential => {
  const additionalPolicies = [{ policy: observing(last), position: 'perRetry' as const }];
  return new ManagedIdentityCredential({ additionalPolicies, ...(clientId !== undefined && { clientId }) });
};

function credentialFor(publisher: PublisherIdentity, last: LastAnswer): TokenCredential {
  const { tenantId, clientId, credential } = publisher;
  const options = optionsFor(publisher, last);
  switch (credential.kind) {
    case 'secret':
      return new ClientSecretCredential(tenantId, clientId, credential.clientSecret, options);
    case 'certificate': {
      const withChain = { ...options, sendCertificateChain: credential.sendX5c };
      return 'pem' in credential
        ? new ClientCertificateCredential(tenantId, clientId, { certificate: credential.pem }, withChain)
        : new ClientCertificateCredential(tenantId, clientId, credential.path, withChain);
    }
    case 'federated': {
      const identity = managedIdentity(credential.managedIdentityClientId, last);
      const assertion = async () => (await identity.getToken(federationScope)).token;
      return new ClientAssertionCredential(tenantId, clientId, assertion, options);
    }
  }
}

const isRefusal = (answer: LastAnswer['value']): boolean =>
  answer === undefined ||
  (answer !== 'fault' && answer >= 400 && answer < 500 && answer !== 408 && answer !== 429);

/** Nothing asked, or a refusal: the credential must be mended. Everything else is the authority's trouble. */
const failureOf = (error: unknown, { value }: LastAnswer, secrets: readonly string[]): StoreError => {
  const cause = safeCause(error, secrets);
  const details = {
    operation,
    status: typeof value === 'number' ? value : undefined,
    message: cause.message,
  } as const;
  if (isRefusal(value)) {
    return new StoreAuthenticationError(`the credential does not serve (${cause.message})`, details, {
      cause,
    });
  }
  const problem =
    value === 'fault' ? 'the authority could not be reached' : `the authority answered ${value}`;
  return new StoreUnavailableError(problem, details, { effect: 'none', cause });
};

const secretsOf = (credential: PublisherCredential): readonly string[] => {
  if (credential.kind === 'secret') return [credential.clientSecret];
  return credential.kind === 'certificate' && 'pem' in credential ? [credential.pem] : [];
};

/**
 * The credential of a publisher. Its `getToken` rejects with `StoreAuthenticationError` where the credential
 * must be mended, and with `StoreUnavailableError` where the authority is out of order.
 */
export function createCredential(publisher: PublisherIdentity): TokenCredential {
  const last: LastAnswer = { value: undefined };
  const credential = credentialFor(publisher, last);
  const getToken: TokenCredential['getToken'] = async (scopes, options): Promise<AccessToken | null> => {
    last.value = undefined;
    try {
      return await credential.getToken(scopes, options);
    } catch (error) {
      throw failureOf(error, last, secretsOf(publisher.credential));
    }
  };
  return { getToken };
}
