import type { Adoption, Decision, Situation } from './decision.ts';
import { type Evidence, mayStopRaise } from './evidence.ts';
import { spentOf } from './falseHaltBudget.ts';
import { type Change, type Remark, withJournal } from './journal.ts';
import { confirm, dropFailedRaises, dropIntent, end, enter, intend } from './moves.ts';
import type { Reason } from './reason.ts';
import { intentRemarks } from './remarks.ts';
import type { Intent, Rollout } from './rollout.ts';
import { whoOf } from './vocabulary.ts';

/**
 * The rollout as the decision leaves it, with what the journal says of it. A decision that will change the Store is
 * an intent here; what becomes of it is for `settle`.
 */
export function evolve(situation: Situation, decision: Decision): Change {
  const { rollout, now } = situation;
  const moved = move(lookedAt(situation, decision), situation, decision);
  return withJournal(markTold(moved, decision, now), remarksOn(rollout, moved, situation, decision), now);
}

/** What every pass leaves behind, whatever it concluded. A pass that asked no check leaves the evidence as it was. */
function lookedAt({ rollout, observed, evidence, now }: Situation, decision: Decision): Rollout {
  const { storeUnreadable, ...rest } = rollout;
  return {
    ...rest,
    ...(observed.kind === 'unreadable' && { storeUnreadable: storeUnreadable ?? { since: now } }),
    ...('status' in observed && { submissionStatus: observed.status }),
    ...(evidence.length > 0 && {
      evidence: [...evidence],
      budgetSpent: spentOf(evidence),
      unmeasured: unmeasuredSince(rollout, evidence, now),
    }),
    decision: { kind: decision.kind, reason: decision.reason, sentence: decision.sentence, at: now },
    ...('nextLookAt' in decision && { nextLookAt: decision.nextLookAt }),
  };
}

function unmeasuredSince(rollout: Rollout, evidence: readonly Evidence[], now: Date): Rollout['unmeasured'] {
  const silent = evidence.filter((entry) => mayStopRaise(entry) && entry.kind === 'unmeasured');
  return Object.fromEntries(silent.map(({ check }) => [check, rollout.unmeasured[check] ?? { since: now }]));
}

function move(rollout: Rollout, { now }: Situation, decision: Decision): Rollout {
  switch (decision.kind) {
    case 'wait':
    case 'hold':
      return standStill(rollout, decision.reason);
    case 'raise':
    case 'halt':
    case 'finalize':
      return intend(rollout, intentOf(rollout, decision, now));
    case 'adopt':
      return adopt(rollout, decision.adoption, decision.sentence, now);
    case 'fail':
      return end(rollout, 'failed', now);
  }
}

/** Raises that failed are forgotten once something else holds: what comes after it is another matter. */
function standStill(rollout: Rollout, reason: Reason): Rollout {
  if (reason === 'storeUnreadable') return rollout;
  return dropRaise(reason === 'raiseFailed' ? rollout : dropFailedRaises(rollout));
}

/** A raise that an earlier pass left open did not come through, or the Store would show it. */
const dropRaise = (rollout: Rollout): Rollout =>
  rollout.intent?.kind === 'raise' ? dropIntent(rollout) : rollout;

type Changing = Extract<Decision, { kind: 'raise' | 'halt' | 'finalize' }>;

/** A halt or a finalize goes on with one attempt more; a raise is a new one each time. */
function intentOf({ intent }: Rollout, decision: Changing, now: Date): Intent {
  const made = { reason: decision.sentence, since: now, triedAt: now, attempts: 1 };
  if (decision.kind === 'raise') {
    const { kind, percentage, step } = decision;
    return { kind, percentage, step, actor: 'policy', ...made, tryingSince: now };
  }
  const { kind } = decision;
  const trying = kind === 'finalize' && { tryingSince: now };
  return intent?.kind === kind
    ? { ...intent, triedAt: intent.triedAt ?? now, attempts: intent.attempts + 1, ...trying }
    : { kind, ...whoOf(decision), ...made, ...trying };
}

