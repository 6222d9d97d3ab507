import { sayPercentage } from '../../shared/rollout/sentence.ts';
import type { JournalEntry, Standing } from '../api/views.ts';
import { type Paint, toneOf } from './paint.ts';
import { cut, padEnd, padStart, unbounded, wrap } from './text.ts';

type Room = { readonly width: number; readonly paint: Paint };

const phaseHeading = 'PHASE';
const percentageWidth = 6;

/**
 * What is there, as a table whose rows have two lines: the id, which is long and must be copied whole, and below it
 * phase, percentage and sentence in columns.
 */
export function tableLines(standings: readonly Standing[], { width, paint }: Room): string[] {
  const phaseWidth = Math.max(
    phaseHeading.length,
    ...standings.map((standing) => shortPhase(standing).length),
  );
  const row = (phase: string, percentage: string, sentence: string): string =>
    `  ${padEnd(phase, phaseWidth)}  ${padStart(percentage, percentageWidth)}  ${sentence}`;
  const room = width === unbounded ? width : width - row('', '', '').length;
  return [
    paint('faint', cut('ID', width)),
    paint('faint', cut(row(phaseHeading, 'USERS', 'SENTENCE'), width)),
    ...standings.flatMap((standing) => {
      const { id, sentence, rollout, submission } = standing;
      const users = rollout?.percentage ?? submission?.percentage;
      const percentage = users === undefined ? '' : sayPercentage(users);
      const phase = shortPhase(standing);
      const line = row(phase, percentage, cut(sentence, room));
      const end = 2 + phase.length;
      return [
        paint('title', id),
        line.slice(0, 2) + paint(toneOf(standing.phase), line.slice(2, end)) + line.slice(end),
      ];
    }),
  ];
}

const shortPhase = ({ phase, ended, rollout }: Standing): string =>
  rollout?.paused && !ended ? `${phase}, paused` : phase;

/** A journal for people: oldest first, so that the newest stands where the eye is. */
export const journalLines = (newestFirst: readonly JournalEntry[], { width, paint }: Room): string[] =>
  newestFirst
    .toReversed()
    .flatMap((entry) => [
      paint(entry.escalated ? 'bad' : 'faint', headOf(entry, width)),
      ...wrap(entry.sentence ?? '', width - 2).map((line) => `  ${line}`),
    ]);

/** The name of an alert is as long as its sender likes, and what was done must be seen. */
const leastName = 12;

/** `2026-11-21 06:00:00  person ada@contoso.com  command pause` */
function headOf({ at = '', of, actor, by, kind, subject, escalated }: JournalEntry, width: number): string {
  const words = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(' ');
  const time = at.slice(0, 19).replace('T', ' ');
  const what = [words(of, kind, subject), escalated ? '!' : ''].filter(Boolean).join('  ');
  const room = width - time.length - what.length - 4;
  const who = cut(words(actor, by), Math.max(leastName, room));
  return cut([time, who, what].filter(Boolean).join('  '), width);
}
