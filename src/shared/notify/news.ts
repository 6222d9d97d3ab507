import type { Change, JournalEntry } from '../rollout/journal.ts';
import type { Reason } from '../rollout/reason.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { hasEnded, whoOf } from '../rollout/vocabulary.ts';
import type { Notice, NoticeEvent } from './notice.ts';

/**
 * What people must be told of a change, one notice for each entry of the journal that is news. Looks that only wait, or
 * that hold for more evidence, are none.
 *
 * @param before the rollout before the change; undefined when it is new
 */
export const newsOf = (before: Rollout | undefined, change: Change): Notice[] =>
  change.entries.flatMap((entry) => {
    const event = eventOf(before, change, entry);
    return event === undefined ? [] : [noticeOf(event, change.rollout, entry)];
  });

function eventOf(before: Rollout | undefined, change: Change, entry: JournalEntry): NoticeEvent | undefined {
  switch (entry.kind) {
    case 'decision':
      return entry.escalated ? escalated(before, change.rollout) : decided(before, change.rollout, entry);
    case 'intent':
      return entry.subject === 'halt' ? 'halting' : undefined;
    case 'effect':
      return before === undefined ? undefined : effected(before, change, entry);
    case 'command':
    case 'alert':
      return said(change.rollout, entry);
  }
}

/** What holds it is told as soon as somebody says so. Of a halt, the intent is told. */
function said({ decision }: Rollout, { subject }: JournalEntry): NoticeEvent | undefined {
  if (subject === 'finalize' && decision?.reason === 'finalizeApproval') return 'needsApproval';
  return subject === 'pause' || subject === 'hold' ? 'held' : undefined;
}

/** An escalation is told each time: the rollout itself sees to it that the times lie apart. */
function escalated(before: Rollout | undefined, { intent, pause }: Rollout): NoticeEvent {
  const told = intent?.escalatedAt?.getTime();
  if (told !== undefined && told !== before?.intent?.escalatedAt?.getTime()) return 'unconfirmed';
  const reminded = pause?.escalatedAt?.getTime();
  return reminded !== undefined && reminded !== before?.pause?.escalatedAt?.getTime()
    ? 'pauseOverdue'
    : 'held';
}

function decided(
  before: Rollout | undefined,
  { decision, percentage }: Rollout,
  { subject, actor }: JournalEntry,
): NoticeEvent | undefined {
  if (subject === 'fail') return 'failed';
  if (subject === 'adopt' && actor === 'partnerCenter') return 'drift';
  if (subject === 'adopt') return decision?.reason === 'published' && percentage > 0 ? 'raised' : undefined;
  // The journal has it again when only the evidence is another.
  if (subject !== 'hold' || before?.decision?.reason === decision?.reason) return undefined;
  return decision && heldFor[decision.reason];
}

/**
 * The holds that are news as soon as they begin. Silence and failed raises are once they last: they escalate. A pause and
 * an alert are told by their own entries.
 */
const heldFor: Partial<Record<Reason, NoticeEvent>> = {
  bad: 'held',
  capped: 'held',
  draft: 'held',
  fellBack: 'held',
  approval: 'needsApproval',
  finalizeByHand: 'needsApproval',
};

/** An attempt that came to nothing is no news before it lasts; what the Store shows is. */
function effected(
  before: Rollout,
  { rollout, entries }: Change,
  { subject }: JournalEntry,
): NoticeEvent | undefined {
  // The entry that says what somebody did at the Store tells it better.
  if (entries.some(({ kind, actor }) => kind === 'decision' && actor === 'partnerCenter')) return undefined;
  if (hasEnded(rollout.phase) && !hasEnded(before.phase)) return endings[rollout.phase];
  return subject === 'raise' && rollout.percentage > before.percentage ? 'raised' : undefined;
}

/** What failed is told by the decision that says why. */
const endings = { halted: 'halted', completed: 'finalized', failed: undefined } as const;

/** The longest sentence that is told, in characters: the journal has it whole. */
const longestSentence = 4_000;

function noticeOf(event: NoticeEvent, rollout: Rollout, entry: JournalEntry): Notice {
  const { id, publisher, applicationId, flightId, submissionId, phase, percentage } = rollout;
  const { candidateVersions, intent } = rollout;
  return {
    id: `${id}.${entry.sequence}`,
    event,
    at: entry.at,
    rolloutId: id,
    sequence: entry.sequence,
    publisher,
    applicationId,
    submissionId,
    phase,
    percentage,
    ...(flightId !== undefined && { flightId }),
    ...(candidateVersions && { versions: candidateVersions }),
    sentence: sentenceOf(rollout, entry).slice(0, longestSentence),
    ...whoOf(entry),
    ...(event === 'unconfirmed' && intent && intent.kind !== 'raise' && { intent: intent.kind }),
    ...(event === 'needsApproval' && approvable(rollout)),
    haltable: !hasEnded(phase) && phase !== 'halting',
  };
}

/** Of an intent and of a person's word the rollout says more than the entry; of an effect it says why it was done. */
function sentenceOf({ decision, intent }: Rollout, { kind, sentence }: JournalEntry): string {
  switch (kind) {
    case 'decision':
      return sentence;
    case 'intent':
      return intent?.reason ?? sentence;
    case 'effect':
      return decision?.reason === 'confirmed' ? decision.sentence : sentence;
    case 'command':
    case 'alert':
      return decision?.kind === 'hold' ? decision.sentence : sentence;
  }
}

/** Nobody knows whose hand follows a link, so it is no word where two different people have to give theirs. */
const approvable = ({ decision, policy, step, stepSince }: Rollout): Pick<Notice, 'approvable'> =>
  decision?.reason === 'approval' && policy.approvers === 1 && stepSince
    ? { approvable: { step, since: stepSince } }
    : {};
