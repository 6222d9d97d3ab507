import { z } from 'zod';
import { durationSchema } from './duration.ts';

const longestName = 64;

/** Names are shown in journals and pages, key the state of a check, and stand in the keys of the tables. */
export const nameSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .refine(
    (name) => new TextEncoder().encode(name).length <= longestName,
    `is longer than ${longestName} bytes`,
  )
  .refine((name) => name.isWellFormed(), 'has half a character')
  .refine((name) => !(name in Object.prototype), 'is a word that programs keep for themselves');

const stepSchema = z
  .strictObject({
    percentage: z.number().gt(0, 'must be above 0').max(100, 'must not be above 100').meta({
      description: 'The part of the users that this step reaches, in percent. Fractions are allowed.',
    }),
    bake: durationSchema.meta({ description: 'How long this step must prove itself before it is left.' }),
    approval: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether a person has to approve before this step is left.' }),
  })
  .meta({ description: 'A percentage to reach, and what must hold before it is left.' });

const storeAnalyticsSourceSchema = z
  .strictObject({
    kind: z.literal('storeAnalytics'),
    events: z
      .array(z.enum(['crash', 'hang', 'memory', 'jse']))
      .min(1)
      .max(4)
      .default(['crash'])
      .meta({ description: 'The failures that the Store counts.' }),
    settledAfter: durationSchema
      .refine((ms) => ms <= 14 * 86_400_000, 'must be at most 14d: the Store forgets failures after a month')
      .default(30 * 3_600_000)
      .meta({ description: 'How long after its end a day of the Store’s analytics is taken as complete.' }),
  })
  .meta({
    description:
      'The Store’s own failures and daily active devices, by package version. Slow: days, with a lag.',
  });

const pushedSourceSchema = z
  .strictObject({
    kind: z.literal('pushed'),
    signal: nameSchema.meta({ description: 'The name under which the samples are pushed.' }),
    staleAfter: durationSchema
      .default(2 * 3_600_000)
      .meta({ description: 'How long after the end of the last sample silence counts as unmeasured.' }),
  })
  .meta({ description: 'Samples that the publisher pushes over HTTP.' });

const rateLimitSchema = z.strictObject({
  rate: z
    .number()
    .gt(0, 'must be above 0')
    .lt(1, 'is a fraction below 1; write 1 % as 0.01')
    .meta({ description: 'The highest tolerated share of failures, as a fraction: 0.01 is 1 %.' }),
});

const valueLimitSchema = z.strictObject({
  value: z.number().meta({ description: 'The highest tolerated value.' }),
});

const checkSchema = z
  .strictObject({
    name: nameSchema,
    source: z.discriminatedUnion('kind', [storeAnalyticsSourceSchema, pushedSourceSchema]),
    limit: z.union([rateLimitSchema, valueLimitSchema]),
    minimumExposure: z.number().int().min(0).optional().meta({
      description: 'How many exposures a step must have before its rate says anything. Default 200.',
    }),
    consecutive: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(1)
      .meta({ description: 'How many readings in a row must be beyond the limit before the check is bad.' }),
    onBad: z
      .enum(['halt', 'hold'])
      .meta({ description: 'halt: stop the rollout for good. hold: do not raise while it is bad.' }),
    dryRun: z
      .boolean()
      .default(false)
      .meta({ description: 'Judge, count and report this check, and let it decide nothing.' }),
  })
  .refine((check) => !('value' in check.limit) || check.minimumExposure === undefined, {
    path: ['minimumExposure'],
    message: 'belongs to a limit on a rate; a limit on a value has no exposure',
  })
  .refine((check) => !('value' in check.limit) || check.source.kind === 'pushed', {
    path: ['limit', 'value'],
    message: 'needs a pushed source; the Store’s analytics only count, so limit their rate',
  })
  .meta({ description: 'One question put to telemetry.' });

const unmeasuredSchema = z
  .strictObject({
    escalateAfter: durationSchema
      .refine((ms) => ms >= 60_000, 'must be at least 1m')
      .default(6 * 3_600_000)
      .meta({ description: 'How long a check may stay unmeasured before people are told.' }),
    onEscalation: z
      .enum(['hold', 'halt'])
      .default('hold')
      .meta({ description: 'What follows then: go on holding, or count the silence as bad and halt.' }),
  })
  .meta({
    description: 'What to do when nobody can look. It always holds; this is what follows if it lasts.',
  });

const repeated = (names: readonly string[]): string | undefined =>
  names.find((name, index) => names.indexOf(name) !== index);

/**
 * A policy as publishers write it. Strict: an unknown key is a mistake, because a misspelt limit would otherwise let
 * a bad build through. Durations decode to milliseconds.
 */
export const policySchema = z
  .strictObject({
    $schema: z.string().max(500).optional().meta({ description: 'For editors; Rampart does not read it.' }),
    name: nameSchema,
    steps: z.array(stepSchema).min(1, 'needs at least one step').max(50),
    finalize: z.enum(['automatic', 'manual']).meta({
      description:
        'Whether Rampart finalizes after the last step. 100 % is not finalize: the Store treats them apart.',
    }),
    checks: z.array(checkSchema).max(20),
    unmeasured: unmeasuredSchema.default({ escalateAfter: 6 * 3_600_000, onEscalation: 'hold' }),
  })
  .superRefine((policy, context) => {
    policy.steps.forEach((step, index) => {
      const before = policy.steps[index - 1];
      if (before && step.percentage <= before.percentage)
        context.addIssue({
          code: 'custom',
          path: ['steps', index, 'percentage'],
          message: `must be above the step before it (${before.percentage})`,
        });
    });
    if (policy.finalize === 'automatic' && policy.steps.at(-1)?.percentage !== 100)
      context.addIssue({
        code: 'custom',
        path: ['finalize'],
        message:
          'can be "automatic" only if the last step reaches 100, because finalizing gives the build to everyone',
      });
    if (!policy.checks.some((check) => !check.dryRun))
      context.addIssue({
        code: 'custom',
        path: ['checks'],
        message: 'needs at least one check that is not a dry run: nothing is raised without evidence',
      });
    const twice = repeated(policy.checks.map((check) => check.name));
    if (twice !== undefined)
      context.addIssue({ code: 'custom', path: ['checks'], message: `has two checks named "${twice}"` });
  })
  .meta({ title: 'Rampart policy', description: 'The plan and the rules of a gradual package rollout.' });

export type Policy = z.output<typeof policySchema>;
export type PolicyDocument = z.input<typeof policySchema>;
export type Step = Policy['steps'][number];
export type Check = Policy['checks'][number];
export type Source = Check['source'];

/** Exposures before a rate says anything, where a check does not say. */
export const defaultMinimumExposure = 200;

/** Whether two policies are the same, however they were written. */
export function samePolicy(a: Policy, b: Policy): boolean {
  const canonical = (policy: Policy) =>
    JSON.stringify({ ...z.encode(policySchema, policy), $schema: undefined });
  return canonical(a) === canonical(b);
}
