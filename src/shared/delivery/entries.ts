import type { Remark } from '../rollout/journal.ts';
import { sayPercentage } from '../rollout/sentence.ts';
import { type Who, whoOf } from '../rollout/vocabulary.ts';
import type { Decision } from './decision.ts';
import { askedPercentage, type Delivery } from './delivery.ts';

/** What the journal says of a delivery: each phase that changes the Store has an entry before the Store is called. */

/** The decisions that people must look at, besides those that say so themselves. */
const isAlarm = (decision: Decision): boolean =>
  decision.kind === 'fail' ||
  (decision.kind === 'go' && decision.phase === 'failing') ||
  (decision.kind === 'handOver' && decision.paused !== undefined) ||
  ('escalated' in decision && decision.escalated === true);

function subjectOf({ phase }: Delivery, decision: Decision): string {
  if (decision.kind === 'go') return phase;
  return decision.kind === 'act' ? decision.act.kind : decision.kind;
}

/** What ends by somebody's word is theirs. */
const whoDecided = ({ cancel }: Delivery, decision: Decision): Who =>
  decision.kind === 'cancel' && cancel ? whoOf(cancel) : { actor: decision.actor ?? 'policy' };

export const decisionRemark = (delivery: Delivery, decision: Decision): Remark => ({
  kind: 'decision',
  ...whoDecided(delivery, decision),
  subject: subjectOf(delivery, decision),
  sentence: delivery.sentence,
  ...(isAlarm(decision) && { escalated: true }),
  ...('evidence' in decision && decision.evidence && { evidence: [...decision.evidence] }),
});

/** What the phase that begins will ask of the Store; nothing for those that only look. */
export function intentRemark(delivery: Delivery): Remark[] {
  const asks = asked(delivery);
  return asks === undefined
    ? []
    : [{ kind: 'intent', actor: 'policy', subject: delivery.phase, sentence: asks }];
}

function asked(delivery: Delivery): string | undefined {
  const { phase, submissionId = '', clearing, content } = delivery;
  switch (phase) {
    case 'clearing':
      return clearing?.kind === 'deletePending'
        ? `The Store is to be asked to delete submission ${clearing.submissionId}.`
        : `The Store is to be asked to ${clearing?.kind} the rollout of submission ${clearing?.submissionId}.`;
    case 'creating':
      return 'The Store is to be asked for a draft.';
    case 'updating':
      return `The draft ${submissionId} is to get ${content?.files.map(({ fileName }) => fileName).join(', ')} and a gradual rollout at ${sayPercentage(askedPercentage(delivery))}.`;
    case 'uploading':
      return `The packages are to be uploaded for the draft ${submissionId}.`;
    case 'renewing':
    case 'discarding':
      return `The Store is to be asked to delete the draft ${submissionId}.`;
    case 'committing':
      return `The draft ${submissionId} is to be committed.`;
    case 'checking':
    case 'awaitingPublication':
    case 'failing':
    case 'handedOver':
    case 'cancelled':
    case 'failed':
      return undefined;
  }
}

export const effectRemark = (delivery: Delivery, sentence: string): Remark => ({
  kind: 'effect',
  actor: 'policy',
  subject: delivery.phase,
  sentence,
});
