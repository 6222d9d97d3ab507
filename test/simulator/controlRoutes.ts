import { z } from 'zod';
import type { Controls } from './controls.ts';
import { Refusal } from './errors.ts';
import { faultRuleSchema } from './faults.ts';
import { jsonReply, type Reply, type Request } from './http.ts';
import { isPortalAction, type PortalAction, portalActions } from './partnerCenter.ts';
import { applicationSeedSchema, submissionSeedSchema } from './seeds.ts';

/** The controls as the server has them: what comes over HTTP is checked by the action itself. */
export type ServerControls = Omit<Controls, 'partnerCenter'> & {
  partnerCenter(action: PortalAction, input: unknown): { submissionId: string };
};

const clockSchema = z.strictObject({
  now: z.iso.datetime().optional(),
  speed: z.number().min(0).optional(),
});
const advanceSchema = z.strictObject({ ms: z.number().min(0) });
const faultsSchema = z.strictObject({
  mode: z.enum(['append', 'replace']).default('append'),
  rules: z.array(faultRuleSchema),
});
const crashRateSchema = z.strictObject({
  applicationId: z.string(),
  packageVersion: z.string(),
  crashRate: z.number().min(0).max(1),
});
const sinceSchema = z.coerce.number().int().min(0).default(0);
const spanSchema = z.object({ from: z.iso.datetime().optional(), to: z.iso.datetime().optional() });

type Params = Readonly<Record<string, string | undefined>>;
type Handler = (controls: ServerControls, request: Request, params: Params) => unknown;
type Route = { readonly method: string; readonly pattern: URLPattern; readonly handle: Handler };

const route = (method: string, path: string, handle: Handler): Route => ({
  method,
  pattern: new URLPattern({ pathname: `/simulator/${path}{/}?` }),
  handle,
});

const routes: readonly Route[] = [
  route('GET', 'clock', (controls) => controls.readClock()),
  route('PUT', 'clock', (controls, request) => controls.setClock(clockSchema.parse(json(request)))),
  route('POST', 'clock/advance', (controls, request) =>
    controls.advanceClock(advanceSchema.parse(json(request)).ms),
  ),
  route('POST', 'applications', (controls, request) =>
    controls.seedApplication(applicationSeedSchema.parse(json(request))),
  ),
  route('POST', 'submissions', (controls, request) =>
    controls.seedSubmission(submissionSeedSchema.parse(json(request))),
  ),
  route('PUT', 'crash-rate', (controls, request) =>
    controls.setCrashRate(crashRateSchema.parse(json(request))),
  ),
  route('GET', 'faults', (controls) => controls.faults()),
  route('POST', 'faults', (controls, request) => {
    const { mode, rules } = faultsSchema.parse(json(request));
    return mode === 'replace' ? controls.replaceFaults(rules) : controls.addFaults(rules);
  }),
  route('DELETE', 'faults', (controls) => controls.clearFaults()),
  route('POST', 'partner-center/:action', (controls, request, { action = '' }) => {
    if (isPortalAction(action)) return controls.partnerCenter(action, json(request));
    throw new Refusal(404, {
      message: `No such action; there are ${Object.keys(portalActions).join(', ')}.`,
    });
  }),
  route('GET', 'toggles', (controls) => controls.toggles()),
  route('PUT', 'toggles', (controls, request) =>
    controls.setToggles(z.record(z.string(), z.unknown()).parse(json(request))),
  ),
  route('GET', 'requests', (controls, { query }) =>
    controls.requests(sinceSchema.parse(query.get('since') ?? undefined)),
  ),
  route('DELETE', 'requests', (controls) => controls.clearRequests()),
  route('GET', 'applied', (controls) => controls.applied()),
  route('GET', 'world/:application/:track', (controls, { query }, { application = '', track = '' }) =>
    controls.world(application, track, spanSchema.parse(Object.fromEntries(query))),
  ),
  route('GET', 'state', (controls) => controls.state()),
];

/** Answers a request under `/simulator/`. What is wrong with it is named in the answer. */
export function answerControl(controls: ServerControls, request: Request): Reply {
  const pathname = request.path;
  const found = routes.find(({ method, pattern }) => method === request.method && pattern.test({ pathname }));
  if (!found)
    return jsonReply(404, { message: `${request.method} ${pathname} is no control of the simulator.` });
  try {
    const params = found.pattern.exec({ pathname })?.pathname.groups ?? {};
    const value = found.handle(controls, request, params);
    return value === undefined ? { status: 204 } : jsonReply(200, value);
  } catch (error) {
    return problem(error);
  }
}

function problem(error: unknown): Reply {
  if (error instanceof Refusal) return jsonReply(error.status, error.body ?? {});
  if (error instanceof SyntaxError)
    return jsonReply(400, { message: `The body is not JSON: ${error.message}` });
  if (!(error instanceof z.ZodError)) throw error;
  return jsonReply(400, { message: z.prettifyError(error), issues: error.issues });
}

const json = ({ body }: Request): unknown => (body.length === 0 ? {} : JSON.parse(body.toString('utf8')));
