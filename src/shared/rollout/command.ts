import { type Change, type Remark, withJournal } from './journal.ts';
import { nextIntentLook } from './looks.ts';
import { dropCap, dropPause, intend } from './moves.ts';
import { intentRemarks } from './remarks.ts';
import { awaitsApproval, currentBake, type Rollout } from './rollout.ts';
import { sayPercentage } from './sentence.ts';
import { at } from './situation.ts';
import { sayPause } from './stepGates.ts';
import { hasEnded } from './vocabulary.ts';

/** What a person can tell a rollout, or a policy that needs its place for the next submission. */
export type Command = { readonly reason: string; readonly actor?: 'operator' | 'policy' } & (
  | { readonly kind: 'halt' | 'finalize' | 'pause' | 'resume' | 'approve' }
  /** `null` lifts the cap. */
  | { readonly kind: 'cap'; readonly percentage: number | null }
);

const actorOf = ({ actor = 'operator' }: Command) => actor;

export type Answer =
  /** The rollout is another now. */
  | { readonly kind: 'accepted'; readonly change: Change }
  /** It is so already; nothing is to be done. */
  | { readonly kind: 'already'; readonly sentence: string }
  /** It cannot be; the sentence says why, and what to do instead. */
  | { readonly kind: 'refused'; readonly sentence: string };

/** What a command does to a rollout. A halt wins over everything that has not ended. */
export function receive(rollout: Rollout, command: Command, now: Date): Answer {
  if (hasEnded(rollout.phase)) return receiveAfterEnd(rollout, command);
  switch (command.kind) {
    case 'halt':
      return halt(rollout, command, now);
    case 'finalize':
      return finalize(rollout, command, now);
    case 'pause':
      return pause(rollout, command, now);
    case 'resume':
      return resume(rollout, command, now);
    case 'approve':
      return approve(rollout, command, now);
    case 'cap':
      return cap(rollout, command, now);
  }
}

const refused = (sentence: string): Answer => ({ kind: 'refused', sentence });
const already = (sentence: string): Answer => ({ kind: 'already', sentence });

function says(command: Command): string {
  if (command.kind !== 'cap') return command.reason;
  const { percentage, reason } = command;
  return percentage === null ? `Cap lifted: ${reason}` : `Capped at ${sayPercentage(percentage)}: ${reason}`;
}

function accepted(before: Rollout, after: Rollout, command: Command, now: Date): Answer {
  const told: Remark = {
    kind: 'command',
    actor: actorOf(command),
    subject: command.kind,
    sentence: says(command),
  };
  // An intent is tried at once by whoever gave it; the passes take it up only if that comes to nothing.
  const nextLookAt = after.intent ? nextIntentLook(now, 1) : now;
  return {
    kind: 'accepted',
    change: withJournal({ ...after, nextLookAt }, [told, ...intentRemarks(before, after)], now),
  };
}

function receiveAfterEnd({ phase, decision }: Rollout, { kind }: Command): Answer {
  if (phase === 'halted' && kind === 'halt') return already('The rollout is halted.');
  if (phase === 'completed' && kind === 'finalize') return already('The rollout is finalized.');
  if (phase === 'completed')
    return refused(
      'The rollout is finalized: everyone gets the build. Only a new submission with a higher version changes that.',
    );
  if (phase === 'halted')
    return refused(
      'The rollout is halted, and the Store cannot resume a halted rollout. Start one for a new submission.',
    );
  return refused(`The rollout has failed. ${decision?.sentence ?? ''}`.trim());
}

function halt(rollout: Rollout, command: Command, now: Date): Answer {
  if (rollout.phase === 'halting') return accepted(rollout, rollout, command, now);
  return accepted(rollout, intended(rollout, 'halt', command, now), command, now);
}

