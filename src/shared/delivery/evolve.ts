import type { Remark } from '../rollout/journal.ts';
import { after } from '../rollout/looks.ts';
import type { Decision, Handed, Situation } from './decision.ts';
import {
  type Delivery,
  type DeliveryChange,
  isOnlyOfFlight,
  type Said,
  saysDraftStays,
  withEntries,
} from './delivery.ts';
import { decisionRemark, effectRemark, intentRemark } from './entries.ts';
import type { Observed, SeenSubmission } from './observed.ts';
import { type DeliveryPhase, type DeliveryReason, hasArrived } from './vocabulary.ts';
import { waits } from './waits.ts';

/**
 * The delivery as the decision leaves it, with what the journal says of it. An act is only announced here: what becomes
 * of it is for `settle`.
 */
export function evolve(situation: Situation, decision: Decision): DeliveryChange {
  const { delivery, observed, now } = situation;
  const looked = {
    ...lookedAt(delivery, observed, now),
    reason: decision.reason,
    sentence: decision.sentence,
  };
  const moved = move(looked, decision, now);
  return withEntries(moved, remarksOn(delivery, moved, decision), now);
}

function lookedAt(delivery: Delivery, observed: Observed, now: Date): Delivery {
  if (observed.kind !== 'submission') return delivery;
  return { ...delivery, store: saidOf(observed.submission, now) };
}

/** As much as a column of a row can hold: 32 000 characters. The Store's own page has the rest. */
const mostDetails = 15;
const mostText = 500;

export function saidOf(submission: SeenSubmission, now: Date): Said {
  const details = (list: SeenSubmission['errors']) =>
    list.slice(0, mostDetails).map(({ code, details: text }) => ({ code, details: text.slice(0, mostText) }));
  return {
    status: submission.status,
    at: now,
    errors: details(submission.errors),
    warnings: details(submission.warnings),
    certificationReports: submission.certificationReports
      .slice(-mostDetails)
      .map((report) => ({ ...report })),
  };
}

function move(delivery: Delivery, decision: Decision, now: Date): Delivery {
  switch (decision.kind) {
    case 'wait':
    case 'hold':
      return stay(delivery, decision, now);
    case 'go':
      return enter(delivery, decision.phase, decision.handed ?? {}, now);
    case 'act':
      return announce(delivery, decision.act, now);
    case 'fail':
      return giveUp(delivery, decision, now);
    case 'cancel':
      return arrive(delivery, 'cancelled', now);
    case 'handOver':
      return { ...delivery, nextLookAt: after(now, waits.acting) };
  }
}

/** What is no trouble for a while, and is told when it lasts. */
const troubles: readonly DeliveryReason[] = ['storeUnreadable', 'stuck', 'rolloutNotStarted', 'cancelLate'];

type Staying = Extract<Decision, { kind: 'wait' | 'hold' }>;

function stay(delivery: Delivery, { reason, sentence, nextLookAt, escalated }: Staying, now: Date): Delivery {
  const told = escalated ? { escalatedAt: now } : {};
  const lasting = troubles.includes(reason);
  const { trouble, problem, ...rest } = delivery;
  return {
    ...rest,
    ...(lasting && {
      trouble: {
        since: now,
        ...trouble,
        count: (trouble?.count ?? 0) + 1,
        repeats: trouble?.cause === sentence ? (trouble.repeats ?? 1) + 1 : 1,
        cause: sentence,
        ...told,
      },
    }),
    ...(problem && { problem: { ...problem, ...told } }),
    nextLookAt,
  };
}

/** The next phase begins at once. */
export function enter(delivery: Delivery, phase: DeliveryPhase, handed: Handed, now: Date): Delivery {
  const { trouble: _, ...rest } = delivery;
  const committed = delivery.phase === 'committing' && phase === 'awaitingPublication';
  const without = phase === 'creating' ? withoutDraft(rest) : rest;
  return {
    ...without,
    ...handed,
    phase,
    nextLookAt: now,
    ...(committed && { commits: delivery.commits + 1 }),
    ...(phase === 'awaitingPublication' && { committedAt: now }),
  };
}

