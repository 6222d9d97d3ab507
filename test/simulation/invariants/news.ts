import { z } from 'zod';
import type { Entry, Write } from '../facts.ts';
import type { Kept } from '../memory/rows.ts';
import { hasEnded, phaseOf } from '../recorder.ts';

/*
 * What people must be told of a change, after the table of docs/notifications.md. It is told here a second time, on purpose and in
 * another way: by what the rollout's row was before the change and is after it, and not by how it came about.
 */

/** The words of the notices that a change calls for. */
export function calledFor({ of, before, after, step }: Write): readonly string[] {
  const entries = of.journal.filter((entry) => entry.step === step);
  const isEscalated = entries.some(({ escalated }) => escalated);
  return [
    ...entries.flatMap(ofEntry),
    ...ofUsers(before, after, entries),
    ...(isEscalated ? [ofTrouble(before, after)] : ofHold(before, after)),
  ];
}

/** A halt is told when it is intended, and what holds when somebody says so. */
function ofEntry({ kind, subject }: Entry): string[] {
  if (kind === 'intent' && subject === 'halt') return ['halting'];
  const isWord = kind === 'command' || kind === 'alert';
  return isWord && ['pause', 'hold'].includes(subject) ? ['held'] : [];
}

const fates: Readonly<Record<string, string>> = {
  halted: 'halted',
  completed: 'finalized',
  failed: 'failed',
};

/** Another part of the users gets the build, or it has come to its end: by Rampart, or by somebody in Partner Center. */
function ofUsers(before: Kept | undefined, after: Kept, entries: readonly Entry[]): string[] {
  const isDrift = entries.some(
    ({ kind, subject, actor }) => kind === 'decision' && subject === 'adopt' && actor === 'partnerCenter',
  );
  if (before && !hasEnded(before) && hasEnded(after))
    return [isDrift ? 'drift' : (fates[phaseOf(after)] ?? 'an end')];
  const [was, is] = [percentageOf(before), percentageOf(after)];
  if (is === was) return [];
  return [isDrift || is < was ? 'drift' : 'raised'];
}

const percentageOf = (row: Kept | undefined): number => Number(row?.columns.percentage ?? 0);

/** Something lasts: the row marks what people are told of, and when. */
function ofTrouble(before: Kept | undefined, after: Kept): string {
  const isMarked = (column: string) => {
    const at = toldAt(after, column);
    return at !== undefined && at !== toldAt(before, column);
  };
  if (isMarked('intent')) return 'unconfirmed';
  return isMarked('pause') ? 'pauseOverdue' : 'held';
}

const markSchema = z.object({ escalatedAt: z.string().optional() });
const toldAt = (row: Kept | undefined, column: string): string | undefined =>
  jsonIn(row, column, markSchema)?.escalatedAt;

/** Holds that are news as soon as they begin: only somebody's deed or word ends them. */
const holds: Readonly<Record<string, string>> = {
  bad: 'held',
  capped: 'held',
  draft: 'held',
  fellBack: 'held',
  approval: 'needsApproval',
  finalizeApproval: 'needsApproval',
  finalizeByHand: 'needsApproval',
};

function ofHold(before: Kept | undefined, after: Kept): string[] {
  const reason = reasonOf(after);
  const event = reason === undefined || reason === reasonOf(before) ? undefined : holds[reason];
  return event === undefined ? [] : [event];
}

const decisionSchema = z.object({ reason: z.string() });
const reasonOf = (row: Kept | undefined): string | undefined =>
  jsonIn(row, 'decision', decisionSchema)?.reason;

function jsonIn<Of>(row: Kept | undefined, column: string, schema: z.ZodType<Of>): Of | undefined {
  const text = row?.columns[column];
  return typeof text === 'string' ? schema.parse(JSON.parse(text)) : undefined;
}
