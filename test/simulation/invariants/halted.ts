import { type Invariant, type RolloutFacts, Violation, type Write } from '../facts.ts';
import { intentOf, phaseOf } from '../recorder.ts';
import type { StoreCall } from '../store/call.ts';

/**
 * From the first durable sign of a halt on, no raise or finalize is written down. One that was written down before, by an
 * instance that is on its way to the Store, is sent at most once: no database can call back what has left.
 */
export function nothingOvertakesAHalt(): Invariant {
  const name = 'I1';
  const sent = new Map<object, StoreCall>();

  function wrote({ of, after, step, before }: Write): void {
    if (!of.halt || of.halt.step >= step) return;
    const kind = intentOf(after)?.kind;
    if (kind === 'raise' || kind === 'finalize')
      throw new Violation(name, `${of.id}: a ${kind} was written down after a halt.`);
    if (
      before &&
      phaseOf(before) === 'halting' &&
      ['ramping', 'finalizing', 'awaitingPublication'].includes(phaseOf(after))
    )
      throw new Violation(name, `${of.id}: left halting for ${phaseOf(after)}.`);
  }

  function checkSent(call: StoreCall, of: RolloutFacts | undefined): void {
    if (!of || (call.kind !== 'raise' && call.kind !== 'finalize')) return;
    const claim = of.claims.findLast(
      ({ invocation, kind }) => invocation === call.invocation && kind === call.kind,
    );
    if (!claim) {
      if (of.halt)
        throw new Violation(name, `${of.id}: a ${call.kind} that nobody wrote down was sent after a halt.`);
      return;
    }
    const earlier = sent.get(claim);
    sent.set(claim, call);
    if (!of.halt) return;
    if (claim.step > of.halt.step)
      throw new Violation(name, `${of.id}: a ${call.kind} was sent by a pass that began after the halt.`);
    if (earlier) throw new Violation(name, `${of.id}: a ${call.kind} was sent once more after the halt.`);
  }

  return {
    name,
    sentence: 'Once a halt is intended, nothing raises or finalizes that rollout.',
    wrote,
    sent: checkSent,
  };
}
