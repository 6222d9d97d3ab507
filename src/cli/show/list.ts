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
export function journalLines(newestFirst: readonly JournalEntry[], { width, paint }: Room): string[] {
  return newestFirst
    .toReversed()
    .flatMap(({ at = '', of, actor = '', kind = '', subject, sentence = '', escalated }) => {
      const time = at.slice(0, 19).replace('T', ' ');
      const head = [time, actor, [of, kind, subject].filter(Boolean).join(' ')].filter(Boolean).join('  ');
      return [
        paint(escalated ? 'bad' : 'faint', cut(escalated ? `${head}  !` : head, width)),
        ...wrap(sentence, width - 2).map((line) => `  ${line}`),
      ];
    });
}
