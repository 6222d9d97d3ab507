import { z } from 'zod';
import { type Policy, policySchema, type Step } from '../../shared/rollout/policy.ts';

/** A policy that differs from the present one, and how, in words. */
export type Variation = { readonly policy: Policy; readonly changes: readonly string[] };

const hour = 3_600_000;

type Change = { readonly says: string; readonly apply: (policy: Policy) => Policy | undefined };

const changes: readonly Change[] = [
  { says: 'bakes half as long again', apply: (policy) => stretched(policy, 1.5) },
  { says: 'bakes twice as long', apply: (policy) => stretched(policy, 2) },
  { says: 'a first step twice as large', apply: (policy) => firstLarger(policy, 2) },
  { says: 'a first step four times as large', apply: (policy) => firstLarger(policy, 4) },
  { says: 'no first step, its bake given to the second', apply: (policy) => withoutStep(policy, 0, 0) },
  { says: 'no second step, its bake given to the first', apply: (policy) => withoutStep(policy, 1, 0) },
  { says: 'half of the last bake given to the first step', apply: lastToFirst },
  {
    says: '"pace": "evidence", with the bakes as the longest and twice the failures to be excluded',
    apply: byEvidence,
  },
];

/** All policies that are one change away, and that a publisher could write. */
export const variationsOf = ({ policy, changes: before }: Variation): Variation[] =>
  changes.flatMap(({ says, apply }) => {
    const changed = apply(policy);
    return changed && isValid(changed) ? [{ policy: changed, changes: [...before, says] }] : [];
  });

/** Encoding checks the rules of the schema as well. */
const isValid = (policy: Policy): boolean => z.safeEncode(policySchema, policy).success;

/** Bakes that a person would write: whole hours, or what was shorter before. */
const rounded = (ms: number): number =>
  ms >= hour ? Math.round(ms / hour) * hour : Math.round(ms / 60_000) * 60_000;

const stretchedStep = (step: Step, times: number): Step => ({
  ...step,
  bake: rounded(step.bake * times),
  ...(step.maximumBake !== undefined && { maximumBake: rounded(step.maximumBake * times) }),
});

const stretched = (policy: Policy, times: number): Policy => ({
  ...policy,
  steps: policy.steps.map((step) => stretchedStep(step, times)),
});

function firstLarger(policy: Policy, times: number): Policy | undefined {
  const [first, second] = policy.steps;
  if (!first || !second || first.percentage * times >= second.percentage) return undefined;
  return { ...policy, steps: [{ ...first, percentage: first.percentage * times }, ...policy.steps.slice(1)] };
}

/** Without one step; what it baked is added to the step that is then at `heir`. */
function withoutStep(policy: Policy, index: number, heir: number): Policy | undefined {
  const gone = policy.steps[index];
  if (!gone || policy.steps.length < 3) return undefined;
  const rest = policy.steps.filter((_, other) => other !== index);
  return { ...policy, steps: rest.map((step, other) => (other === heir ? longer(step, gone) : step)) };
}

const longer = (step: Step, by: Step): Step => ({
  ...step,
  bake: step.bake + by.bake,
  ...(step.maximumBake !== undefined && { maximumBake: step.maximumBake + (by.maximumBake ?? by.bake) }),
  approval: step.approval || by.approval,
});

function lastToFirst(policy: Policy): Policy | undefined {
  const [first, last] = [policy.steps[0], policy.steps.at(-1)];
  if (!first || !last || policy.steps.length < 2 || policy.pace === 'evidence') return undefined;
  const half = rounded(last.bake / 2);
  const given = { ...first, bake: first.bake + half };
  const left = { ...last, bake: last.bake - half };
  return { ...policy, steps: [given, ...policy.steps.slice(1, -1), left] };
}

function byEvidence(policy: Policy): Policy | undefined {
  if (policy.pace === 'evidence') return undefined;
  const steps = policy.steps.map((step) => ({
    ...step,
    bake: rounded(step.bake / 4),
    maximumBake: step.bake,
  }));
  const checks = policy.checks.map((check) =>
    check.compare ? { ...check, compare: { ...check.compare, exclude: usualExclusion } } : check,
  );
  return { ...policy, pace: 'evidence', steps, checks };
}

/** The ratio that is excluded where a policy did not ask for any. */
const usualExclusion = 2;
