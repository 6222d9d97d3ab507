import { after } from '../rollout/looks.ts';
import { stageOf } from '../rollout/observed.ts';
import { sayPercentage, sayTime } from '../rollout/sentence.ts';
import type { Decision, Situation } from './decision.ts';
import type { Delivery } from './delivery.ts';
import { differences, isEarly } from './differences.ts';
import { fail, takenBack } from './ends.ts';
import type { Observed, SeenSubmission } from './observed.ts';
import type { DeliveryReason } from './vocabulary.ts';
import { isProblemOverdue, isTrouble, stuckAfter, waits } from './waits.ts';

/** The phases from the commit on: what the Store makes of the submission, and whether it is still what was asked for. */

type OnSubmission = Situation<Extract<Observed, { kind: 'submission' }>>;

/** How often a commit that the Store has lost is made again. */
const mostCommits = 3;

export function awaitingPublication(situation: OnSubmission): Decision {
  const { delivery, observed, now } = situation;
  const { submission } = observed;
  switch (stageOf(submission.status)) {
    case 'failed':
      // A commit that has failed does not come through late.
      return delivery.cancel
        ? takenBack({ ...delivery, commitAsked: false }, delivery.cancel, now)
        : submissionFailed(submission);
    case 'draft':
      return fellBack(situation);
    case 'published':
      return published(situation);
    case 'processing':
      return processing(situation);
  }
}

/** People can still take it back; after that the Store has only two ends for it. */
export function failing(situation: OnSubmission): Decision {
  const { delivery, observed, now } = situation;
  const { submission } = observed;
  const stage = stageOf(submission.status);
  const { problem } = delivery;
  if (problem === undefined)
    return fail('submissionFailed', 'It was to be taken back, and nobody knows why any more.');
  if (stage === 'published') return publishedWrong(situation, problem.reason, problem.sentence);
  if (stage !== 'processing')
    return fail(
      problem.reason,
      `${problem.sentence} It was taken back: the Store shows ${submission.status}. It stays in the slot until somebody deletes it.`,
    );
  return {
    kind: 'hold',
    reason: problem.reason,
    sentence: problem.sentence,
    nextLookAt: after(now, waits.people),
    escalated: isProblemOverdue(problem, now),
  };
}

/** The first of many; the page has more of them. */
const few = (texts: readonly string[]): string[] =>
  texts.length > 5 ? [...texts.slice(0, 5), `and ${texts.length - 5} more`] : [...texts];

function submissionFailed({ status, errors, certificationReports }: SeenSubmission): Decision {
  const said = few(errors.map(({ code, details }) => `${code}: ${details}`)).join('; ');
  const reports = few(certificationReports.map(({ reportUrl }) => reportUrl)).join(', ');
  const sentence = [
    `The Store will not publish the submission, its status is ${status}${said && `: ${said.replace(/\.$/, '')}`}.`,
    reports && `Its report: ${reports}`,
    'It stays in the slot until it is deleted: the next request can ask for that with "onPendingSubmission": "delete".',
  ];
  return {
    kind: 'fail',
    actor: 'store',
    reason: 'submissionFailed',
    sentence: sentence.filter(Boolean).join(' '),
  };
}

/** The Store documents CommitStarted → CommitFailed, and has been seen to fall back to the draft instead. */
function fellBack({ delivery, observed, now }: OnSubmission): Decision {
  const { submissionId } = observed.submission;
  if (delivery.cancel) return takenBack(delivery, delivery.cancel, now);
  // From further on only people bring it back, in Partner Center: the draft is theirs then.
  const before = delivery.store?.status ?? 'PendingCommit';
  if (before !== 'PendingCommit' && before !== 'CommitStarted')
    return fail(
      'takenOver',
      `Somebody took submission ${submissionId} back from ${before} in Partner Center: it is a draft there. Go on with it there, or delete it there.`,
    );
  if (delivery.commits >= mostCommits)
    return fail(
      'commitLost',
      `The Store has lost the commit ${delivery.commits} times: submission ${submissionId} is a draft again.`,
    );
  return {
    kind: 'go',
    phase: 'committing',
    actor: 'store',
    reason: 'commitLost',
    sentence: 'The Store has fallen back from the commit to the draft; it is to be committed again.',
  };
}

function processing({ delivery, observed: { submission }, now }: OnSubmission): Decision {
  const wrong = differences(delivery, submission);
  if (wrong)
    return toFailing(
      wrong.reason,
      `The submission is at ${submission.status} and not what was asked for: ${wrong.sentence}. Cancel its certification in Partner Center before it is published; the API cannot.`,
      now,
    );
  if (delivery.cancel)
    return {
      kind: 'hold',
      reason: 'cancelLate',
      sentence: `Cancelled, but the Store has the submission at ${submission.status}, where the API cannot take it back: cancel it in Partner Center. If it is published all the same, its rollout is halted at once.`,
      nextLookAt: after(now, waits.people),
      escalated: delivery.trouble?.escalatedAt === undefined || isTrouble(delivery.trouble, now),
    };
  return stuck(delivery, submission, now) ?? waiting(delivery, submission, now);
}

