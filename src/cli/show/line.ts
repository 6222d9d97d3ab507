import { sayPercentage } from '../../shared/rollout/sentence.ts';
import type { Standing } from '../api/views.ts';
import { notesOf } from './notes.ts';
import { sayBytes } from './text.ts';

/** One line for what is new, for a log: the time of this look, the phase, and why. */
export function lineOf({ phase, ended, sentence, submission, rollout }: Standing, now: number): string {
  const time = new Date(now).toISOString().replace(/\.\d+/, '');
  const percentage = rollout?.percentage === undefined ? '' : ` ${sayPercentage(rollout.percentage)}`;
  const upload = phase === 'uploading' ? submission?.upload : undefined;
  const uploaded = upload ? ` (${sayBytes(upload.uploadedBytes)} of ${sayBytes(upload.totalBytes)})` : '';
  const paused = rollout?.paused && !ended ? ', paused' : '';
  const problem = submission?.problem?.sentence;
  const more = problem === undefined || problem === sentence ? '' : ` ${problem}`;
  return `${time}  ${phase}${percentage}${paused}${uploaded}: ${sentence}${more}`.trimEnd();
}

/** What the Store said of the submission, and what people did or have to do, a line each, for a log. */
export function remarkLinesOf(standing: Standing): string[] {
  const { submission } = standing;
  const { errors = [], warnings = [], certificationReports = [] } = submission?.store ?? {};
  const say = (word: string) => (remark: { code?: string | undefined; details?: string | undefined }) =>
    `  the Store’s ${word}: ${[remark.code, remark.details].filter(Boolean).join(': ')}`;
  return [
    ...notesOf(standing, undefined).map(({ text, command = '' }) => `  ${text} ${command}`.trimEnd()),
    ...errors.map(say('error')),
    ...warnings.map(say('warning')),
    ...certificationReports.flatMap(({ reportUrl }) =>
      reportUrl === undefined ? [] : [`  report: ${reportUrl}`],
    ),
  ];
}
