import type { Dispatcher } from 'undici';
import type { RequestBudget } from '../budget/port.ts';
import type { RetryPolicy } from '../platform/retryTiming.ts';
import { type Runtime, realRuntime } from '../platform/runtime.ts';
import { isSafeUrl } from '../settings/safeUrl.ts';
import { getApplication, getFlight, getTrack, listFlights } from './applications.ts';
import type { RequestEvent } from './call.ts';
import { createCredential, type PublisherIdentity } from './credential.ts';
import {
  finalizePackageRollout,
  getPackageRollout,
  haltPackageRollout,
  updateRolloutPercentage,
} from './packageRollout.ts';
import type { Store, SubmissionWriter } from './port.ts';
import { Requester } from './requester.ts';
import {
  commitSubmission,
  createSubmission,
  deleteSubmission,
  getSubmission,
  getSubmissionStatus,
  updateSubmission,
  uploadPackages,
} from './submissions.ts';
import { createTokenProvider, type TokenProvider } from './token.ts';

export const defaultStoreUrl = 'https://manage.devcenter.microsoft.com';

/**
 * Creating a submission takes the Store 10 to 15 seconds, and a halt is made inside an HTTP request that
 * Azure cuts off at 230 seconds: the budget stays well below that and allows two slow attempts with the reads
 * between.
 */
export const defaultRetryPolicy: RetryPolicy = {
  attempts: 4,
  baseDelayMs: 1_000,
  maxDelayMs: 20_000,
  maxRetryAfterMs: 60_000,
  attemptTimeoutMs: 45_000,
  totalTimeoutMs: 150_000,
};

export type StoreClientOptions = {
  /** Who calls: an app registration, or a ready provider of tokens. */
  readonly publisher: PublisherIdentity | { readonly tokens: TokenProvider };
  readonly baseUrl?: string | undefined;
  /** What differs from the default timing. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /**
   * Called after each HTTP exchange, for counting and logging; the client itself logs nothing. Must not
   * throw.
   */
  readonly onRequest?: ((event: RequestEvent) => void) | undefined;
  /** Default: undici's global one. */
  readonly dispatcher?: Dispatcher | undefined;
  readonly runtime?: Runtime | undefined;
  /** What every request is taken from. */
  readonly budget: RequestBudget;
};

export type StoreClient = Store & SubmissionWriter;

/** The bearer token must not cross a network in the clear. */
function checkedBaseUrl(baseUrl: string): URL {
  const url = new URL(baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
  if (isSafeUrl(url)) return url;
  throw new TypeError(`The Store's address must begin with https:, and ${url.origin} does not.`);
}

const tokensOf = (publisher: StoreClientOptions['publisher'], runtime: Runtime): TokenProvider =>
  'tokens' in publisher
    ? publisher.tokens
    : createTokenProvider({ newCredential: () => createCredential(publisher), runtime });

/** What sends a client's requests; for a caller that has requests of its own, such as those for analytics. */
export function createRequester(options: StoreClientOptions): Requester {
  const runtime = options.runtime ?? realRuntime;
  return new Requester({
    baseUrl: checkedBaseUrl(options.baseUrl ?? defaultStoreUrl),
    tokens: tokensOf(options.publisher, runtime),
    policy: { ...defaultRetryPolicy, ...options.retry },
    runtime,
    dispatcher: options.dispatcher,
    onRequest: options.onRequest ?? (() => {}),
    budget: options.budget,
  });
}

/**
 * The Store for one publisher. Every method rejects with a `StoreError`, or with its abort signal's reason; a
 * change that was aborted after it was sent rejects with `StoreOutcomeUnknownError`.
 */
export function createStoreClient(
  options: StoreClientOptions,
  requester = createRequester(options),
): StoreClient {
  const r = requester;
  return {
    getTrack: async (track, o) => getTrack(r, r.begin(o), track),
    getSubmission: async (ref, o) => getSubmission(r, r.begin(o), ref),
    getSubmissionStatus: async (ref, o) => getSubmissionStatus(r, r.begin(o), ref),
    getPackageRollout: async (ref, o) => getPackageRollout(r, r.begin(o), ref),
    updateRolloutPercentage: async (ref, percentage, o) =>
      updateRolloutPercentage(r, r.begin(o, 'change'), ref, percentage),
    haltPackageRollout: async (ref, o) => haltPackageRollout(r, r.begin(o, 'halt'), ref),
    finalizePackageRollout: async (ref, o) => finalizePackageRollout(r, r.begin(o, 'change'), ref),
    getApplication: async (applicationId, o) => getApplication(r, r.begin(o), applicationId),
    listFlights: async (applicationId, o) => listFlights(r, r.begin(o), applicationId),
    getFlight: async (applicationId, flightId, o) => getFlight(r, r.begin(o), applicationId, flightId),
    createSubmission: async (track, o) => createSubmission(r, r.begin(o, 'change'), track),
    updateSubmission: async (ref, changes, o) => updateSubmission(r, r.begin(o, 'change'), ref, changes),
    uploadPackages: async (ref, source, o) => uploadPackages(r, ref, source, o),
    commitSubmission: async (ref, o) => commitSubmission(r, r.begin(o, 'change'), ref),
    deleteSubmission: async (ref, o) => deleteSubmission(r, r.begin(o, 'change'), ref),
  };
}
