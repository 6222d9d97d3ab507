import type { Evidence } from '../rollout/evidence.ts';
import { judge, judgedFrom } from '../rollout/judge.ts';
import type { Observed } from '../rollout/observed.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { measure, type TelemetrySources } from '../telemetry/source.ts';

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
  const { stepSince } = rollout;
  if (stepSince === undefined || !canHarm(rollout, observed)) return [];
  const asked = rollout.policy.checks.map(async (check) => {
    const window = { stepSince, judgedUntil: rollout.judgedUntil[check.name], now };
    const question = { rollout, check, from: judgedFrom(window), now, abortSignal };
    return judge(check, await measure(telemetry, question), window);
  });
  return Promise.all(asked);
}

const canHarm = ({ phase }: Rollout, observed: Observed): boolean =>
  (phase === 'ramping' || phase === 'finalizing') &&
  (observed.kind === 'unreadable' ||
    (observed.kind === 'published' && observed.rollout.state === 'inProgress'));
