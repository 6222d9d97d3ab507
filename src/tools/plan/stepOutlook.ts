import { writeDuration } from '../../shared/rollout/duration.ts';
import type { Policy } from '../../shared/rollout/policy.ts';
import { sayPercentage } from '../../shared/rollout/sentence.ts';
import { type Audience, adopted } from './audience.ts';
import { limitOf } from './limit.ts';
import type { RegressionOutlook } from './outlook.ts';

/** What a step can tell, by its end, of a build that crashes three times as often. */
export type StepOutlook = {
  readonly percentage: number;
  readonly bake: string;
  /** The build's sessions from the start to the end of the bake, if nothing is held. */
  readonly sessions: number;
  readonly crashes: { readonly healthy: number; readonly threefold: number };
  /** The part of threefold regressions that is noticed in this step or before, also long after its planned end. */
  readonly noticed: number;
  /** Whether the app is too small for this step to tell anything: no test could, whatever the policy. */
  readonly tooSmall: boolean;
  /** Why it tells too little, in a sentence; absent where it tells enough. */
  readonly tooLittle?: string;
};

const hour = 3_600_000;
const judged = 3;

export function stepOutlooks(
  policy: Policy,
  audience: Audience,
  regressions: readonly RegressionOutlook[],
): StepOutlook[] {
  const threefold = regressions.find(({ ratio }) => ratio === judged);
  const sessions = sessionsBy(policy, audience);
  return policy.steps.map(({ percentage, bake, maximumBake = bake }, index) => {
    const seen = sessions[index] ?? 0;
    const noticed = (threefold?.noticedAt ?? []).slice(0, index + 1).reduce((sum, part) => sum + part, 0);
    const crashes = { healthy: seen * audience.crashRate, threefold: seen * audience.crashRate * judged };
    const name = `${sayPercentage(percentage)} for ${writeDuration(maximumBake)}`;
    const tooLittle = sayTooLittle(name, crashes.threefold, noticed, leastCrashes(policy));
    return {
      percentage,
      bake: writeDuration(maximumBake),
      sessions: seen,
      crashes,
      noticed,
      tooSmall: crashes.threefold < leastCrashes(policy),
      ...(tooLittle !== undefined && { tooLittle }),
    };
  });
}

const leastCrashes = ({ falseHaltProbability }: Policy): number =>
  limitOf(judged, falseHaltProbability).crashes;

/** The longest plan that is tried bakes four times as long as the present one. */
const mostStretched = 4;

/** Whether no plan that is tried could tell anything of the app. */
export function isHopeless(steps: readonly StepOutlook[], policy: Policy): boolean {
  const crashes = steps.at(-1)?.crashes.threefold ?? 0;
  return mostStretched * crashes < leastCrashes(policy);
}

function sayTooLittle(name: string, crashes: number, noticed: number, needed: number): string | undefined {
  const held = noticed > 0 ? ` Held for longer, it is noticed in ${Math.round(noticed * 100)} %.` : '';
  if (crashes < needed)
    return `${name}: the app is too small for this step to tell anything. A build that crashes three times as often has shown ${Number(crashes.toPrecision(2))} crashes by its planned end, and no test can tell from fewer than about ${Math.round(needed)}.${held}`;
  if (noticed < 0.5)
    return `${name}: before it is left, ${Math.round(noticed * 100)} % of the builds that crash three times as often are noticed.`;
  return undefined;
}

/** The candidate's sessions by the end of each bake. */
function sessionsBy(policy: Policy, audience: Audience): number[] {
  let [share, sum] = [0, 0];
  return policy.steps.map(({ percentage, bake, maximumBake = bake }) => {
    const { average, last } = adopted(share, percentage / 100, audience.adoptionMs, maximumBake);
    share = last;
    sum += (average * audience.dailySessions * maximumBake) / (24 * hour);
    return sum;
  });
}
