import { type Check, toleratedBy } from '../../shared/rollout/check.ts';
import { sayDuration } from '../../shared/rollout/duration.ts';
import type { Policy } from '../../shared/rollout/policy.ts';
import { sayList, sayRate, sayRatio } from '../../shared/rollout/sentence.ts';
import type { Audience } from './audience.ts';
import { isFed } from './simulated.ts';

/** What a reader must know of a plan before its figures. */
export function remarksOn(policy: Policy, audience: Audience): string[] {
  const deciding = policy.checks.filter(({ dryRun }) => !dryRun);
  const fed = deciding.filter((check) => isFed(audience, check));
  const others = deciding.filter((check) => !isFed(audience, check)).map(({ name }) => `"${name}"`);
  return [
    ...(fed.length === 0 ? ['No check counts these crashes, so nothing here can notice a regression.'] : []),
    ...(others.length > 0 ? [`Not simulated, and taken as healthy: ${sayList(others)}.`] : []),
    ...fed.flatMap((check) => [...ofQuestion(check, audience), ...ofSource(check)]),
    ...deciding.flatMap((check) => ofLag(check, audience)),
  ];
}

function ofQuestion(check: Check, { crashRate }: Audience): string[] {
  const reference = referenceOf(check);
  if (reference === undefined) return [];
  const ratio = reference / crashRate;
  const says = `The check "${check.name}" tolerates a rate of ${sayRate(reference)}`;
  if (ratio < 1)
    return [
      `${says}, and a healthy build has ${sayRate(crashRate)}: it is to be expected that healthy builds are stopped.`,
    ];
  return ratio >= 1.4
    ? [
        `${says}, so it can notice nothing below ${sayRatio(ratio)} times the healthy rate, however long it bakes. A comparison with the control or with earlier releases could.`,
      ]
    : [];
}

/** The rate up to which a check finds nothing wrong, where that is a number. */
function referenceOf({ limit, compare }: Check): number | undefined {
  if (limit && 'rate' in limit) return limit.rate;
  if (compare?.to === 'history') return (toleratedBy(compare) * compare.failed) / compare.exposed;
  return undefined;
}

const ofSource = ({ name, source }: Check): string[] =>
  source.kind === 'storeAnalytics'
    ? [
        `The check "${name}" reads the Store’s analytics, which count devices by the day and are known ${sayDuration(source.settledAfter)} later: give daily active devices as --daily-sessions, and the part of them with a crash as --crash-rate.`,
      ]
    : [];

function ofLag({ name, source }: Check, { lagMs }: Audience): string[] {
  if (source.kind !== 'pushed' || lagMs <= source.staleAfter) return [];
  return [
    `With samples ${sayDuration(lagMs)} late the check "${name}" is always silent, because its "staleAfter" is ${sayDuration(source.staleAfter)}: the rollout is held for ever. Make "staleAfter" longer.`,
  ];
}
