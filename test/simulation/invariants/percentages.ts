import { type Entry, type Invariant, type RolloutFacts, Violation, type Write } from '../facts.ts';
import type { Kept } from '../memory/rows.ts';
import type { StoreCall } from '../store/call.ts';

const capOf = (row: Kept | undefined): number | undefined => {
  const cap = row?.columns.cap;
  return typeof cap === 'string' ? Number((JSON.parse(cap) as { percentage: number }).percentage) : undefined;
};

const isCapCommand = ({ kind, subject }: Entry): boolean => kind === 'command' && subject === 'cap';

/**
 * What is asked of the Store is the next step above a percentage that the Store in truth had while the pass was looking,
 * and not above a cap that was durable when it was written down.
 */
export function percentagesOnlyRise(): Invariant {
  const name = 'I2';
  /** A cap holds until somebody lifts it, whatever becomes of the row. */
  const caps = new Map<string, number>();

  function sent(call: StoreCall, of: RolloutFacts | undefined): void {
    const { percentage, invocation } = call;
    if (!of || percentage === undefined) return;
    const before = of.truth.findLast(({ at }) => at <= invocation.beganAt);
    const seen = [...(before ? [before] : []), ...of.truth.filter(({ at }) => at > invocation.beganAt)];
    const { steps } = of.policy;
    const isNext = seen.some((truth) => {
      const next = steps.find((step) => step.percentage > truth.percentage)?.percentage;
      return next === percentage;
    });
    if (!isNext)
      throw new Violation(
        name,
        `${of.id}: asked for ${percentage} %, which is the next step above none of ${seen.map((truth) => truth.percentage).join(', ') || 'nothing'}.`,
      );
  }

  function wrote({ of, after, claim, step }: Write): void {
    const cap = caps.get(of.id);
    if (claim && claim.kind !== 'halt') {
      const wanted = claim.kind === 'finalize' ? 100 : (claim.percentage ?? 0);
      if (cap !== undefined && wanted > cap)
        throw new Violation(
          name,
          `${of.id}: a ${claim.kind} to ${wanted} % was written down over a cap of ${cap} %.`,
        );
    }
    const now = capOf(after);
    if (now !== undefined) caps.set(of.id, now);
    else if (of.journal.some((entry) => entry.step === step && isCapCommand(entry))) caps.delete(of.id);
  }

  return { name, sentence: 'Percentages only rise, step by step, and never past a cap.', sent, wrote };
}
