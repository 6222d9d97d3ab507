import { z } from 'zod';
import { type Invariant, Violation, type Write } from '../facts.ts';
import type { Kept } from '../memory/rows.ts';
import { calledFor } from './news.ts';

/**
 * What people must know reaches them: what calls for a notice has it, and nothing else has one; each comes into being with
 * its journal entry, and then its message is read at least once, and not before; who reads one twice can tell by its id.
 */
export function peopleAreTold(): Invariant {
  const name = 'N';
  const waiting = new Map<string, Kept>();
  const noticed = new Set<string>();
  const read = new Set<string>();
  /** The words of the notices of the transaction that is being looked at. */
  let made: string[] = [];

  function wrote(write: Write): void {
    const said = made.toSorted();
    const called = calledFor(write).toSorted();
    made = [];
    if (said.join() !== called.join())
      throw new Violation(
        name,
        `${write.of.id}: people are told ${said.join(' and ') || 'nothing'} of a change that calls for ${called.join(' and ') || 'nothing'}.`,
      );
  }

  return {
    name,
    sentence: 'What people must know has its notification, with its journal entry, and none is lost.',
    outbox: ({ of, before, after }) => {
      const row = after ?? before;
      if (!row) return;
      if (!after) waiting.delete(row.rowKey);
      else if (row.rowKey.startsWith('outbox.')) waiting.set(row.rowKey, after);
      if (before || !after?.rowKey.startsWith('outbox.')) return;
      const sequence = Number(after.rowKey.split('.')[3]);
      if (!of?.journal.some((entry) => entry.sequence === sequence))
        throw new Violation(name, `${after.rowKey} tells of what is not in the journal.`);
      noticed.add(idOf(after));
      made.push(noticeOf(after).event);
    },
    wrote,
    told: (id) => {
      if (!noticed.has(id)) throw new Violation(name, `People read ${id}, which is in no outbox.`);
      read.add(id);
    },
    closed: (row) => {
      if (row.columns.state === 'sent' && !read.has(idOf(row)))
        throw new Violation(name, `${row.rowKey} is said to be sent, and nobody has read it.`);
    },
    atEnd: (_rollouts, now) => {
      for (const row of waiting.values()) {
        const next = Date.parse(String(row.columns.nextAttemptAt));
        if (now - next > 5 * 60_000)
          throw new Violation(name, `${row.rowKey} is forgotten since ${String(row.columns.nextAttemptAt)}.`);
      }
    },
  };
}

/** The id by which a reader knows it: without dots, as the signed text joins its parts with them. */
const idOf = (row: Kept): string => noticeOf(row).id.replaceAll('.', '_');

const noticeOf = (row: Kept): z.output<typeof noticeSchema> =>
  noticeSchema.parse(JSON.parse(String(row.columns.notice)));

const noticeSchema = z.object({ id: z.string(), event: z.string() });
