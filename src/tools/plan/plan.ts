import { z } from 'zod';
import { writeDuration } from '../../shared/rollout/duration.ts';
import { type Policy, type PolicyDocument, policySchema } from '../../shared/rollout/policy.ts';
import type { Audience } from './audience.ts';
import { type Better, betterPlan } from './better.ts';
import { type HealthyOutlook, type Outlook, outlookOf, type RegressionOutlook } from './outlook.ts';
import { remarksOn } from './remarks.ts';
import { isHopeless, type StepOutlook, stepOutlooks } from './stepOutlook.ts';
import { horizonOf, playTrial } from './trial.ts';

export type PlanOptions = {
  readonly seed: number;
  /** How many rollouts are simulated for each ratio; absent: as many as take a few seconds. */
  readonly trials: number | undefined;
};

/** A report on a policy before its rollout; as JSON, the output of `--json`. Times are hours, chances parts of 1. */
export type Plan = {
  readonly policy: string;
  readonly falseHaltProbability: number;
  readonly audience: {
    readonly dailySessions: number;
    readonly crashRate: number;
    readonly adoption: string;
    readonly lag: string;
    readonly check: string | null;
  };
  readonly seed: number;
  readonly trials: number;
  /** After this a trial that has not ended is given up. */
  readonly horizonHours: number;
  readonly remarks: readonly string[];
  readonly healthy: HealthyOutlook;
  readonly regressions: readonly RegressionOutlook[];
  readonly steps: readonly StepOutlook[];
  /** Whether the app is too small for every step. */
  readonly tooSmall: boolean;
  readonly better: BetterPlan | null;
};

export type BetterPlan = {
  readonly changes: readonly string[];
  readonly takesLonger: boolean;
  readonly healthy: HealthyOutlook;
  readonly regressions: readonly RegressionOutlook[];
  /** The whole policy, as a document. */
  readonly policy: PolicyDocument;
};

/** Trials are many as long as they are cheap: samples to be judged for each ratio, in all trials together. */
const workForAll = 400_000;
const workForEach = 50_000;

export function planOf(policy: Policy, audience: Audience, { seed, trials }: PlanOptions): Plan {
  const work = costOf(policy, audience, seed);
  const many = trials ?? between(50, Math.floor(workForAll / work), 400);
  const few = Math.min(many, between(8, Math.floor(workForEach / work), 40));
  const outlook = outlookOf(policy, audience, seed, many);
  const steps = stepOutlooks(policy, audience, outlook.regressions);
  return {
    policy: policy.name,
    falseHaltProbability: policy.falseHaltProbability,
    audience: shown(audience),
    seed,
    trials: many,
    horizonHours: horizonOf(policy) / 3_600_000,
    remarks: remarksOn(policy, audience),
    ...figuresOf(outlook),
    steps,
    tooSmall: steps.every((step) => step.tooSmall),
    better: isHopeless(steps, policy)
      ? null
      : documented(betterPlan(policy, audience, outlook, seed, { few, many })),
  };
}

/** What one trial costs, by one of a healthy build and one of a regression that is hard to tell. */
const costOf = (policy: Policy, audience: Audience, seed: number): number =>
  Math.max(...([1, 2] as const).map((ratio) => playTrial(policy, audience, ratio, seed, 0).work), 100);

const between = (least: number, number: number, most: number): number =>
  Math.min(most, Math.max(least, number));

const figuresOf = ({ healthy, regressions }: Outlook) => ({ healthy, regressions });

const shown = ({ dailySessions, crashRate, adoptionMs, lagMs, check }: Audience): Plan['audience'] => ({
  dailySessions,
  crashRate,
  adoption: writeDuration(adoptionMs),
  lag: writeDuration(lagMs),
  check: check ?? null,
});

const documented = (better: Better | undefined): BetterPlan | null =>
  better
    ? {
        changes: better.changes,
        takesLonger: better.takesLonger,
        ...figuresOf(better.outlook),
        policy: z.encode(policySchema, better.policy),
      }
    : null;
