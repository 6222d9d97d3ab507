import { stageOf } from '../rollout/observed.ts';
import type { Act, Decision, Situation } from './decision.ts';
import type { Delivery } from './delivery.ts';
import { cancelled, fail, takenBack } from './ends.ts';
import type { Observed, SeenSubmission } from './observed.ts';
import { planDraft, planFor } from './plan.ts';
import { draftDifferences } from './proof.ts';

/** The phases of the draft: from its making to its commit. */

type OnDraft = Situation<Extract<Observed, { kind: 'submission' }>>;

const act = (kind: Act, sentence: string): Decision => ({
  kind: 'act',
  reason: 'going',
  sentence,
  act: kind,
});

/** What holds for every phase of the draft, before its own question is asked. */
function common({ delivery, observed: { submission }, now }: OnDraft): Decision | undefined {
  if (submission.status !== 'PendingCommit') return notADraft(delivery, submission);
  if (!submission.madeByApi)
    return fail(
      'takenOver',
      `Submission ${submission.submissionId} is a draft of Partner Center now: go on with it there, or delete it there.`,
    );
  return delivery.cancel && takenBack(delivery, delivery.cancel, now);
}

/** Our own commit may have come through without its answer; a commit of anybody else has taken what was in the draft. */
function notADraft({ phase }: Delivery, { status, submissionId }: SeenSubmission): Decision {
  if (phase === 'committing')
    return {
      kind: 'go',
      phase: 'awaitingPublication',
      reason: 'going',
      sentence: `The Store took the commit; it is at ${status}.`,
    };
  return fail(
    'changedByOthers',
    `Submission ${submissionId} is at ${status}, and Rampart has not committed it: somebody else did. Cancel it in Partner Center if that is not what you want.`,
  );
}

/** Every update of the draft is the whole update again, which does no harm. */
export function updating(situation: OnDraft): Decision {
  const { delivery, observed } = situation;
  const other = common(situation);
  if (other) return other;
  const planned = planDraft(delivery, observed.submission);
  if (planned.kind === 'impossible') return fail('wrongPackages', planned.sentence);
  return act(
    { kind: 'update', plan: planned.plan },
    'Giving the draft its packages, its rollout and its publishing options.',
  );
}

export function uploading(situation: OnDraft): Decision {
  const other = common(situation);
  if (other) return other;
  const { content } = situation.delivery;
  return content
    ? act({ kind: 'upload', content }, 'Uploading the packages.')
    : fail('wrongPackages', 'The packages of this submission are not written down any more.');
}

/** The last look before there is no way back: what is committed now is what was asked for, or nothing is. */
export function committing(situation: OnDraft): Decision {
  const { delivery, observed } = situation;
  const other = common(situation);
  if (other) return other;
  const { expected } = delivery;
  if (!expected) return fail('wrongPackages', 'Nobody knows any more which packages the draft is to have.');
  // What was written down when the draft was updated counts: its packages are not planned anew.
  const differences = draftDifferences(planFor(delivery, expected), observed.submission);
  if (differences.length > 0)
    return fail(
      'changedByOthers',
      `Nothing was committed: the draft is not what was asked for; ${differences.join('; ')}.`,
    );
  return act({ kind: 'commit' }, 'The draft is as asked; handing it to the Store.');
}

/** The draft whose upload URL has expired goes; what follows it is a new one. */
export function renewing({ observed: { submission } }: OnDraft): Decision {
  if (submission.status !== 'PendingCommit')
    return fail(
      'changedByOthers',
      `Submission ${submission.submissionId} is at ${submission.status}: somebody else committed it.`,
    );
  return act({ kind: 'discard' }, 'The upload URL has expired; deleting the draft, to make a new one.');
}

/** Only a draft and a failed submission can be deleted; what is on its way, or published, goes on. */
export function discarding({ delivery, observed: { submission } }: OnDraft): Decision {
  const stage = stageOf(submission.status);
  if (stage === 'draft' || stage === 'failed') return act({ kind: 'discard' }, 'Deleting the draft.');
  const { problem } = delivery;
  if (problem) return committedWrong(problem, submission);
  return {
    kind: 'go',
    phase: 'awaitingPublication',
    reason: 'cancelLate',
    sentence: `The Store has the submission already, at ${submission.status}: the API cannot take it back.`,
  };
}

/** What failed as a draft is not as asked, so it must not count as delivered. */
function committedWrong(problem: NonNullable<Delivery['problem']>, { status }: SeenSubmission): Decision {
  const sentence = `${problem.sentence} The draft was to be deleted, but the Store has it at ${status}. Cancel its certification in Partner Center before it is published; the API cannot.`;
  return {
    kind: 'go',
    phase: 'failing',
    reason: problem.reason,
    sentence,
    handed: { problem: { ...problem, sentence } },
  };
}

/** The draft is gone, which is what was wanted, or the end of it. */
export function draftMissing({ delivery }: Situation, cause: string): Decision {
  const { phase, problem, cancel } = delivery;
  if (phase === 'discarding' && problem) return fail(problem.reason, problem.sentence);
  if (phase === 'discarding' || (cancel && !problem)) return cancelled(cancel);
  if (phase === 'renewing')
    return {
      kind: 'go',
      phase: 'creating',
      reason: 'going',
      sentence: 'The expired draft is gone; the Store is to be asked for a new one.',
      handed: { creates: 0 },
    };
  return fail('submissionMissing', `The submission is gone from its track: ${cause}.`);
}
