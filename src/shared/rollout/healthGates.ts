import type { Decision, Gate, Situation } from './decision.ts';
import { sayDuration } from './duration.ts';
import { type Evidence, gates } from './evidence.ts';
import { after, earliest, looks, nextIntentLook } from './looks.ts';
import { currentBake, type Rollout } from './rollout.ts';
import { sayList, sayPercentage, sayTime } from './sentence.ts';

/** The gates that read evidence, time and people's words. Protective ones come first; approval comes last. */

const nextLook = ({ evidence, now }: Situation, ...others: (Date | undefined)[]): Date =>
  earliest(after(now, looks.ramping), ...others, ...evidence.map(({ pendingUntil }) => pendingUntil));

const says = (evidence: readonly Evidence[]): string =>
  sayList(evidence.map(({ check, sentence }) => `${check}: ${sentence}`));

const at = ({ percentage }: Rollout): string => `at ${sayPercentage(percentage)}`;

const hold = (situation: Situation, reason: string, sentence: string): Decision => ({
  kind: 'hold',
  reason,
  sentence,
  nextLookAt: nextLook(situation),
});

/** A person who finalizes has overruled the evidence; nobody else can. */
export const harm: Gate = (situation) => {
  const { rollout, evidence, now } = situation;
  if (rollout.intent?.kind === 'finalize' && rollout.intent.actor === 'operator') return undefined;
  const bad = evidence.filter(({ kind, onBad }) => kind === 'bad' && onBad === 'halt');
  if (bad.length === 0) return undefined;
  return {
    kind: 'halt',
    actor: 'policy',
    reason: 'harm',
    sentence: `Halting ${at(rollout)}, because of ${says(bad)}.`,
    nextLookAt: nextIntentLook(now, 1),
  };
};

/** Only a policy that says so takes lasting silence for harm. */
export const silenceHalts: Gate = (situation) => {
  const { rollout, now } = situation;
  if (rollout.policy.unmeasured.onEscalation !== 'halt') return undefined;
  const overdue = unmeasuredLongerThanAllowed(situation);
  if (overdue.length === 0) return undefined;
  return {
    kind: 'halt',
    actor: 'policy',
    reason: 'silence',
    sentence: `Halting ${at(rollout)}, because the policy takes lasting silence for harm: ${says(overdue)}.`,
    nextLookAt: nextIntentLook(now, 1),
  };
};

export const badHolds: Gate = (situation) => {
  const bad = situation.evidence.filter(({ kind, onBad }) => kind === 'bad' && onBad === 'hold');
  return bad.length > 0
    ? hold(situation, 'bad', `Holding ${at(situation.rollout)} while it is bad: ${says(bad)}.`)
    : undefined;
};

export const paused: Gate = (situation) => {
  const { pause } = situation.rollout;
  return pause
    ? hold(situation, 'paused', `Paused ${at(situation.rollout)} since ${sayTime(pause.at)}: ${pause.reason}`)
    : undefined;
};

/** Before the bake ends only its end matters; what is missing by then is said now, so that nobody is surprised. */
export const baking: Gate = (situation) => {
  const { rollout, now } = situation;
  const end = after(rollout.stepSince ?? now, currentBake(rollout).bake);
  if (now >= end) return undefined;
  const left = sayDuration(end.getTime() - now.getTime());
  const silent = unmeasured(situation);
  return {
    kind: 'wait',
    reason: silent.length > 0 ? 'bakingUnmeasured' : 'baking',
    sentence: `Baking ${at(rollout)}, ${left} left${silent.length > 0 ? `; unmeasured so far: ${says(silent)}` : ''}.`,
    nextLookAt: nextLook(situation, end),
    ...silenceEscalation(situation),
  };
};

export const unmeasuredHolds: Gate = (situation) => {
  const silent = unmeasured(situation);
  if (silent.length === 0 || nobodyHasIt(situation)) return undefined;
  return {
    ...hold(situation, 'unmeasured', `Holding ${at(situation.rollout)}, unmeasured: ${says(silent)}.`),
    ...silenceEscalation(situation),
  };
};

export const inconclusiveHolds: Gate = (situation) => {
  const little = situation.evidence.filter((evidence) => gates(evidence) && evidence.kind === 'inconclusive');
  if (little.length === 0 || nobodyHasIt(situation)) return undefined;
  return hold(
    situation,
    'inconclusive',
    `Holding ${at(situation.rollout)} for more evidence: ${says(little)}.`,
  );
};

/** Each check that gates needs its word in this very pass; none is an older one's. */
export const unaskedHolds: Gate = (situation) => {
  if (nobodyHasIt(situation)) return undefined;
  const answered = new Set(situation.evidence.map(({ check }) => check));
  const unasked = situation.rollout.policy.checks.filter(
    ({ name, dryRun }) => !dryRun && !answered.has(name),
  );
  return unasked.length > 0
    ? hold(
        situation,
        'unasked',
        `Holding ${at(situation.rollout)}: nobody asked ${sayList(unasked.map(({ name }) => name))}.`,
      )
    : undefined;
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
  if (!currentBake(rollout).approval || rollout.approval?.step === rollout.step) return undefined;
  return hold(
    situation,
    'approval',
    `All is well ${at(rollout)}; the policy wants a person’s approval to go on.`,
  );
};

/** The last gate always answers: up to the next step, or to the end. */
export const onward: (situation: Situation) => Decision = (situation) => {
  const { rollout, evidence, now } = situation;
  const { steps, finalize } = rollout.policy;
  const index = rollout.step + 1;
  const next = steps[index];
  const proven = evidence.filter((entry) => gates(entry) && entry.kind === 'good');
  const because = proven.length > 0 ? says(proven) : 'nobody has the build yet';
  if (next)
    return {
      kind: 'raise',
      reason: `step:${index}`,
      percentage: next.percentage,
      step: index,
      sentence: `Raising from ${sayPercentage(rollout.percentage)} to ${sayPercentage(next.percentage)}, step ${index + 1} of ${steps.length}; ${because}.`,
      nextLookAt: after(now, looks.raising),
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
    nextLookAt: nextIntentLook(now, 1),
  };
};

/** At 0 % there is nobody whose telemetry could speak. */
const nobodyHasIt = ({ rollout }: Situation): boolean => rollout.percentage === 0;

const unmeasured = ({ evidence }: Situation): Evidence[] =>
  evidence.filter((entry) => gates(entry) && entry.kind === 'unmeasured');

function unmeasuredLongerThanAllowed(situation: Situation): Evidence[] {
  const { rollout, now } = situation;
  if (nobodyHasIt(situation)) return [];
  return unmeasured(situation).filter(({ check }) => {
    const since = rollout.unmeasured[check]?.since;
    return since !== undefined && now.getTime() - since.getTime() >= rollout.policy.unmeasured.escalateAfter;
  });
}

/** People are told of lasting silence once per `escalateAfter`. */
function silenceEscalation(situation: Situation): { escalation?: { of: 'unmeasured'; checks: string[] } } {
  const { rollout, now } = situation;
  const due = unmeasuredLongerThanAllowed(situation).filter(({ check }) => {
    const told = rollout.unmeasured[check]?.escalatedAt;
    return told === undefined || now.getTime() - told.getTime() >= rollout.policy.unmeasured.escalateAfter;
  });
  return due.length > 0 ? { escalation: { of: 'unmeasured', checks: due.map(({ check }) => check) } } : {};
}
