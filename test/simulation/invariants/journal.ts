import { type Invariant, type RolloutFacts, Violation, type Write } from '../facts.ts';
import { hasEnded } from '../recorder.ts';
import type { StoreCall } from '../store/call.ts';

const changes: ReadonlySet<string> = new Set(['raise', 'halt', 'finalize']);

/** Every change of the Store is written down before it is asked for, and its outcome after it, in a journal without gaps. */
export function everythingIsJournaled(): Invariant {
  const name = 'I5';

  function journaled({ key, before, after }: Parameters<NonNullable<Invariant['journaled']>>[0]): void {
    if (before) throw new Violation(name, `${key} was ${after ? 'rewritten' : 'removed'}.`);
  }

  function wrote({ of, after, before }: Write): void {
    const entries = of.journal.map(({ sequence }) => sequence).sort((a, b) => a - b);
    const gap = entries.findIndex((sequence, index) => sequence !== index + 1);
    if (gap >= 0) throw new Violation(name, `${of.id}: the journal has no entry ${gap + 1}.`);
    const promised = Number(before?.columns.journalLength ?? 0);
    if (entries.length < promised)
      throw new Violation(
        name,
        `${of.id}: the row speaks of ${promised} entries, and there are ${entries.length}.`,
      );
    if (Number(after.columns.journalLength) < entries.length)
      throw new Violation(name, `${of.id}: the row forgets entries of its journal.`);
  }

  function sent(call: StoreCall, of: RolloutFacts | undefined): void {
    if (!of || !changes.has(call.kind)) return;
    if (!of.journal.some(({ kind, subject }) => kind === 'intent' && subject === call.kind))
      throw new Violation(name, `${of.id}: a ${call.kind} was sent without an intent in the journal.`);
  }

  function atEnd(rollouts: readonly RolloutFacts[]): void {
    for (const of of rollouts) {
      if (of.journal.length !== Number(of.row.columns.journalLength))
        throw new Violation(name, `${of.id}: the journal ends before its rollout does.`);
      if (!hasEnded(of.row)) continue;
      for (const intent of of.journal.filter(({ kind }) => kind === 'intent'))
        if (
          !of.journal.some(
            ({ kind, subject, sequence }) =>
              kind === 'effect' && subject === intent.subject && sequence > intent.sequence,
          )
        )
          throw new Violation(
            name,
            `${of.id}: nobody wrote down what became of the ${intent.subject} of entry ${intent.sequence}.`,
          );
    }
  }

  return {
    name,
    sentence:
      'No effect without its journal entry: intent before, outcome after; no gaps, nothing rewritten.',
    journaled,
    wrote,
    sent,
    atEnd,
  };
}
