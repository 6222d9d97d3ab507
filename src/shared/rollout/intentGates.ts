import type { Gate } from './decision.ts';
import { sayDuration } from './duration.ts';
import { after, finalizeEscalatesAfter, isOverdue, looks, nextIntentLook } from './looks.ts';
import type { Intent, Rollout } from './rollout.ts';
import { whoOf } from './vocabulary.ts';

/** The gates that go on with what was intended and is not confirmed yet. */

/** From here on the Store shows a rollout in progress. A halt outranks everything that is still to be learned of it. */
export const haltUnderway: Gate = ({ rollout, rollout: { intent }, now }) =>
  intent?.kind === 'halt'
    ? {
        kind: 'halt',
        ...whoOf(intent),
        reason: 'haltUnderway',
        sentence: underwaySentence(intent, now),
        nextLookAt: nextIntentLook(now, intent.attempts),
        ...(couldBeTried(rollout) && intentEscalation(rollout, now)),
      }
    : undefined;

/** Until this very look nobody knew that the Store had published it. */
export const couldBeTried = ({ intent, stepSince }: Rollout): boolean =>
  stepSince !== undefined || (intent?.attempts ?? 0) > 0;

export const finalizeUnderway: Gate = ({ rollout, rollout: { intent }, now }) =>
  intent?.kind === 'finalize'
    ? {
        kind: 'finalize',
        ...whoOf(intent),
        reason: 'finalizeUnderway',
        sentence: underwaySentence(intent, now),
        nextLookAt: after(now, looks.changing),
        ...intentEscalation(rollout, now),
      }
    : undefined;

function underwaySentence({ attempts, since, reason, lastOutcome }: Intent, now: Date): string {
  if (attempts === 0) return reason;
  const open = `Not confirmed for ${sayDuration(now.getTime() - since.getTime())} and ${attempts} attempts`;
  return `${reason} ${open}${lastOutcome === undefined ? '' : ` (${lastOutcome})`}.`;
}

/** People are told when the Store does not confirm an intent, and told again, until it does or one of them says they know. */
export function intentEscalation(
  { intent, policy }: Pick<Rollout, 'intent' | 'policy'>,
  now: Date,
): { escalation?: { of: 'intent' } } {
  if (intent === undefined || intent.kind === 'raise') return {};
  const limit = intent.kind === 'halt' ? policy.escalateHaltAfter : finalizeEscalatesAfter;
  // It may have waited long for its publication, which is no trouble: what counts is since when it could be tried.
  const since = intent.triedAt ?? intent.since;
  return isOverdue({ ...intent, since }, now, limit) ? { escalation: { of: 'intent' } } : {};
}
