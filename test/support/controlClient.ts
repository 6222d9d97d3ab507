import { z } from 'zod';
import type { FaultRuleInput } from '../simulator/faults.ts';
import type { PortalAction, PortalInput } from '../simulator/partnerCenter.ts';
import type { ApplicationSeed, SubmissionSeed } from '../simulator/seeds.ts';
import { type Toggles, type TogglesChange, togglesSchema } from '../simulator/toggles.ts';
import { clockSettingSchema } from './timeLapseClock.ts';

const clockSchema = clockSettingSchema.extend({ now: z.iso.datetime() });
const applicationSchema = z.object({
  applicationId: z.string(),
  /** What packages of the application have to say of themselves. */
  identity: z.object({ name: z.string(), publisher: z.string() }),
  submissionId: z.string(),
  flights: z.array(z.object({ flightId: z.string(), name: z.string(), submissionId: z.string().optional() })),
});
const submissionSchema = z.object({ submissionId: z.string() });
const requestsSchema = z.array(
  z.object({
    index: z.number(),
    time: z.iso.datetime(),
    domainTime: z.iso.datetime(),
    method: z.string(),
    path: z.string(),
    /** Absent where the connection broke. */
    status: z.number().optional(),
    correlationId: z.string(),
  }),
);
const appliedSchema = z.array(
  z.object({
    index: z.number(),
    domainTime: z.iso.datetime(),
    kind: z.enum(['create', 'update', 'commit', 'delete', 'setPercentage', 'halt', 'finalize']),
    track: z.object({ applicationId: z.string(), flightId: z.string().optional() }),
    submissionId: z.string(),
    /** The upload that a commit took. */
    blob: z.object({ blobName: z.string(), bytes: z.number(), etag: z.string() }).optional(),
  }),
);
const worldSchema = z.array(
  z.object({
    start: z.iso.datetime(),
    end: z.iso.datetime(),
    version: z.string(),
    sessions: z.number(),
    crashes: z.number(),
    hangs: z.number(),
    devices: z.number(),
    crashedDevices: z.number(),
  }),
);

/** The simulator's controls from another process; the same words as its `Controls`. */
export interface ControlClient {
  readClock(): Promise<z.infer<typeof clockSchema>>;
  setClock(change: { now?: string; speed?: number }): Promise<z.infer<typeof clockSchema>>;
  advanceClock(ms: number): Promise<z.infer<typeof clockSchema>>;
  seedApplication(seed?: ApplicationSeed): Promise<z.infer<typeof applicationSchema>>;
  seedSubmission(seed: SubmissionSeed): Promise<z.infer<typeof submissionSchema>>;
  setCrashRate(build: { applicationId: string; packageVersion: string; crashRate: number }): Promise<void>;
  addFaults(rules: readonly FaultRuleInput[]): Promise<void>;
  replaceFaults(rules: readonly FaultRuleInput[]): Promise<void>;
  clearFaults(): Promise<void>;
  partnerCenter<A extends PortalAction>(
    action: A,
    input: PortalInput<A>,
  ): Promise<z.infer<typeof submissionSchema>>;
  toggles(): Promise<Toggles>;
  setToggles(change: TogglesChange): Promise<Toggles>;
  requests(since?: number): Promise<z.infer<typeof requestsSchema>>;
  clearRequests(): Promise<void>;
  /** Every change that the API applied since the start, in order, whatever its caller was answered. */
  applied(): Promise<z.infer<typeof appliedSchema>>;
  /** `track` is a flight's id or `production`; the span is in ISO 8601. */
  world(
    applicationId: string,
    track: string,
    span?: { from?: string; to?: string },
  ): Promise<z.infer<typeof worldSchema>>;
  state(): Promise<unknown>;
}

/** A client of the controls under `base` (`http://…/simulator`). Throws with the simulator's answer where it refuses. */
export function createControlClient(base: string): ControlClient {
  const call = async <T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${base}/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} of the simulator: ${response.status} ${text}`);
    return schema.parse(text === '' ? undefined : JSON.parse(text));
  };
  const nothing = z.unknown().transform(() => undefined);
  return {
    readClock: () => call(clockSchema, 'GET', 'clock'),
    setClock: (change) => call(clockSchema, 'PUT', 'clock', change),
    advanceClock: (ms) => call(clockSchema, 'POST', 'clock/advance', { ms }),
    seedApplication: (seed = {}) => call(applicationSchema, 'POST', 'applications', seed),
    seedSubmission: (seed) => call(submissionSchema, 'POST', 'submissions', seed),
    setCrashRate: (build) => call(nothing, 'PUT', 'crash-rate', build),
    addFaults: (rules) => call(nothing, 'POST', 'faults', { mode: 'append', rules }),
    replaceFaults: (rules) => call(nothing, 'POST', 'faults', { mode: 'replace', rules }),
    clearFaults: () => call(nothing, 'DELETE', 'faults'),
    partnerCenter: (action, input) => call(submissionSchema, 'POST', `partner-center/${action}`, input),
    toggles: () => call(togglesSchema, 'GET', 'toggles'),
    setToggles: (change) => call(togglesSchema, 'PUT', 'toggles', change),
    requests: (since = 0) => call(requestsSchema, 'GET', `requests?since=${since}`),
    clearRequests: () => call(nothing, 'DELETE', 'requests'),
    applied: () => call(appliedSchema, 'GET', 'applied'),
    world: (applicationId, track, span = {}) =>
      call(worldSchema, 'GET', `world/${applicationId}/${track}?${new URLSearchParams(span)}`),
    state: () => call(z.unknown(), 'GET', 'state'),
  };
}
