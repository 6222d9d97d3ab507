import { type Invariant, type RolloutFacts, Violation } from '../facts.ts';
import { hasEnded } from '../recorder.ts';

/** The key of a row says what it leads to: `{time}_{id}`. */
const idIn = (rowKey: string): string => /_(.*)/.exec(rowKey)?.[1] ?? '';

/**
 * Whatever happens, a row of the due index leads back to every rollout that has not ended: from before it is written, and
 * while its rows move.
 */
export function noneIsForgotten(): Invariant {
  const name = 'D';
  const rows = new Map<string, Set<string>>();
  const active = new Map<string, RolloutFacts>();

  function check(id: string): void {
    if (active.has(id) && (rows.get(id)?.size ?? 0) === 0)
      throw new Violation(name, `${id}: nothing in the due index leads back to it.`);
  }

  return {
    name,
    sentence: 'No rollout is forgotten: something always leads back to it.',
    indexed: ({ before, after }) => {
      const row = after ?? before;
      if (!row) return;
      const id = idIn(row.rowKey);
      const known = rows.get(id) ?? new Set();
      rows.set(id, known);
      if (after) known.add(row.rowKey);
      else known.delete(row.rowKey);
      check(id);
    },
    wrote: ({ of, after }) => {
      if (hasEnded(after)) active.delete(of.id);
      else active.set(of.id, of);
      check(of.id);
    },
  };
}
