import { z } from 'zod';
import { alertRulesSchema } from './alertRule.ts';
import { checkSchema, provesSafety, toleratedBy } from './check.ts';
import { durationSchema, writeDuration } from './duration.ts';
import { highestRate } from './eprocess.ts';
import { type Budgeted, errorOf } from './falseHaltBudget.ts';
import { nameSchema } from './name.ts';

const stepSchema = z
  .strictObject({
    percentage: z.number().gt(0, 'must be above 0').max(100, 'must not be above 100').meta({
      description: 'The part of the users that this step reaches, in percent. Fractions are allowed.',
    }),
    bake: durationSchema.meta({
      description:
        'How long this step must prove itself before it is left; with "pace": "evidence", at least.',
    }),
    maximumBake: durationSchema.optional().meta({
      description:
        'With "pace": "evidence": after how long the step is left without proof that the build is safe.',
    }),
    approval: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether a person has to approve before this step is left.' }),
  })
  .meta({ description: 'A percentage to reach, and what must hold before it is left.' });

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
    leastAdoption: z.number().min(0).max(1).default(0.1).meta({
      description:
        'At the end of a bake, the part of the exposure that the percentage implies below which a check counts as unmeasured.',
    }),
  })
  .meta({
    description: 'What to do when nobody can look. It always holds; this is what follows if it lasts.',
  });

type Proof = {
  readonly confidence?: number | undefined;
  readonly checks: readonly { readonly compare?: { readonly exclude?: number | undefined } | undefined }[];
};

/** What would be read by nobody is a misunderstanding. */
function refuseProof({ confidence, checks }: Proof, context: z.RefinementCtx): void {
  const message = 'belongs to "pace": "evidence"';
  if (confidence !== undefined) context.addIssue({ code: 'custom', path: ['confidence'], message });
  checks.forEach(({ compare }, index) => {
    if (compare?.exclude !== undefined)
      context.addIssue({ code: 'custom', path: ['checks', index, 'compare', 'exclude'], message });
  });
}

type Compared = { readonly checks: readonly z.output<typeof checkSchema>[] };

/** An uncertain share hides a difference of its own size: what is to be excluded has to be well beyond it. */
function demandExclusion({ checks }: Compared, context: z.RefinementCtx): void {
  checks.forEach(({ compare }, index) => {
    if (!compare) return;
    const least = 1.25 * (compare.to === 'control' ? 1 + compare.shareUncertainty : 1);
    if (compare.exclude === undefined || compare.exclude < least)
      context.addIssue({
        code: 'custom',
        path: ['checks', index, 'compare', 'exclude'],
        message: `with "pace": "evidence" it says which ratio must be excluded before a raise, and is at least ${Number(least.toPrecision(3))}; 2 is a good choice`,
      });
  });
}

