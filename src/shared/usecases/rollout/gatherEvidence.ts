import type { Evidence } from '../../rollout/evidence.ts';
import { judge, windowOf } from '../../rollout/judge.ts';
import type { Observed } from '../../rollout/observed.ts';
import type { Rollout } from '../../rollout/rollout.ts';
import { measure, type TelemetrySources } from '../../telemetry/source.ts';

/**
 * Asks every check of the policy, in the same pass that will decide. Where no users can be harmed any more, or a halt is
 * under way, there is nothing that an answer could change, and nobody is asked. A Store that cannot be read is no such
 * case: the build may do harm all the same.
 */
export async function gatherEvidence(
  telemetry: TelemetrySources,
  rollout: Rollout,
  observed: Observed,
  now: Date,
  abortSignal: AbortSignal,
): Promise<Evidence[]> {
  const window = windowOf(rollout, now);
  if (!window || !canHarm(rollout, observed)) return [];
  const asked = rollout.policy.checks.map(async (check) => {
    const question = { rollout, check, from: window.since, now, abortSignal };
    return judge(rollout.policy, check, await measure(telemetry, question), window);
  });
  return Promise.all(asked);
}

const canHarm = ({ phase }: Rollout, observed: Observed): boolean =>
  (phase === 'ramping' || phase === 'finalizing') &&
  (observed.kind === 'unreadable' ||
    (observed.kind === 'published' && observed.rollout.state === 'inProgress'));