function adopt(rollout: Rollout, adoption: Adoption, sentence: string, now: Date): Rollout {
  switch (adoption.change) {
    case 'published':
      return {
        ...enter(rollout, adoption.percentage, now),
        candidateVersions: [...adoption.candidateVersions],
        ...(adoption.controlVersions && { controlVersions: [...adoption.controlVersions] }),
      };
    case 'confirmed':
      return confirm(rollout, adoption.intent, adoption.percentage, now);
    case 'raised':
      return enter(rollout, adoption.percentage, now);
    case 'lowered':
      return {
        ...enter(rollout, adoption.percentage, now),
        cap: { percentage: adoption.percentage, actor: 'partnerCenter', reason: sentence, at: now },
      };
    case 'halted':
      return end(rollout, 'halted', now);
    case 'finalized':
      return end(rollout, 'completed', now);
  }
}

const escalationOf = (decision: Decision) => ('escalation' in decision ? decision.escalation : undefined);

function remarksOn(before: Rollout, after: Rollout, situation: Situation, decision: Decision): Remark[] {
  const confirmed = decision.kind === 'adopt' && decision.adoption.change === 'confirmed';
  const intents = intentRemarks(before, after, confirmed ? decision.sentence : undefined);
  const closed = intents.filter(({ kind }) => kind === 'effect');
  const opened = intents.filter(({ kind }) => kind === 'intent');
  const isTold = opened.length > 0 || isNews(before, situation, decision);
  return [...closed, ...(isTold ? [decisionRemark(situation, decision)] : []), ...opened];
}

/** The journal has what is new: another decision, other evidence, or people who must be told. */
function isNews(before: Rollout, { evidence }: Situation, decision: Decision): boolean {
  const same = before.decision?.kind === decision.kind && before.decision.reason === decision.reason;
  const kinds = (entries: readonly Evidence[]) => entries.map(({ check, kind }) => `${check}:${kind}`).join();
  const sameEvidence = evidence.length === 0 || kinds(before.evidence) === kinds(evidence);
  return !same || !sameEvidence || escalationOf(decision) !== undefined;
}

const decisionRemark = ({ rollout, evidence }: Situation, decision: Decision): Remark => ({
  kind: 'decision',
  ...('actor' in decision ? whoOf(decision) : { actor: 'policy' as const }),
  subject: decision.kind,
  sentence: decision.sentence,
  ...(escalationOf(decision) && { escalated: true }),
  budgetSpent: evidence.length > 0 ? spentOf(evidence) : rollout.budgetSpent,
  ...(evidence.length > 0 && { evidence: [...evidence] }),
});

/** Remembers what people were told of, so that they are told again only after as long. */
function markTold(rollout: Rollout, decision: Decision, now: Date): Rollout {
  const escalation = escalationOf(decision);
  if (!escalation) return rollout;
  const mark = <Of extends object>(trouble: Of) => ({ ...trouble, escalatedAt: now });
  const { intent, pause, storeUnreadable, failedRaises, unmeasured } = rollout;
  switch (escalation.of) {
    case 'intent':
      return intent ? { ...rollout, intent: mark(intent) } : rollout;
    case 'store':
      return storeUnreadable ? { ...rollout, storeUnreadable: mark(storeUnreadable) } : rollout;
    case 'raise':
      return failedRaises ? { ...rollout, failedRaises: mark(failedRaises) } : rollout;
    case 'pause':
      return pause ? { ...rollout, pause: mark(pause) } : rollout;
    case 'alert':
      return { ...rollout, alertHolds: rollout.alertHolds.map(mark) };
    case 'unmeasured':
      return { ...rollout, unmeasured: markAll(unmeasured, escalation.checks, mark) };
  }
}

const markAll = <Of>(
  all: Record<string, Of>,
  names: readonly string[],
  mark: (of: Of) => Of,
): Record<string, Of> =>
  Object.fromEntries(Object.entries(all).map(([name, of]) => [name, names.includes(name) ? mark(of) : of]));
