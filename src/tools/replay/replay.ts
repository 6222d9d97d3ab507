import type { Policy } from '../../shared/rollout/policy.ts';
import { receive } from '../../shared/rollout/receive.ts';
import { awaitsApproval, newRollout, type Rollout } from '../../shared/rollout/rollout.ts';
import { sayTime } from '../../shared/rollout/sentence.ts';
import { type Look, lookAt } from './look.ts';
import { nextLook, type Pace } from './nextLook.ts';
import type { Reach, ReplayTelemetry } from './telemetry.ts';

export type ReplayOptions = {
  readonly start: Date;
  /** There is nothing to know after this; the first look at or after it is the last. */
  readonly until: Date;
  /** Whether a person who is asked for an approval gives it at once, or the replay ends there. */
  readonly approvals: 'atOnce' | 'never';
  readonly pace: Pace;
};

const endingKinds = [
  /** The Store has the build for everyone. */
  'finalized',
  /** The Store gives the build to nobody new. */
  'halted',
  /** A person is asked to approve or to finalize, and the replay has nobody. */
  'asked',
  /** Nothing more is known, and the rollout goes on. */
  'dataOver',
] as const;

/** How a replay ended. */
export type Ending = {
  readonly kind: (typeof endingKinds)[number];
  readonly at: Date;
  readonly percentage: number;
  readonly sentence: string;
};

const names = { publisher: 'replay', applicationId: '9N0000000000', submissionId: '1000000' } as const;

/**
 * Plays a rollout under a policy, from its publication at the first step's percentage, look by look. It rests on nothing
 * but its arguments, and gives the same looks each time.
 */
export function* replay(
  policy: Policy,
  telemetry: ReplayTelemetry,
  options: ReplayOptions,
): Generator<Look, Ending> {
  const { start, until, approvals, pace } = options;
  const reached: Reach[] = [];
  let rollout = newRollout({ ...names, policy }, start);
  let now = start;
  for (;;) {
    const looked = lookAt(rollout, telemetry, reached, now);
    const look = approvals === 'atOnce' ? approved(looked) : looked;
    yield look;
    rollout = look.rollout;
    const { percentage } = rollout;
    if (percentage !== reached.at(-1)?.percentage) reached.push({ since: now, percentage });
    const ending = endingOf(look, until);
    if (ending) return ending;
    now = nextLook(look, pace, { start, until, news: telemetry.nextNews(now, reached) });
  }
}

/** Whoever is asked approves at once; the journal says so. */
function approved(look: Look): Look {
  if (!isAsked(look, 'approval')) return look;
  let seen = look;
  for (const name of ['first', 'second'].slice(0, look.rollout.policy.approvers)) {
    const who = { actor: 'person', by: `the ${name} approver` } as const;
    const command = { kind: 'approve', reason: 'Granted at once by the replay.', who } as const;
    const answer = receive(seen.rollout, command, seen.at);
    if (answer.kind !== 'accepted') return seen;
    const { rollout, entries } = answer.change;
    seen = { ...seen, rollout, entries: [...seen.entries, ...entries] };
  }
  return seen;
}

const isAsked = ({ decision }: Look, reason: 'approval' | 'finalizeByHand'): boolean =>
  decision.kind === 'hold' && decision.reason === reason;

function endingOf(look: Look, until: Date): Ending | undefined {
  const { at, percentage, rollout, decision } = look;
  if (rollout.phase === 'completed')
    return {
      kind: 'finalized',
      at,
      percentage,
      sentence: 'The rollout is finalized: everyone gets the build.',
    };
  if (rollout.phase === 'halted')
    return { kind: 'halted', at, percentage, sentence: 'The rollout is halted: nobody new gets the build.' };
  const asked = isAsked(look, 'finalizeByHand') || (isAsked(look, 'approval') && !isGranted(rollout));
  if (asked)
    return { kind: 'asked', at, percentage, sentence: `A person is asked now. ${decision.sentence}` };
  if (at < until) return undefined;
  const sentence = `Nothing is known after ${sayTime(until)}, and the rollout has not ended. ${decision.sentence}`;
  return { kind: 'dataOver', at, percentage, sentence };
}

const isGranted = (rollout: Rollout): boolean => !awaitsApproval(rollout);
