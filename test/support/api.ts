import { z } from 'zod';
import { actors, phases } from '../../src/shared/rollout/vocabulary.ts';
import type { HostProcess } from './hostProcess.ts';

/** Rampart's HTTP API as a caller sees it: only what the tests and the demo read of it. */

const whoShape = { actor: z.enum(actors), by: z.string().optional() };
const bySomeoneShape = { ...whoShape, reason: z.string(), at: z.string() };
const toldShape = { escalatedAt: z.string().optional(), acknowledgedAt: z.string().optional() };

export const rolloutViewSchema = z.object({
  id: z.string(),
  phase: z.enum(phases),
  paused: z.boolean(),
  percentage: z.number(),
  sentence: z.string(),
  submissionStatus: z.string().optional(),
  packageVersions: z.array(z.string()).optional(),
  step: z
    .object({
      number: z.number(),
      of: z.number(),
      since: z.string(),
      bakeEndsAt: z.string(),
      approval: z.string(),
    })
    .optional(),
  intent: z
    .object({
      kind: z.string(),
      ...whoShape,
      attempts: z.number(),
      since: z.string(),
      lastOutcome: z.string().optional(),
      ...toldShape,
    })
    .optional(),
  cap: z.object({ percentage: z.number(), ...bySomeoneShape }).optional(),
  pause: z
    .object({
      ...bySomeoneShape,
      until: z.string().optional(),
      owner: z.string().optional(),
      ...toldShape,
    })
    .optional(),
  approvals: z
    .array(z.object({ step: z.number().optional(), everyone: z.boolean().optional(), ...bySomeoneShape }))
    .optional(),
  alerts: z.array(z.object({ alert: z.string(), ...bySomeoneShape })).optional(),
  evidence: z.array(
    z.object({ check: z.string(), kind: z.string(), sentence: z.string(), onBad: z.string() }),
  ),
  decision: z
    .object({
      kind: z.string(),
      reason: z.string(),
      sentence: z.string(),
      at: z.string(),
      budgetSpent: z.number(),
    })
    .optional(),
  falseHaltBudget: z.object({ probability: z.number(), spent: z.number() }),
  nextLookAt: z.string().optional(),
  endedAt: z.string().optional(),
  createdAt: z.string(),
});
export type RolloutView = z.output<typeof rolloutViewSchema>;

const entrySchema = z.object({
  sequence: z.number(),
  at: z.string(),
  kind: z.string(),
  actor: z.enum(actors),
  by: z.string().optional(),
  subject: z.string(),
  sentence: z.string(),
  escalated: z.boolean().optional(),
  budgetSpent: z.number().optional(),
  evidence: z.array(z.looseObject({})).optional(),
});
export type JournalEntryView = z.output<typeof entrySchema>;
const journalSchema = z.object({ items: z.array(entrySchema), continuationToken: z.string().optional() });

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  mistakes: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export type Answer = { status: number; headers: Headers; body: unknown };

export interface Api {
  /** Any request with the function key; a string body goes as it is. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  rollout(id: string): Promise<RolloutView>;
  /** The whole journal, oldest entry first. */
  journal(id: string): Promise<JournalEntryView[]>;
}

type Caller = Pick<HostProcess, 'url' | 'functionKey'> & { readonly namedKey?: string | undefined };

export function apiOf({ url, functionKey, namedKey }: Caller): Api {
  const send: Api['send'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}/api/${path}`, {
      method,
      headers: {
        'x-functions-key': functionKey,
        ...(namedKey !== undefined && { 'x-rampart-key': namedKey }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
  const get = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    const { status, body } = await send('GET', path);
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
    return schema.parse(body);
  };
  return {
    send,
    rollout: (id) => get(`rollouts/${id}`, rolloutViewSchema),
    journal: async (id) => {
      const entries: JournalEntryView[] = [];
      let token: string | undefined;
      do {
        const query = new URLSearchParams({
          pageSize: '200',
          ...(token !== undefined && { continuationToken: token }),
        });
        const page: z.output<typeof journalSchema> = await get(
          `rollouts/${id}/journal?${query}`,
          journalSchema,
        );
        entries.push(...page.items);
        token = page.continuationToken;
      } while (token !== undefined);
      return entries.reverse();
    },
  };
}
