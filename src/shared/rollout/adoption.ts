import type { Check } from './check.ts';
import type { Counts, Sample } from './evidence.ts';
import type { Case, Window } from './finding.ts';
import { sayCount, sayPercentage } from './sentence.ts';
import { shareOf } from './sequentialTest.ts';

/**
 * Silence that looks like health: if almost nobody runs the build, or its telemetry does not arrive, nothing fails. Where
 * the bake is over and exposure is far below what the percentage implies, this says so.
 */
export function farBelow(of: Case): string | undefined {
  const { window, policy, own } = of;
  if (window.now < window.bakeEndsAt) return undefined;
  const { leastAdoption } = policy.unmeasured;
  const share = shareIn(own.at(-1));
  return hasOwnControl(of.check) && share !== undefined
    ? besideControl(share, window, leastAdoption)
    : besideBefore(of, leastAdoption);
}

/**
 * A publisher counts the control among those whom the rollout can reach. The Store's analytics do not tell a flight from
 * production: where both have the fallback's version, its users are far more than the flight has.
 */
const hasOwnControl = ({ source }: Check): boolean => source.kind === 'pushed';

function besideControl(share: number, { percentage }: Window, least: number): string | undefined {
  if (share >= (percentage / 100) * least) return undefined;
  return `only ${sayPercentage(share * 100)} of the exposures are the candidate’s, where ${sayPercentage(percentage)} get it`;
}

/** The share in the last sample of the step, which has had the most time to grow. */
function shareIn(sample: Sample | undefined): number | undefined {
  if (!sample || 'value' in sample.candidate || !sample.control) return undefined;
  return shareOf(sample.candidate, sample.control);
}

/** Without a control, exposure in the step is held against exposure before it, which has to grow with the percentage. */
function besideBefore({ samples, own, window }: Case, least: number): string | undefined {
  const { percentage, percentageBefore, stepSince } = window;
  const earlier = samples.filter(({ end }) => end <= stepSince);
  const [before, now] = [perHour(earlier), perHour(own)];
  if (before === undefined || now === undefined || percentageBefore === 0) return undefined;
  const implied = (before * percentage) / percentageBefore;
  if (now >= implied * least) return undefined;
  return `only ${sayCount(now)} exposures an hour, where those before the step imply ${sayCount(implied)}`;
}

function perHour(samples: readonly Sample[]): number | undefined {
  const measured = samples.flatMap(({ start, end, candidate }) =>
    'value' in candidate ? [] : [{ hours: (end.getTime() - start.getTime()) / 3_600_000, counts: candidate }],
  );
  const hours = measured.reduce((sum, each) => sum + each.hours, 0);
  const exposed = measured.reduce((sum, { counts }: { counts: Counts }) => sum + counts.exposed, 0);
  return hours > 0 && exposed > 0 ? exposed / hours : undefined;
}
