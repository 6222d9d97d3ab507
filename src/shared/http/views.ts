import { z } from 'zod';
import { evidenceSchema, instantSchema } from '../rollout/evidence.ts';
import { type JournalEntry, journalEntrySchema } from '../rollout/journal.ts';
import { policySchema } from '../rollout/policy.ts';
import { allSteps, awaitsApproval, currentBake, type Pause, type Rollout } from '../rollout/rollout.ts';
import { hasEnded, type Who, whoOf } from '../rollout/vocabulary.ts';

/** How rollouts and journals look over HTTP. */

export const time = (date: Date): string => z.encode(instantSchema, date);
export const optionalTime = (name: string, date: Date | undefined) =>
  date === undefined ? {} : { [name]: time(date) };

/** The list's view: where each rollout stands. */
export const summaryOf = (rollout: Rollout) => ({
  id: rollout.id,
  publisher: rollout.publisher,
  applicationId: rollout.applicationId,
  flightId: rollout.flightId,
  submissionId: rollout.submissionId,
  policyName: rollout.policy.name,
  phase: rollout.phase,
  paused: rollout.pause !== undefined,
  percentage: rollout.percentage,
  sentence: rollout.decision?.sentence ?? 'Started; not looked at yet.',
  createdAt: time(rollout.createdAt),
  falseHaltBudget: { probability: rollout.policy.falseHaltProbability, spent: rollout.budgetSpent },
  ...optionalTime('nextLookAt', rollout.nextLookAt),
  ...optionalTime('endedAt', rollout.endedAt),
});

/** The whole view: what it does, why, on what evidence, and when it looks again. */
export const viewOf = (rollout: Rollout) => ({
  ...summaryOf(rollout),
  submissionStatus: rollout.submissionStatus,
  packageVersions: rollout.candidateVersions,
  controlPackageVersions: rollout.controlVersions,
  ...(!hasEnded(rollout.phase) &&
    rollout.stepSince !== undefined && { step: stepOf(rollout, rollout.stepSince) }),
  ...(rollout.pause && { pause: pauseOf(rollout.pause) }),
  ...(rollout.cap && { cap: { percentage: rollout.cap.percentage, ...bySomeone(rollout.cap) } }),
  ...(rollout.approvals.length > 0 && {
    approvals: rollout.approvals.map((approval) => ({
      // 1 is the first step; what approves giving it to everyone at once has no step of its own.
      ...(approval.step === allSteps(rollout) ? { everyone: true } : { step: approval.step + 1 }),
      ...bySomeone(approval),
    })),
  }),
  ...(rollout.alertHolds.length > 0 && {
    alerts: rollout.alertHolds.map((hold) => ({ alert: hold.alert, ...bySomeone(hold) })),
  }),
  ...(rollout.intent && { intent: intentOf(rollout.intent) }),
  evidence: rollout.evidence.map((entry) => z.encode(evidenceSchema, entry)),
  ...(rollout.decision && {
    decision: {
      ...rollout.decision,
      at: time(rollout.decision.at),
      budgetSpent: rollout.budgetSpent,
    },
  }),
  policy: z.encode(policySchema, rollout.policy),
});

function stepOf(rollout: Rollout, since: Date) {
  const { bake, approval } = currentBake(rollout);
  return {
    /** 1 is the first; 0 stands below it. */
    number: rollout.step + 1,
    of: rollout.policy.steps.length,
    since: time(since),
    bakeEndsAt: time(new Date(since.getTime() + bake)),
    approval: approval ? (awaitsApproval(rollout) ? 'needed' : 'given') : 'notNeeded',
  };
}

const bySomeone = ({ reason, at, ...who }: Who & { reason: string; at: Date }) => ({
  ...whoOf(who),
  reason,
  at: time(at),
});

const pauseOf = (pause: Pause) => ({
  ...bySomeone(pause),
  ...optionalTime('until', pause.until),
  ...(pause.owner !== undefined && { owner: pause.owner }),
  ...toldOf(pause),
});

/** When people were told that it lasts, and when one of them said that they know. */
const toldOf = (told: { escalatedAt?: Date | undefined; acknowledgedAt?: Date | undefined }) => ({
  ...optionalTime('escalatedAt', told.escalatedAt),
  ...optionalTime('acknowledgedAt', told.acknowledgedAt),
});

const intentOf = (intent: NonNullable<Rollout['intent']>) => ({
  kind: intent.kind,
  ...(intent.kind === 'raise' && { percentage: intent.percentage }),
  ...whoOf(intent),
  reason: intent.reason,
  since: time(intent.since),
  attempts: intent.attempts,
  lastOutcome: intent.lastOutcome,
  ...toldOf(intent),
});

export const entryOf = (entry: JournalEntry) => z.encode(journalEntrySchema, entry);