function finalize(rollout: Rollout, command: Command, now: Date): Answer {
  if (rollout.phase === 'finalizing') return accepted(rollout, overruling(rollout, command), command, now);
  if (rollout.phase === 'halting') return refused('A halt is under way, and nothing overtakes a halt.');
  if (rollout.phase === 'awaitingPublication')
    return refused(`Only a published rollout can be finalized. ${rollout.decision?.sentence ?? ''}`.trim());
  // A policy that needs the place for the next submission does not go past a person's word; a person may.
  if (actorOf(command) === 'policy' && rollout.pause)
    return refused(`The rollout is paused: ${rollout.pause.reason}`);
  if (actorOf(command) === 'policy' && awaitsApproval(rollout))
    return refused('Its step still needs a person’s approval.');
  if (rollout.cap && rollout.cap.percentage < 100)
    return refused(`The rollout is capped at ${sayPercentage(rollout.cap.percentage)}: lift the cap first.`);
  return accepted(rollout, intended(rollout, 'finalize', command, now), command, now);
}

/** A person who finalizes beside the policy makes it their own word, which evidence does not overrule. */
const overruling = (rollout: Rollout, command: Command): Rollout =>
  rollout.intent?.actor === 'policy' && actorOf(command) === 'operator'
    ? {
        ...rollout,
        intent: {
          ...rollout.intent,
          actor: 'operator',
          reason: `Finalizing by an operator’s word: ${command.reason}`,
        },
      }
    : rollout;

/** The rollout with a person's intent, and the sentence that says so until the next look. */
function intended(rollout: Rollout, kind: 'halt' | 'finalize', command: Command, now: Date): Rollout {
  const doing = kind === 'halt' ? 'Halting' : 'Finalizing';
  const actor = actorOf(command);
  const word = actor === 'operator' ? 'an operator’s word' : 'the next submission’s policy';
  const reason = `${doing} ${at(rollout)} by ${word}: ${command.reason.replace(/\.$/, '')}.`;
  return {
    ...intend(rollout, { kind, actor, reason, since: now, attempts: 0 }),
    decision: { kind, reason: 'commanded', sentence: reason, at: now },
  };
}

/** Pausing, approving and capping speak of raises; while a halt or a finalize is under way there are none. */
const underway = ({ phase }: Rollout): Answer | undefined =>
  phase === 'halting' || phase === 'finalizing'
    ? refused(`The rollout is ${phase}: there is nothing left to raise.`)
    : undefined;

function pause(rollout: Rollout, command: Command, now: Date): Answer {
  if (rollout.pause) return already(`The rollout is paused: ${rollout.pause.reason}`);
  const by = { actor: actorOf(command), reason: command.reason, at: now };
  const sentence = sayPause(rollout, by);
  const paused: Rollout = {
    ...rollout,
    pause: by,
    decision: { kind: 'hold', reason: 'paused', sentence, at: now },
  };
  return underway(rollout) ?? accepted(rollout, paused, command, now);
}

function resume(rollout: Rollout, command: Command, now: Date): Answer {
  if (!rollout.pause) return already('The rollout is not paused.');
  const resumed: Rollout = {
    ...dropPause(rollout),
    decision: { kind: 'wait', reason: 'commanded', sentence: resumedSentence(command), at: now },
  };
  return underway(rollout) ?? accepted(rollout, resumed, command, now);
}

const resumedSentence = ({ reason }: Command): string =>
  `Resumed: ${reason.replace(/\.$/, '')}. It is looked at next.`;

function approve(rollout: Rollout, command: Command, now: Date): Answer {
  const { step } = rollout;
  if (rollout.phase !== 'ramping' || !currentBake(rollout).approval)
    return refused(
      `Nothing waits for approval: the rollout is ${rollout.phase} at ${sayPercentage(rollout.percentage)}.`,
    );
  if (rollout.approval?.step === step) return already('This step is approved.');
  return accepted(
    rollout,
    { ...rollout, approval: { step, actor: 'operator', reason: command.reason, at: now } },
    command,
    now,
  );
}

function cap(rollout: Rollout, command: Extract<Command, { kind: 'cap' }>, now: Date): Answer {
  const { percentage, reason } = command;
  if (percentage === null && !rollout.cap) return already('The rollout is not capped.');
  const capped: Rollout =
    percentage === null
      ? dropCap(rollout)
      : { ...rollout, cap: { percentage, actor: 'operator', reason, at: now } };
  return underway(rollout) ?? accepted(rollout, capped, command, now);
}
