import type { Escalation, Gate, Situation } from './decision.ts';
import { type Evidence, excludesHarm, mayStopRaise } from './evidence.ts';
import { after, isOverdue, nextIntentLook } from './looks.ts';
import { currentBake, nobodyHasIt } from './rollout.ts';
import { sayList, sayTime } from './sentence.ts';
import { at, hold, nextLook, says } from './situation.ts';
import { isSomebody } from './vocabulary.ts';

/** The gates that read evidence: bad evidence halts or holds, missing evidence holds. */

/** A person who finalizes has overruled the evidence; nobody else can. */
const overruled = ({ rollout: { intent } }: Situation): boolean =>
  intent?.kind === 'finalize' && isSomebody(intent);

export const harm: Gate = (situation) => {
  const { rollout, evidence, now } = situation;
  if (overruled(situation)) return undefined;
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
  if (rollout.policy.unmeasured.onEscalation !== 'halt' || overruled(situation)) return undefined;
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

export const unmeasuredHolds: Gate = (situation) => {
  const silent = unmeasured(situation);
  if (silent.length === 0 || nobodyHasIt(situation.rollout)) return undefined;
  return {
    ...hold(situation, 'unmeasured', `Holding ${at(situation.rollout)}, unmeasured: ${says(silent)}.`),
    ...silenceEscalation(situation),
  };
};

export const inconclusiveHolds: Gate = (situation) => {
  const little = situation.evidence.filter(
    (evidence) => mayStopRaise(evidence) && evidence.kind === 'inconclusive',
  );
  if (little.length === 0 || nobodyHasIt(situation.rollout)) return undefined;
  return hold(
    situation,
    'inconclusive',
    `Holding ${at(situation.rollout)} for more evidence: ${says(little)}.`,
  );
};

/**
 * With the pace of evidence, a step is left as soon as every check that may stop a raise excludes harm, and at the latest when it has
 * baked for as long as the policy waits for that.
 */
export const proving: Gate = (situation) => {
  const { rollout, evidence, now } = situation;
  if (rollout.policy.pace !== 'evidence' || nobodyHasIt(rollout)) return undefined;
  const end = after(rollout.stepSince ?? now, currentBake(rollout).maximumBake);
  const open = evidence.filter(
    (entry) => mayStopRaise(entry) && entry.kind === 'good' && !excludesHarm(entry),
  );
  if (open.length === 0 || now >= end) return undefined;
  return {
    kind: 'wait',
    reason: 'proving',
    sentence: `Waiting ${at(rollout)} until harm is excluded, or ${sayTime(end)}: ${says(open)}.`,
    nextLookAt: nextLook(situation, end),
  };
};

/** Each check that may stop a raise needs its word in this very pass; none is an older one's. */
export const unaskedHolds: Gate = (situation) => {
  if (nobodyHasIt(situation.rollout)) return undefined;
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

export const unmeasured = ({ evidence }: Situation): Evidence[] =>
  evidence.filter((entry) => mayStopRaise(entry) && entry.kind === 'unmeasured');

function unmeasuredLongerThanAllowed(situation: Situation): Evidence[] {
  const { rollout, now } = situation;
  if (nobodyHasIt(rollout)) return [];
  return unmeasured(situation).filter(({ check }) => {
    const since = rollout.unmeasured[check]?.since;
    return isOverdue(since && { since }, now, rollout.policy.unmeasured.escalateAfter);
  });
}

/** People are told of lasting silence once per `escalateAfter`. */
export function silenceEscalation(situation: Situation): { escalation?: Escalation } {
  const { rollout, now } = situation;
  if (nobodyHasIt(rollout)) return {};
  const { escalateAfter } = rollout.policy.unmeasured;
  const checks = unmeasured(situation)
    .map(({ check }) => check)
    .filter((check) => isOverdue(rollout.unmeasured[check], now, escalateAfter));
  return checks.length > 0 ? { escalation: { of: 'unmeasured', checks } } : {};
}
