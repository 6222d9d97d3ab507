import { failureHits, usageDaily } from './analytics.ts';
import { type ApiContext, commit, create, refreshed, remove, update } from './drafts.ts';
import { Refusal } from './errors.ts';
import { createFlight, deleteFlight, requireFlight } from './flights.ts';
import { jsonReply, type Reply, type Request } from './http.ts';
import { requireApplication, requireSubmission } from './lookups.ts';
import { jsonBody, requireContentType, requireNoBody } from './requestRules.ts';
import { finalize, halt, readRollout, updatePercentage } from './rollouts.ts';
import type { Submission, TrackRef } from './state.ts';
import {
  applicationResource,
  flightList,
  flightResource,
  page,
  rolloutResource,
  statusResource,
  submissionResource,
  wireJson,
} from './wire.ts';

/** The submission API's routes: from a request to a transition or a reading, and from its value to the wire. */

type Params = Readonly<Record<string, string | undefined>>;
/** What a route answers: a resource, or nothing for an empty success. */
type Answer = { readonly status: number; readonly body?: unknown };
type Handler = (context: ApiContext, params: Params, request: Request) => Answer | Promise<Answer>;
type Route = { readonly method: string; readonly pattern: URLPattern; readonly handle: Handler };

const route = (method: string, path: string, handle: Handler): Route => ({
  method,
  pattern: new URLPattern({ pathname: `/v1.0/my/${path}{/}?` }, { ignoreCase: true }),
  handle,
});

/** The same operation on both kinds of track. */
const onTracks = (method: string, path: string, handle: Handler): Route[] => [
  route(method, `applications/:app/submissions${path}`, handle),
  route(method, `applications/:app/flights/:flight/submissions${path}`, handle),
];

const ok = (body: unknown): Answer => ({ status: 200, body });
const toggled = ({ store }: ApiContext, body: unknown): Answer => {
  const status = store.read().toggles.successStatus;
  return status === 204 ? { status } : { status, body };
};

const deleted = ({ store }: ApiContext): Answer => ({ status: store.read().toggles.deleteStatus });

const trackOf = (params: Params): TrackRef => ({ applicationId: params.app ?? '', flightId: params.flight });
const idOf = (params: Params): string => params.submission ?? '';

