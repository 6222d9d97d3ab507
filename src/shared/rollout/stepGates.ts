import type { Decision, Gate, Situation } from './decision.ts';
import { mayStopRaise } from './evidence.ts';
import { silenceEscalation, unmeasured } from './healthGates.ts';
import { after, isOverdue, looks, nextRaise, troubleEscalatesAfter } from './looks.ts';
import { approversOf, awaitsApproval, currentBake } from './rollout.ts';
import { sayList, sayPercentage, sayTime, sayWho } from './sentence.ts';
import { at, hold, nextLook, says } from './situation.ts';

/** The gates of time and of people: the bake, a cap, an approval; and what follows when none of them speaks. */

/** Before the bake ends only its end matters; what is missing by then is said now, so that nobody is surprised. */
export const baking: Gate = (situation) => {
  const { rollout, now } = situation;
  const end = after(rollout.stepSince ?? now, currentBake(rollout).bake);
  if (now >= end) return undefined;
  const silent = unmeasured(situation);
  return {
    kind: 'wait',
    reason: silent.length > 0 ? 'bakingUnmeasured' : 'baking',
    sentence: `Baking ${at(rollout)} until ${sayTime(end)}${silent.length > 0 ? `; unmeasured so far: ${says(silent)}` : ''}.`,
    nextLookAt: nextLook(situation, end),
    ...silenceEscalation(situation),
  };
};

export const capped: Gate = (situation) => {
  const { rollout } = situation;
  const { cap, policy, step } = rollout;
  if (!cap) return undefined;
  const wanted = policy.steps[step + 1]?.percentage ?? 100;
  const lastStep = step + 1 >= policy.steps.length;
  if (wanted <= cap.percentage && !(lastStep && cap.percentage < 100)) return undefined;
  return hold(
    situation,
    'capped',
    `Holding ${at(rollout)}, capped at ${sayPercentage(cap.percentage)}: ${cap.reason}`,
  );
};

export const approvalMissing: Gate = (situation) => {
  const { rollout } = situation;
  if (!awaitsApproval(rollout)) return undefined;
  const given = approversOf(rollout);
  const whose =
    rollout.policy.approvers === 1
      ? 'a person’s approval'
      : given.length === 0
        ? 'two people’s approval'
        : `another person’s approval beside ${sayList(given.map(sayWho))}`;
  return hold(situation, 'approval', `All is well ${at(rollout)}; the policy wants ${whose} to go on.`);
};

/** A raise that did not come through is tried again ever more slowly, and people are told when that lasts. */
export const raiseFailed: Gate = (situation) => {
  const { rollout, now } = situation;
  const failed = rollout.failedRaises;
  const retryAt = failed && nextRaise(failed.lastAt, failed.count);
  if (!failed || !retryAt || now >= retryAt) return undefined;
  const overdue = isOverdue(failed, now, troubleEscalatesAfter);
  return {
    kind: 'hold',
    reason: 'raiseFailed',
    sentence: `Holding ${at(rollout)}: ${failed.count} raises did not come through since ${sayTime(failed.since)}, the last because ${failed.cause}.`,
    nextLookAt: nextLook(situation, retryAt),
    ...(overdue && { escalation: { of: 'raise' } }),
  };
};

/** The last gate always answers: up to the next step, or to the end. */
export const onward: (situation: Situation) => Decision = (situation) => {
  const { rollout, evidence, now } = situation;
  const { steps, finalize } = rollout.policy;
  const index = rollout.step + 1;
  const next = steps[index];
  const proven = evidence.filter((entry) => mayStopRaise(entry) && entry.kind === 'good');
  const because = proven.length > 0 ? says(proven) : 'nobody has the build yet';
  if (next)
    return {
      kind: 'raise',
      reason: `step:${index}`,
      percentage: next.percentage,
      step: index,
      sentence: `Raising from ${sayPercentage(rollout.percentage)} to ${sayPercentage(next.percentage)}, step ${index + 1} of ${steps.length}; ${because}.`,
      nextLookAt: after(now, looks.changing),
    };
  if (finalize === 'manual')
    return hold(
      situation,
      'finalizeByHand',
      `The last step has proven itself ${at(rollout)}; the policy leaves finalizing to a person.`,
    );
  return {
    kind: 'finalize',
    actor: 'policy',
    reason: 'proven',
    sentence: `Finalizing: the last step has proven itself; ${because}.`,
    nextLookAt: after(now, looks.changing),
  };
};
