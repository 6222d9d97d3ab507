import { z } from 'zod';

const failure = <K extends string>(kind: K) =>
  z.strictObject({ kind: z.literal(kind), code: z.string().optional(), details: z.string().optional() });

/** What can go wrong with one request. Delays are real time. */
const faultSchema = z.discriminatedUnion('kind', [
  /** The gateway's own 429, before the request applies; `retryAfter` sends the header as well. */
  z.strictObject({
    kind: z.literal('status429'),
    seconds: z.number().int().min(0).default(14),
    retryAfter: z.enum(['absent', 'seconds', 'date']).default('absent'),
  }),
  /** A component is unavailable; nothing applies. */
  z.strictObject({ kind: z.literal('status503') }),
  /** An unknown internal failure; nothing applies. */
  z.strictObject({ kind: z.literal('status500') }),
  /** The gateway gave up before the request arrived. */
  z.strictObject({ kind: z.literal('gateway504') }),
  /** The gateway gave up, and the request applied all the same. */
  z.strictObject({ kind: z.literal('gateway504Applied') }),
  /** The connection breaks without an answer, before or after the request applied. */
  z.strictObject({ kind: z.literal('dropConnection'), applied: z.boolean().default(false) }),
  /** The answer comes late. */
  z.strictObject({ kind: z.literal('slow'), delayMs: z.number().int().min(0) }),
  /** The request applies, and its answer breaks off in the middle of its JSON. */
  z.strictObject({ kind: z.literal('malformedBody') }),
  /** The token of the request is no longer accepted, now and later. */
  z.strictObject({ kind: z.literal('expiredToken') }),
  /** 404 without a body. */
  z.strictObject({ kind: z.literal('emptyNotFound') }),
  /** The upload URL of the submission that is created or read has expired. */
  z.strictObject({ kind: z.literal('expiredSas') }),
  /** The commit falls back to PendingCommit after a while. */
  z.strictObject({ kind: z.literal('commitRevertsToPending') }),
  /** The commit never leaves CommitStarted. */
  z.strictObject({ kind: z.literal('stuckCommitStarted') }),
  /** The commit ends in a failure of its stage, in these words or the usual ones. */
  failure('commitFailed'),
  failure('preProcessingFailed'),
  failure('certificationFailed'),
  failure('releaseFailed'),
  failure('publishFailed'),
  /** The commit goes its way with a warning, whose code may be one that nobody knows. */
  z.strictObject({
    kind: z.literal('commitWarns'),
    code: z.string().default('SomethingNewWarning'),
    details: z.string().default('Something new was noticed. It is not documented.'),
  }),
  /** The PUT is answered with success and the draft, whose new packages were not stored. */
  z.strictObject({ kind: z.literal('putIgnoresPackages') }),
  /** The PUT is answered with success and shown from then on, and processing goes on without its new packages. */
  z.strictObject({ kind: z.literal('putIgnoresPackagesLater') }),
  /** The PUT is answered with success and the draft, whose package rollout was not stored. */
  z.strictObject({ kind: z.literal('putDropsRollout') }),
  /** After a PUT or a commit the draft shows its rollout, and processing loses it or changes its percentage. */
  z.strictObject({
    kind: z.literal('rolloutLostInProcessing'),
    percentage: z.number().min(0).max(100).optional(),
  }),
]);
export type Fault = z.infer<typeof faultSchema>;

const pattern = z.string().refine(isPattern, 'not a regular expression');

export const faultRuleSchema = z.strictObject({
  match: z
    .strictObject({
      method: z.string().optional(),
      /** A regular expression, in any case, over the path with its query. */
      path: pattern.optional(),
      /** The first request to hit, counted from 1 among those that match. */
      nth: z.number().int().min(1).default(1),
      /** How many requests to hit. */
      times: z.number().int().min(1).default(1),
    })
    .prefault({}),
  fault: faultSchema,
});
export type FaultRule = z.output<typeof faultRuleSchema>;
export type FaultRuleInput = z.input<typeof faultRuleSchema>;

/** A rule with the number of requests that have matched it. */
export type ArmedRule = FaultRule & { readonly matched: number };

export const armed = (rules: readonly FaultRule[]): ArmedRule[] =>
  rules.map((rule) => ({ ...rule, matched: 0 }));

/** Counts a request against every rule, in order, and gives the fault of the first rule that hits it. */
export function takeFault(
  rules: readonly ArmedRule[],
  request: { readonly method: string; readonly path: string },
): { rules: ArmedRule[]; fault: Fault | undefined } {
  let fault: Fault | undefined;
  const counted = rules.map((rule) => {
    if (!matches(rule, request)) return rule;
    const matched = rule.matched + 1;
    const { nth, times } = rule.match;
    if (matched >= nth && matched < nth + times) fault ??= rule.fault;
    return { ...rule, matched };
  });
  return { rules: counted, fault };
}

function matches({ match }: FaultRule, request: { method: string; path: string }): boolean {
  if (match.method && match.method.toUpperCase() !== request.method.toUpperCase()) return false;
  return match.path === undefined || new RegExp(match.path, 'i').test(request.path);
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