const routes: readonly Route[] = [
  route('GET', 'applications', ({ store }, _params, { query }) => {
    const state = store.read();
    const rows = Object.values(state.applications).map((one) => applicationResource(state, one));
    return ok(page(rows, 'applications', query));
  }),
  route('GET', 'applications/:app', ({ store }, params) => {
    const state = store.read();
    return ok(applicationResource(state, requireApplication(state, params.app ?? '')));
  }),
  route('GET', 'applications/:app/listflights', ({ store }, params, { query }) => {
    const state = store.read();
    const { id } = requireApplication(state, params.app ?? '');
    return ok(page(flightList(state, id), `applications/${id}/listflights/`, query));
  }),
  route('POST', 'applications/:app/flights', (context, params, request) => {
    const body = jsonBody(request);
    const flight = context.store.change((state) => createFlight(state, params.app ?? '', body));
    return toggled(context, flightResource(context.store.read(), flight));
  }),
  route('GET', 'applications/:app/flights/:flight', ({ store }, params) => {
    const state = store.read();
    return ok(flightResource(state, requireFlight(state, params.app ?? '', params.flight ?? '')));
  }),
  route('DELETE', 'applications/:app/flights/:flight', (context, params) => {
    context.store.change((state) => deleteFlight(state, params.app ?? '', params.flight ?? ''));
    return deleted(context);
  }),
  ...onTracks('POST', '', (context, params, request) => {
    requireNoBody(request, context.store.read(), 'The size of Listings must be 1 or more', 'listings');
    const created = create(context, trackOf(params));
    return { status: 201, body: resource(context, created, request.query.has('isMinimalResponse')) };
  }),
  ...onTracks('GET', '/:submission', (context, params) => {
    const submission = requireSubmission(context.store.read(), trackOf(params), idOf(params));
    return ok(resource(context, refreshed(context, submission), false));
  }),
  ...onTracks('PUT', '/:submission', (context, params, request) => {
    const updated = update(context, trackOf(params), idOf(params), jsonBody(request));
    return toggled(context, resource(context, updated, false));
  }),
  ...onTracks('DELETE', '/:submission', (context, params) => {
    remove(context, trackOf(params), idOf(params));
    return deleted(context);
  }),
  ...onTracks('POST', '/:submission/commit', async (context, params, request) => {
    requireNoBody(request, context.store.read());
    const committed = await commit(context, trackOf(params), idOf(params));
    return toggled(context, { status: committed.status });
  }),
  ...onTracks('GET', '/:submission/status', ({ store }, params) =>
    ok(statusResource(requireSubmission(store.read(), trackOf(params), idOf(params)))),
  ),
  ...onTracks('GET', '/:submission/packagerollout', ({ store }, params) => {
    const state = store.read();
    return ok(rolloutResource(readRollout(state, trackOf(params), idOf(params)), state.toggles));
  }),
  ...onTracks('POST', '/:submission/updatepackagerolloutpercentage', (context, params, request) => {
    const percentage = request.query.get('percentage') ?? undefined;
    return changeRollout(context, params, request, 'setPercentage', (state, track, id, now) =>
      updatePercentage(state, track, id, percentage, now),
    );
  }),
  ...onTracks('POST', '/:submission/haltpackagerollout', (context, params, request) =>
    changeRollout(context, params, request, 'halt', halt),
  ),
  ...onTracks('POST', '/:submission/finalizepackagerollout', (context, params, request) =>
    changeRollout(context, params, request, 'finalize', finalize),
  ),
  route('GET', 'analytics/failurehits', ({ store }, _params, { query }) =>
    ok(failureHits(store.read(), query, store.now())),
  ),
  route('GET', 'analytics/usagedaily', ({ store }, _params, { query }) =>
    ok(usageDaily(store.read(), query, store.now())),
  ),
];

function changeRollout(
  context: ApiContext,
  params: Params,
  request: Request,
  kind: 'setPercentage' | 'halt' | 'finalize',
  transition: typeof halt,
): Answer {
  const { store, record } = context;
  requireNoBody(request, store.read());
  const rollout = store.change((state, now) => transition(state, trackOf(params), idOf(params), now));
  const { track, id } = requireSubmission(store.read(), trackOf(params), idOf(params));
  record({ kind, track, submissionId: id });
  return toggled(context, rolloutResource(rollout, store.read().toggles));
}

/** Answers a request to the API; a refusal becomes its own reply. */
export async function answerApi(context: ApiContext, request: Request): Promise<Reply> {
  const { toggles } = context.store.read();
  try {
    requireContentType(request, toggles.contentTypeDemanded);
    const { status, body } = await dispatch(context, request);
    if (body === undefined) return { status };
    return { ...jsonReply(status, undefined), text: wireJson(body, toggles) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.body === undefined ? { status: error.status } : jsonReply(error.status, error.body);
  }
}

function dispatch(context: ApiContext, request: Request): Answer | Promise<Answer> {
  const pathname = request.path;
  const onPath = routes.filter(({ pattern }) => pattern.test({ pathname }));
  const found = onPath.find(({ method }) => method === request.method);
  if (!found) return { status: onPath.length > 0 ? 405 : 404 };
  return found.handle(context, found.pattern.exec({ pathname })?.pathname.groups ?? {}, request);
}

/** The minimal response leaves the packages out. */
function resource({ store, uploads }: ApiContext, submission: Submission, minimal: boolean) {
  const full = submissionResource(store.read(), submission, (upload) =>
    uploads.url(upload, store.read().toggles),
  );
  return minimal ? { ...full, flightPackages: undefined, applicationPackages: undefined } : full;
}