const toFailing = (reason: DeliveryReason, sentence: string, now: Date): Decision => ({
  kind: 'go',
  phase: 'failing',
  reason,
  sentence,
  handed: { problem: { reason, sentence, since: now, escalatedAt: now } },
});

function stuck(
  { ask, committedAt, trouble }: Delivery,
  { status }: SeenSubmission,
  now: Date,
): Decision | undefined {
  const started = status === 'CommitStarted';
  const limit = started ? stuckAfter.CommitStarted : stuckAfter.other;
  const since = started ? committedAt : expectedSince(ask, committedAt, status);
  if (since === undefined || now.getTime() - since.getTime() < limit) return undefined;
  return {
    kind: 'hold',
    reason: 'stuck',
    sentence: started
      ? 'The Store has been at CommitStarted for more than a day. "Submit" in Partner Center has been seen to push such a submission on.'
      : `The submission has been waited for since ${sayTime(since)}, more than a week: the Store is at ${status}.`,
    nextLookAt: after(now, waits.publication),
    escalated: trouble?.escalatedAt === undefined || isTrouble(trouble, now),
  };
}

/** From when on a publication is waited for: a date may lie ahead, and what a person publishes by hand waits for the person. */
function expectedSince(
  ask: Delivery['ask'],
  committedAt: Date | undefined,
  status: string,
): Date | undefined {
  if (ask.publishMode === 'Manual' && ['Release', 'PendingPublication', 'Publishing'].includes(status))
    return undefined;
  const date = typeof ask.publishMode === 'object' ? ask.publishMode.date : undefined;
  return date && committedAt && date > committedAt ? date : committedAt;
}

const awaitsPublish = (ask: Delivery['ask'], status: string): boolean =>
  status === 'Release' && ask.publishMode !== 'Immediate';

function waiting({ ask }: Delivery, submission: SeenSubmission, now: Date): Decision {
  const { status } = submission;
  const manual = awaitsPublish(ask, status);
  const until =
    typeof ask.publishMode === 'object'
      ? `publishes it at ${ask.publishMode.date.toISOString()}`
      : 'waits for "Publish now" in Partner Center';
  return {
    kind: manual && ask.publishMode === 'Manual' ? 'hold' : 'wait',
    reason: manual ? 'awaitingPublish' : 'inProcess',
    sentence: manual ? `The submission is certified; the Store ${until}.` : `The Store is at ${status}.`,
    nextLookAt: after(now, isEarly(submission) ? waits.processing : waits.publication),
  };
}

function published(situation: OnSubmission): Decision {
  const { delivery, observed, now } = situation;
  const { submission } = observed;
  const wrong = differences(delivery, submission);
  if (wrong)
    return publishedWrong(
      situation,
      wrong.reason,
      `The submission was published and is not what was asked for: ${wrong.sentence}.`,
    );
  const shown = `${sayPercentage(submission.rollout?.percentage ?? 0)}`;
  switch (submission.rolloutState) {
    case 'inProgress':
      return delivery.cancel
        ? handOver(
            `The Store published the submission after it was cancelled; its rollout at ${shown} is to be halted.`,
            { halt: delivery.cancel.reason },
          )
        : handOver(
            `The Store published the submission, and its rollout is in progress at ${shown}, as asked.`,
          );
    case 'stopped':
    case 'complete':
      return {
        ...handOver(`The Store published the submission; its rollout is ${submission.rolloutState} already.`),
        ...(delivery.cancel && submission.rolloutState === 'complete' && { escalated: true }),
      };
    case 'notStarted':
    case 'notGradual':
    case 'unknown':
    case undefined:
      return {
        kind: 'wait',
        reason: 'rolloutNotStarted',
        sentence: 'The submission is published, and the Store has not begun its rollout yet.',
        nextLookAt: after(now, waits.processing),
        escalated: isTrouble(delivery.trouble, now),
      };
  }
}

const handOver = (sentence: string, how: { paused?: string; halt?: string } = {}): Decision => ({
  kind: 'handOver',
  actor: 'store',
  reason: 'published',
  sentence,
  ...how,
});

/** Users get it by now. Where there is a rollout it is watched, and can be halted; nothing raises it without a person's word. */
function publishedWrong(
  { delivery, observed: { submission } }: OnSubmission,
  reason: DeliveryReason,
  sentence: string,
): Decision {
  const { rollout, rolloutState: state } = submission;
  if (state === 'stopped' || state === 'complete')
    return fail(reason, `${sentence} Its rollout is ${state} already.`);
  if (!rollout?.enabled)
    return fail(
      reason,
      `${sentence} It went to everyone at once, and only a new submission with a higher version changes that.`,
    );
  const { cancel } = delivery;
  const then = cancel
    ? 'Its rollout is to be halted, because the submission was cancelled.'
    : 'Its rollout begins paused: nothing is raised; halt it, or resume it.';
  const how = { paused: sentence, ...(cancel && { halt: cancel.reason }) };
  return { ...handOver(`${sentence} ${then}`, how), reason };
}