function withoutDraft({ submissionId: _s, expected: _e, upload: _u, ...rest }: Delivery): Delivery {
  return { ...rest, commitAsked: false };
}

/** Nobody else starts beside an act: the next look is after the longest that it can take. */
function announce(delivery: Delivery, act: Extract<Decision, { kind: 'act' }>['act'], now: Date): Delivery {
  const longest = act.kind === 'upload' ? waits.uploading : waits.acting;
  return {
    ...delivery,
    ...(act.kind === 'create' && { creates: delivery.creates + 1 }),
    ...(act.kind === 'commit' && { commitAsked: true }),
    nextLookAt: after(now, longest),
  };
}

const draftPhases: readonly DeliveryPhase[] = ['updating', 'uploading', 'renewing', 'committing'];

/** A draft that leads nowhere is deleted, unless that could break the flight, or somebody else has taken it over. */
export function giveUp(
  delivery: Delivery,
  { reason, sentence }: Pick<Decision, 'reason' | 'sentence'>,
  now: Date,
): Delivery {
  const problem = delivery.problem ?? { reason, sentence, since: now };
  const { phase, submissionId } = delivery;
  const isDraft = delivery.store?.status === 'PendingCommit';
  const inDraftPhase = draftPhases.includes(phase) || (phase === 'awaitingPublication' && isDraft);
  const hasDraft = inDraftPhase && submissionId !== undefined;
  const others = reason === 'changedByOthers' && !isDraft;
  if (!hasDraft || others || reason === 'submissionMissing' || reason === 'takenOver')
    return arrive({ ...delivery, problem }, 'failed', now);
  if (isOnlyOfFlight(delivery)) return leaveDraft(delivery, problem, now);
  return { ...enter(delivery, 'discarding', { problem }, now), sentence, reason };
}

function leaveDraft(delivery: Delivery, problem: NonNullable<Delivery['problem']>, now: Date): Delivery {
  const sentence = `${problem.sentence} ${saysDraftStays(delivery)}`;
  return { ...arrive({ ...delivery, problem: { ...problem, sentence } }, 'failed', now), sentence };
}

export function arrive(
  delivery: Delivery,
  phase: 'cancelled' | 'failed' | 'handedOver',
  now: Date,
): Delivery {
  const { nextLookAt: _, trouble: _t, ...rest } = delivery;
  return { ...rest, phase, endedAt: now };
}

function remarksOn(before: Delivery, next: Delivery, decision: Decision): Remark[] {
  const announced = decision.kind === 'act' || decision.kind === 'handOver';
  if (announced && before.phase === next.phase && before.sentence === next.sentence) return [];
  // A hand-over that is tried again was told; what keeps it from coming through is told by its outcome.
  if (decision.kind === 'handOver' && before.reason === 'retrying') return [];
  // One obstacle after the other is cleared in one phase, and each is an intent of its own.
  const moved = before.phase !== next.phase || decision.kind === 'go';
  const entered = moved && !hasArrived(next.phase);
  const isNews =
    moved ||
    before.reason !== decision.reason ||
    ('escalated' in decision && decision.escalated === true) ||
    decision.kind === 'handOver';
  return [...(isNews ? [decisionRemark(next, decision)] : []), ...(entered ? intentRemark(next) : [])];
}

/** The rollout is there: this delivery has arrived, as asked or with a problem that people have to look at. */
export function handedOver(
  delivery: Delivery,
  { paused, reason }: Extract<Decision, { kind: 'handOver' }>,
  rolloutId: string,
  now: Date,
): DeliveryChange {
  const problem =
    paused === undefined ? undefined : (delivery.problem ?? { reason, sentence: paused, since: now });
  const next = arrive(
    { ...delivery, rolloutId, ...(problem && { problem }) },
    problem ? 'failed' : 'handedOver',
    now,
  );
  return withEntries(next, [effectRemark(next, `Handed over to the rollout ${rolloutId}.`)], now);
}
