import type { Rollout } from '../rollout/rollout.ts';

/** The package rollout and its track. */
const ofQuietLook = 2;

/**
 * How many requests a rollout's next look is likely to take: what it reads of the Store, and what its checks read of the
 * Store's analytics, where the same figures are asked for once. An estimate: what it misses, the budget itself holds.
 */
export function requestsOfLook({ phase, policy }: Pick<Rollout, 'phase' | 'policy'>): number {
  return phase === 'ramping' ? ofQuietLook + requestsOfAnalytics(policy.checks) : ofQuietLook;
}

function requestsOfAnalytics(checks: Rollout['policy']['checks']): number {
  const questions = checks.flatMap(({ source, newSignature }) =>
    source.kind === 'storeAnalytics'
      ? [`${newSignature ? 'signatures' : 'rate'} ${source.events.join()}`]
      : [],
  );
  // Each asks for its failures, and all of them for the same active devices.
  return questions.length === 0 ? 0 : new Set(questions).size + 1;
}
