import type { Decision, Gate, Situation } from './decision.ts';
import * as drift from './driftGates.ts';
import type { Evidence } from './evidence.ts';
import * as health from './healthGates.ts';
import * as holds from './holdGates.ts';
import * as intent from './intentGates.ts';
import type { Observed } from './observed.ts';
import * as publication from './publicationGates.ts';
import type { Rollout } from './rollout.ts';
import * as step from './stepGates.ts';

/**
 * The order of the gates is the order of what they protect. Harm comes first: evidence is asked for only while users
 * can be harmed, also when the Store cannot be read, and then nothing else matters. Next is what the Store says, which
 * outranks what is stored; then what was intended and is not confirmed; then what holds. A person's approval is among the
 * last, so that "needs approval" is only said when nothing else stands in the way.
 */
const order: readonly Gate[] = [
  health.harm,
  health.silenceHalts,
  publication.storeUnreadable,
  publication.submissionMissing,
  publication.unpublished,
  publication.notGradual,
  drift.ended,
  drift.replaced,
  publication.notStarted,
  intent.haltUnderway,
  publication.justPublished,
  intent.finalizeUnderway,
  drift.percentageMoved,
  holds.pauseOverdue,
  health.badHolds,
  holds.paused,
  holds.alerted,
  step.baking,
  health.unmeasuredHolds,
  health.inconclusiveHolds,
  health.unaskedHolds,
  health.proving,
  step.capped,
  step.approvalMissing,
  step.raiseFailed,
];

/**
 * What to do with a rollout that has not ended, given what the Store and telemetry say now.
 *
 * @param observed what the Store said in this pass
 * @param evidence what each check said in this pass, judged since the current step began
 */
export function decide(
  rollout: Rollout,
  observed: Observed,
  evidence: readonly Evidence[],
  now: Date,
): Decision {
  const situation: Situation = { rollout, observed, evidence, now };
  for (const gate of order) {
    const decision = gate(situation);
    if (decision) return decision;
  }
  return step.onward(situation);
}
