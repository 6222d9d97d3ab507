import { z } from 'zod';
import { evidenceSchema, instantSchema } from './evidence.ts';
import type { Rollout } from './rollout.ts';
import { actors, journalKinds } from './vocabulary.ts';

/** One line of a rollout's journal. Entries are numbered without gaps from 1 and never rewritten. */
export const journalEntrySchema = z.object({
  sequence: z.number().int().min(1),
  at: instantSchema,
  kind: z.enum(journalKinds),
  actor: z.enum(actors),
  /** The name of the person or key, or the title of the alert. */
  by: z.string().optional(),
  /** What it is about, in one word: the kind of the decision, intent or command. */
  subject: z.string(),
  sentence: z.string(),
  /** Whether people must look at it now. */
  escalated: z.boolean().optional(),
  /** The part of the false-halt budget that is spent: 1 is the halt. */
  budgetSpent: z.number().optional(),
  /** What a decision rested on. */
  evidence: z.array(evidenceSchema).optional(),
});
export type JournalEntry = z.output<typeof journalEntrySchema>;

/** An entry before it has its number and time. */
export type Remark = Omit<JournalEntry, 'sequence' | 'at'>;

/** A rollout after a change, with the entries that say what changed: both are written, or neither. */
export type Change = { readonly rollout: Rollout; readonly entries: readonly JournalEntry[] };

/** The remarks as the entries that follow the last one of a journal this long. */
export const numbered = (journalLength: number, remarks: readonly Remark[], now: Date): JournalEntry[] =>
  remarks.map((remark, index) => ({ ...remark, sequence: journalLength + index + 1, at: now }));

/** Numbers the remarks after the rollout's last entry. */
export function withJournal(rollout: Rollout, remarks: readonly Remark[], now: Date): Change {
  const entries = numbered(rollout.journalLength, remarks, now);
  return { rollout: { ...rollout, journalLength: rollout.journalLength + entries.length }, entries };
}