/** A history in which a healthy build might fail always would let anything pass. */
function refuseShortHistories(policy: Compared & Budgeted, context: z.RefinementCtx): void {
  policy.checks.forEach((check, index) => {
    if (check.compare?.to !== 'history') return;
    const { failed, exposed } = check.compare;
    const highest = highestRate(failed, exposed, errorOf(policy, check) / 2);
    if (toleratedBy(check.compare) * highest >= 1)
      context.addIssue({
        code: 'custom',
        path: ['checks', index, 'compare', 'exposed'],
        message: 'is too short a history to know any rate from',
      });
  });
}

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
    onUnfinishedRollout: z.enum(['refuse', 'finalize', 'halt']).default('refuse').meta({
      description:
        'What becomes of the rollout before, if it is not finished when the next submission needs its place: it refuses the submission, or is finalized where its health allows, or halted.',
    }),
    pace: z.enum(['bake', 'evidence']).default('bake').meta({
      description:
        'bake: a step is left when its bake is over and nothing speaks against it. evidence: it is left as soon as harm is excluded, between its bake and its maximumBake.',
    }),
    confidence: z.number().min(0.5).lt(1, 'is a probability below 1; write 95 % as 0.95').optional().meta({
      description:
        'With "pace": "evidence": how sure it must be that there is no harm, over the whole rollout. Default 0.95.',
    }),
    falseHaltProbability: z.number().min(1e-9, 'must be at least 1e-9').max(0.5).default(0.001).meta({
      description:
        'The chance that a healthy build is halted by its checks, over the whole rollout: all checks and all looks together.',
    }),
    checks: z.array(checkSchema).max(20),
    alerts: alertRulesSchema.default([]),
    approvers: z.literal([1, 2], 'must be 1 or 2').default(1).meta({
      description: 'How many different people have to approve where a step needs approval.',
    }),
    escalateHaltAfter: durationSchema
      .refine((ms) => ms >= 60_000, 'must be at least 1m')
      .default(5 * 60_000)
      .meta({
        description:
          'How long the Store may leave a halt unconfirmed before people are told, and told again after as long.',
      }),
    unmeasured: unmeasuredSchema.default({
      escalateAfter: 6 * 3_600_000,
      onEscalation: 'hold',
      leastAdoption: 0.1,
    }),
  })
  .superRefine((policy, context) => {
    policy.steps.forEach((step, index) => {
      const wrong = (key: keyof Step, message: string) =>
        context.addIssue({ code: 'custom', path: ['steps', index, key], message });
      const before = policy.steps[index - 1];
      if (before && step.percentage <= before.percentage)
        wrong('percentage', `must be above the step before it (${before.percentage})`);
      if (policy.pace === 'bake' && step.maximumBake !== undefined)
        wrong('maximumBake', 'belongs to "pace": "evidence"');
      if (policy.pace === 'evidence' && step.maximumBake === undefined)
        wrong('maximumBake', 'is missing: with "pace": "evidence" each step needs one');
      if (step.maximumBake !== undefined && step.maximumBake < step.bake)
        wrong('maximumBake', `must not be shorter than the bake (${writeDuration(step.bake)})`);
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
    if (policy.pace === 'bake') refuseProof(policy, context);
    else demandExclusion(policy, context);
    refuseShortHistories(policy, context);
    if (policy.pace === 'evidence' && !policy.checks.some((check) => !check.dryRun && provesSafety(check)))
      context.addIssue({
        code: 'custom',
        path: ['pace'],
        message:
          'needs a check that can exclude harm and is no dry run: a comparison, or a limit on a rate; a tripwire and a value that holds cannot',
      });
    const twice = repeated(policy.checks.map((check) => check.name));
    if (twice !== undefined)
      context.addIssue({ code: 'custom', path: ['checks'], message: `has two checks named "${twice}"` });
  })
  .meta({ title: 'Rampart policy', description: 'The plan and the rules of a gradual package rollout.' });

export type Policy = z.output<typeof policySchema>;
export type PolicyDocument = z.input<typeof policySchema>;
export type Step = z.output<typeof stepSchema>;
/** How sure it must be that there is no harm, where a policy does not say. */
export const confidenceOf = ({ confidence = 0.95 }: Policy): number => confidence;

/** Whether two policies are the same, however they were written. */
export function samePolicy(a: Policy, b: Policy): boolean {
  const canonical = (policy: Policy) =>
    JSON.stringify({ ...z.encode(policySchema, policy), $schema: undefined });
  return canonical(a) === canonical(b);
}

/** A string of a row holds 32 Ki characters, and the policy is kept as one, with its defaults written out. */
const longestKept = 30_000;

/** A policy that comes in, and is to be kept. */
export const keptPolicySchema = policySchema.refine(
  (policy) => JSON.stringify(z.encode(policySchema, policy)).length <= longestKept,
  {
    error: 'is too large to be kept: use fewer or shorter rules',
    when: ({ issues }) => issues.length === 0,
  },
);
