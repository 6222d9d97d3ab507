import type { Gate } from './decision.ts';
import { sayDuration } from './duration.ts';
import { intentEscalatesAfter, isOverdue, nextIntentLook } from './looks.ts';
import type { Intent } from './rollout.ts';

/** The gates that go on with what was intended and is not confirmed yet. */

/** From here on the Store shows a rollout in progress. A halt outranks everything that is still to be learned of it. */
export const haltUnderway: Gate = ({ rollout: { intent }, now }) =>
  intent?.kind === 'halt'
    ? {
        kind: 'halt',
        actor: intent.actor,
        reason: 'haltUnderway',
        sentence: underwaySentence(intent, now),
        nextLookAt: nextIntentLook(now, intent.attempts),
        ...intentEscalation(intent, now),
      }
    : undefined;

export const finalizeUnderway: Gate = ({ rollout: { intent }, now }) =>
  intent?.kind === 'finalize'
    ? {
        kind: 'finalize',
        actor: intent.actor,
        reason: 'finalizeUnderway',
        sentence: underwaySentence(intent, now),
        nextLookAt: nextIntentLook(now, intent.attempts),
        ...intentEscalation(intent, now),
      }
    : undefined;

function underwaySentence({ attempts, since, reason, lastOutcome }: Intent, now: Date): string {
  if (attempts === 0) return reason;
  const open = `Not confirmed for ${sayDuration(now.getTime() - since.getTime())} and ${attempts} attempts`;
  return `${reason} ${open}${lastOutcome === undefined ? '' : ` (${lastOutcome})`}.`;
}

/** People are told when the Store does not confirm an intent, and told again, until it does. */
export function intentEscalation(intent: Intent | undefined, now: Date): { escalation?: { of: 'intent' } } {
  if (intent === undefined || intent.kind === 'raise') return {};
  return isOverdue(intent, now, intentEscalatesAfter) ? { escalation: { of: 'intent' } } : {};
}
