import type { Evidence } from '../rollout/evidence.ts';
import { judge } from '../rollout/judge.ts';
import type { Observed } from '../rollout/observed.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { measure, type TelemetrySources } from '../telemetry/source.ts';

/**
 * Asks every check of the policy, in the same pass that will decide. Where the Store shows no rollout in progress, or
 * a halt is under way, there is nothing that an answer could change, and nobody is asked.
 */
export async function gatherEvidence(
  telemetry: TelemetrySources,
  rollout: Rollout,
  observed: Observed,
  now: Date,
  abortSignal: AbortSignal,
): Promise<Evidence[]> {
  const { stepSince: from, phase } = rollout;
  const ramps = phase === 'ramping' || phase === 'finalizing';
  if (!ramps || from === undefined) return [];
  if (observed.kind !== 'published' || observed.rollout.state !== 'inProgress') return [];
  const asked = rollout.policy.checks.map(async (check) =>
    judge(check, await measure(telemetry, { rollout, check, from, now, abortSignal }), { from, now }),
  );
  return Promise.all(asked);
}
