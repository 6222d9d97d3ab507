import { type Answer, accepted, already, refused } from './answer.ts';
import type { CommandOf } from './command.ts';
import { intend } from './moves.ts';
import { allSteps, approvalsToFinalize, type Rollout } from './rollout.ts';
import { sayPercentage, sayWho } from './sentence.ts';
import { at } from './situation.ts';
import { isSomebody, sameWho, whoOf } from './vocabulary.ts';

/** The two commands that end a rollout at the Store. */

export function halt(rollout: Rollout, command: CommandOf<'halt'>, now: Date): Answer {
  if (rollout.phase === 'halting')
    // Whoever asks again wants it tried again, now; an alert that comes again is the same alert.
    return command.who.actor === 'alert'
      ? already('The rollout is being halted.')
      : accepted(rollout, rollout, command, now);
  return accepted(rollout, intended(rollout, 'halt', command, now), command, now);
}

export function finalize(rollout: Rollout, command: CommandOf<'finalize'>, now: Date): Answer {
  const { phase, decision, pause, cap } = rollout;
  if (phase === 'halting') return refused('The rollout is being halted, which nothing takes back.');
  if (phase === 'finalizing') return accepted(rollout, overruling(rollout, command), command, now);
  if (phase === 'awaitingPublication')
    return refused(`Only a published rollout can be finalized. ${decision?.sentence ?? ''}`.trim());
  if (cap && cap.percentage < 100)
    return refused(`The rollout is capped at ${sayPercentage(cap.percentage)}: lift the cap first.`);
  // A policy that needs the place for the next submission does not go past a person's word; a person may.
  if (!isSomebody(command.who)) {
    if (pause) return refused(`The rollout is paused: ${pause.reason}`);
    if (rollout.alertHolds.length > 0) return refused('An alert holds the rollout.');
    if (approvalsMissing(rollout, command) > 0) return refused('It still needs a person’s approval.');
  } else if (approvalsMissing(rollout, command) > 0) {
    if (command.approves) return halfApproved(rollout, command, now);
    return refused(
      `Finalizing passes every step to come, and the policy wants ${rollout.policy.approvers === 1 ? 'a person’s approval' : 'two people’s approval'} for that: an approver has to finalize.`,
    );
  }
  return accepted(rollout, intended(rollout, 'finalize', command, now), command, now);
}

/** Going to everyone at once leaves all steps behind, those as well that only approvers may leave. */
const approvalsMissing = (rollout: Rollout, { who, approves }: CommandOf<'finalize'>): number =>
  approvalsToFinalize(rollout, approves === true ? who : undefined);

/** The word of an approver is kept until as many have given it as the policy wants. */
function halfApproved(rollout: Rollout, command: CommandOf<'finalize'>, now: Date): Answer {
  const { who, reason } = command;
  const step = allSteps(rollout);
  if (rollout.approvals.some((given) => given.step === step && sameWho(given, who)))
    return already('You have approved giving it to everyone; another person has to, as well.');
  const approval = { step, ...whoOf(who), reason, at: now };
  const sentence = `${sayWho(who)} approves giving it to everyone; the policy wants another person’s word for it as well.`;
  const kept: Rollout = {
    ...rollout,
    approvals: [...rollout.approvals, approval],
    decision: { kind: 'hold', reason: 'finalizeApproval', sentence, at: now },
  };
  return accepted(rollout, kept, command, now);
}

/** A person who finalizes beside the policy makes it their own word, which evidence does not overrule. */
const overruling = (rollout: Rollout, { who, reason }: CommandOf<'finalize'>): Rollout =>
  rollout.intent && !isSomebody(rollout.intent) && isSomebody(who)
    ? {
        ...rollout,
        intent: {
          ...rollout.intent,
          ...whoOf(who),
          reason: `Finalizing on the word of ${sayWho(who)}: ${reason}`,
        },
      }
    : rollout;

/** The rollout with somebody's intent, and the sentence that says so until the next look. */
function intended(
  rollout: Rollout,
  kind: 'halt' | 'finalize',
  { who, reason: why }: CommandOf<'halt' | 'finalize'>,
  now: Date,
): Rollout {
  const doing = kind === 'halt' ? 'Halting' : 'Finalizing';
  const reason = `${doing} ${at(rollout)} on the word of ${sayWho(who)}: ${why.replace(/\.$/, '')}.`;
  return {
    ...intend(rollout, {
      kind,
      ...whoOf(who),
      reason,
      since: now,
      attempts: 0,
      ...(kind === 'finalize' && { tryingSince: now }),
    }),
    decision: { kind, reason: 'commanded', sentence: reason, at: now },
  };
}
