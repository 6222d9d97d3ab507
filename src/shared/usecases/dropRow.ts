import { type Due, sameDue } from '../state/due.ts';
import type { Ports } from './ports.ts';

/** For how long a due row may wait for what it leads to to be written. */
const orphanMs = 60 * 60_000;

/**
 * A row that led to nothing goes, once the row that is waited for is known to be there: the look may have come by a clock
 * that is behind, or before what it leads to was written. A row that leads to nothing at all gets time for the latter.
 *
 * @param found what the row leads to, with the row that it waits for, if it waits for one
 */
export async function dropRow(
  { due: index, clock }: Pick<Ports, 'due' | 'clock'>,
  due: Due | undefined,
  found: { readonly awaited: Due | undefined } | undefined,
): Promise<void> {
  if (!due) return;
  if (!found && clock.now().getTime() - (due.since ?? due.at).getTime() < orphanMs) return;
  if (found?.awaited) await index.add(found.awaited);
  if (!sameDue(due, found?.awaited)) await index.remove(due);
}
