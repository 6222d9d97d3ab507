import type { Policy } from '../../shared/rollout/policy.ts';
import type { Audience } from './audience.ts';
import { type Limit, limitOf } from './limit.ts';
import { type Ratio, ratios } from './stream.ts';
import type { Trial } from './trial.ts';
import { type Hours, hoursOf, isNoticed, meanOf, playTrials, shareOf } from './trials.ts';

/** What a policy would make of a healthy build. Chances are parts of the trials. */
export type HealthyOutlook = {
  readonly halted: number;
  /** A check held it for some time after a bake, or for good. */
  readonly held: number;
  /** For how long, in all trials. */
  readonly heldFor: Hours;
  /** It had not ended when the trial was given up. */
  readonly unfinished: number;
  readonly everyone: Hours;
  readonly end: Hours;
};

/** What a policy would make of a regression. */
export type RegressionOutlook = {
  readonly ratio: Ratio;
  /** Halted; or held as bad, by a policy that does no more. */
  readonly noticed: number;
  /** Neither noticed nor ended when the trial was given up: held in doubt, or for want of data. */
  readonly held: number;
  /** Everyone got it. */
  readonly passed: number;
  readonly when: Hours;
  /** By step, from the first: the part of the trials in which it was noticed there. */
  readonly noticedAt: readonly number[];
  /** On average, until it was noticed or the trial ended. */
  readonly extraCrashes: number;
  /** On average, until it was noticed, or for 28 days if it was not. Plans are compared by it. */
  readonly lastingCrashes: number;
  readonly limit: Limit;
};

export type Outlook = {
  readonly healthy: HealthyOutlook;
  readonly regressions: readonly RegressionOutlook[];
  /** How many samples were judged for a trial, on average. */
  readonly work: number;
};

export function outlookOf(policy: Policy, audience: Audience, seed: number, count: number): Outlook {
  const played = ratios.map((ratio) => ({ ratio, trials: playTrials(policy, audience, ratio, seed, count) }));
  const healthy = played[0]?.trials ?? [];
  return {
    healthy: healthyOf(healthy),
    regressions: played.slice(1).map(({ ratio, trials }) => regressionOf(policy, ratio, trials)),
    work: meanOf(played.flatMap(({ trials }) => trials.map(({ work }) => work))),
  };
}

const healthyOf = (trials: readonly Trial[]): HealthyOutlook => ({
  halted: shareOf(trials, ({ end }) => end === 'halted'),
  held: shareOf(trials, ({ end, heldFor }) => end === 'heldAsBad' || heldFor > 0),
  heldFor: hoursOf(trials.map(({ heldFor }) => heldFor)),
  unfinished: shareOf(trials, ({ end }) => end === 'unfinished'),
  everyone: hoursOf(trials.map(({ everyoneAfter }) => everyoneAfter)),
  end: hoursOf(trials.map(({ end, endedAfter }) => (end === 'ended' ? endedAfter : undefined))),
});

function regressionOf(policy: Policy, ratio: Ratio, trials: readonly Trial[]): RegressionOutlook {
  return {
    ratio,
    noticed: shareOf(trials, isNoticed),
    held: shareOf(trials, ({ end }) => end === 'unfinished'),
    passed: shareOf(trials, ({ end }) => end === 'ended'),
    when: hoursOf(trials.map((trial) => (isNoticed(trial) ? trial.endedAfter : undefined))),
    noticedAt: policy.steps.map((_, index) =>
      shareOf(trials, (trial) => isNoticed(trial) && trial.step === index),
    ),
    extraCrashes: meanOf(trials.map(({ extraCrashes }) => extraCrashes)),
    lastingCrashes: meanOf(trials.map(({ lastingCrashes }) => lastingCrashes)),
    limit: limitOf(ratio, policy.falseHaltProbability),
  };
}

/** How much harm a policy lets through, over all regressions. */
export const harmOf = ({ regressions }: Outlook): number =>
  regressions.reduce((sum, { lastingCrashes }) => sum + lastingCrashes, 0);

/** How long a healthy build takes; longer than any time if most do not come to an end. */
export const timeOf = ({ healthy }: Outlook): number => healthy.end.median ?? Number.POSITIVE_INFINITY;
