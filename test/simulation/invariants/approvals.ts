import type { Policy } from '../../../src/shared/rollout/policy.ts';
import { approvers } from '../app/staff.ts';
import {
  type Claim,
  type Entry,
  type Invariant,
  type RolloutFacts,
  Violation,
  type Write,
} from '../facts.ts';
import { intentOf } from '../recorder.ts';
import type { StoreCall } from '../store/call.ts';

/** Who has said what since the rollout came to the percentage that it has. */
type Words = { readonly approve: Set<string>; readonly finalize: Set<string> };

const mayApprove: ReadonlySet<string | undefined> = new Set(approvers.map(({ who }) => who.by));

/**
 * A step that asks for approval is left only once as many different people have approved as the policy asks. A finalize
 * leaves all steps to come: an approver's own finalize is a word for that, and so is an approval of the current step if none
 * that follows asks for any. Words are for the percentage at which they were given.
 */
export function gatesAreApproved(): Invariant {
  const name = 'A';
  const given = new Map<RolloutFacts, Words>();

  function wrote({ of, before, after, claim, step }: Write): void {
    const hasMoved = before?.columns.percentage !== after.columns.percentage;
    const words = (!hasMoved && given.get(of)) || { approve: new Set(), finalize: new Set() };
    given.set(of, words);
    for (const entry of of.journal) if (entry.step === step) hear(words, entry);
    if (!claim || intentOf(before)?.kind === claim.kind) return;
    const percentage = Number(after.columns.percentage);
    const have = approversFor(claim.kind, of.policy, percentage, words);
    if (have && have.size < of.policy.approvers)
      throw new Violation(
        name,
        `${of.id}: a ${claim.kind} from ${percentage} % with the approval of ${have.size} of ${of.policy.approvers} people.`,
      );
  }

  function sent({ kind, invocation }: StoreCall, of: RolloutFacts | undefined): void {
    if (!of || (kind !== 'raise' && kind !== 'finalize')) return;
    if (!of.claims.some((claim) => claim.kind === kind && claim.invocation === invocation))
      throw new Violation(name, `${of.id}: a ${kind} was sent by somebody who has not written it down.`);
  }

  return {
    name,
    sentence: 'No step that asks for approval is left before as many different people have approved.',
    wrote,
    sent,
  };
}

function hear(words: Words, { kind, subject, actor, by }: Entry): void {
  if (kind !== 'command') return;
  if (subject === 'approve') words.approve.add(`${actor} ${by}`);
  if (subject === 'finalize' && mayApprove.has(by)) words.finalize.add(`${actor} ${by}`);
}

/** Whose words count for a change; nobody's where it passes no gate. */
function approversFor(
  kind: Claim['kind'],
  { steps }: Policy,
  percentage: number,
  { approve, finalize }: Words,
): ReadonlySet<string> | undefined {
  const current = steps.findLastIndex((step) => step.percentage <= percentage);
  const gates = steps.slice(Math.max(0, current)).map(({ approval }) => approval);
  switch (kind) {
    case 'halt':
      return undefined;
    case 'raise':
      return current >= 0 && gates[0] ? approve : undefined;
    case 'finalize':
      if (!gates.includes(true)) return undefined;
      return gates.lastIndexOf(true) === 0 ? new Set([...approve, ...finalize]) : finalize;
  }
}
