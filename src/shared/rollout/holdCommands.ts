import { type Answer, accepted, already, refused } from './answer.ts';
import type { CommandOf, StepEntry } from './command.ts';
import { sayAlertHolds, sayPause } from './holdGates.ts';
import { dropAlertHolds, dropCap, dropPause } from './moves.ts';
import { approversOf, currentBake, type Pause, type Rollout } from './rollout.ts';
import { sayPercentage } from './sentence.ts';
import { sameWho, whoOf } from './vocabulary.ts';

/** The commands that keep a rollout where it is, or let it go on. */

/** All of them speak of raises; while a halt or a finalize is under way there are none. */
const underway = ({ phase }: Rollout): Answer | undefined =>
  phase === 'halting' || phase === 'finalizing'
    ? refused(`The rollout is ${phase}: there is nothing left to raise.`)
    : undefined;

/** Who did it, why, and when, as it is stored. */
const bySomeone = ({ who, reason }: { who: CommandOf<'pause'>['who']; reason: string }, now: Date) => ({
  ...whoOf(who),
  reason,
  at: now,
});

/** A pause with another end takes the place of the one that is. */
export function pause(rollout: Rollout, command: CommandOf<'pause'>, now: Date): Answer {
  const { until, owner } = command;
  const isOver = rollout.pause?.until !== undefined && rollout.pause.until <= now;
  if (rollout.pause && !isOver && until === undefined && owner === undefined)
    return already(`The rollout is paused: ${rollout.pause.reason}`);
  if (until && until <= now) return refused('The pause would end before it begins: give a time to come.');
  const by: Pause = { ...bySomeone(command, now), ...(until && { until }), ...(owner && { owner }) };
  const sentence = sayPause(rollout, by);
  const paused: Rollout = {
    ...rollout,
    pause: by,
    decision: { kind: 'hold', reason: 'paused', sentence, at: now },
  };
  return underway(rollout) ?? accepted(rollout, paused, command, now);
}

/** Ends a pause, and what alerts hold as well: not every alert is ever resolved. */
export function resume(rollout: Rollout, command: CommandOf<'resume'>, now: Date): Answer {
  if (!rollout.pause && rollout.alertHolds.length === 0) return already('The rollout is not paused.');
  const sentence = `Resumed: ${command.reason.replace(/\.$/, '')}. It is looked at next.`;
  const resumed: Rollout = {
    ...dropAlertHolds(dropPause(rollout)),
    decision: { kind: 'wait', reason: 'commanded', sentence, at: now },
  };
  return underway(rollout) ?? accepted(rollout, resumed, command, now);
}

/** Whether the rollout is no longer at a step as it was entered then. */
export const hasLeft = (
  { step, stepSince }: Pick<Rollout, 'step' | 'stepSince'>,
  entry: StepEntry,
): boolean => step !== entry.step || stepSince?.getTime() !== entry.since.getTime();

export const leftStep = 'The rollout has left the step that was to be approved.';

export function approve(rollout: Rollout, command: CommandOf<'approve'>, now: Date): Answer {
  const { step, policy } = rollout;
  if (command.approves && hasLeft(rollout, command.approves)) return refused(leftStep);
  if (rollout.phase !== 'ramping' || !currentBake(rollout).approval)
    return refused(
      `Nothing waits for approval: the rollout is ${rollout.phase} at ${sayPercentage(rollout.percentage)}.`,
    );
  const given = approversOf(rollout);
  if (given.length >= policy.approvers) return already('This step is approved.');
  if (given.some((approval) => sameWho(approval, command.who)))
    return already('You have approved this step; the policy wants another person’s approval as well.');
  const approval = { step, ...bySomeone(command, now) };
  return accepted(rollout, { ...rollout, approvals: [...rollout.approvals, approval] }, command, now);
}

export function cap(rollout: Rollout, command: CommandOf<'cap'>, now: Date): Answer {
  const { percentage } = command;
  if (percentage === null && !rollout.cap) return already('The rollout is not capped.');
  const capped: Rollout =
    percentage === null ? dropCap(rollout) : { ...rollout, cap: { percentage, ...bySomeone(command, now) } };
  return underway(rollout) ?? accepted(rollout, capped, command, now);
}

/** More alerts than this are kept as one, which only a person’s word releases: a row is bounded, and a hold must not be lost. */
export const mostAlertHolds = 30;
const manyAlerts = 'many';

export function holdForAlert(rollout: Rollout, command: CommandOf<'hold'>, now: Date): Answer {
  const { alertHolds } = rollout;
  const alert = alertHolds.length < mostAlertHolds ? command.alert : manyAlerts;
  if (alertHolds.some((hold) => hold.alert === command.alert || hold.alert === alert))
    return already('The alert holds the rollout.');
  const held: Rollout = { ...rollout, alertHolds: [...alertHolds, { alert, ...bySomeone(command, now) }] };
  const decision = { kind: 'hold', reason: 'alert', sentence: sayAlertHolds(held), at: now } as const;
  return underway(rollout) ?? accepted(rollout, { ...held, decision }, command, now);
}

export function releaseAlert(rollout: Rollout, command: CommandOf<'release'>, now: Date): Answer {
  const left = rollout.alertHolds.filter(({ alert }) => alert !== command.alert);
  if (left.length === rollout.alertHolds.length) return already('The alert does not hold the rollout.');
  const released: Rollout = { ...rollout, alertHolds: left };
  // What else was said last, of a halt or of what is bad, still stands.
  if (rollout.decision?.reason !== 'alert') return accepted(rollout, released, command, now);
  return accepted(rollout, { ...released, decision: saidAfter(released, command, now) }, command, now);
}

/** What a rollout says until the next look, now that one of the alerts that held it is over. */
function saidAfter(
  rollout: Rollout,
  { who, alert }: CommandOf<'release'>,
  at: Date,
): NonNullable<Rollout['decision']> {
  const { alertHolds, pause } = rollout;
  if (alertHolds.length > 0) return { kind: 'hold', reason: 'alert', sentence: sayAlertHolds(rollout), at };
  if (pause) return { kind: 'hold', reason: 'paused', sentence: sayPause(rollout, pause), at };
  const sentence = `The alert ${who.by ?? alert} is resolved. The rollout is looked at next.`;
  return { kind: 'wait', reason: 'commanded', sentence, at };
}
