import type { Standing } from '../api/views.ts';
import { notesOf } from '../show/notes.ts';

/** A time that counts down is no news. */
const countdown = /\d+ (d|h|min|s)( \d+ (h|min|s))? left/g;
/** Nor is each megabyte. */
const tenths = 10;

/** What a line tells; two that tell the same are one. */
export function newsOf(standing: Standing): string {
  const { phase, sentence, submission, rollout } = standing;
  const upload = submission?.upload;
  const uploaded = upload ? Math.floor((upload.uploadedBytes / Math.max(1, upload.totalBytes)) * tenths) : -1;
  const { status, errors, warnings, certificationReports } = submission?.store ?? {};
  return JSON.stringify([
    phase,
    sentence.replace(countdown, ''),
    phase === 'uploading' ? uploaded : -1,
    submission?.problem?.sentence,
    [status, errors, warnings, certificationReports],
    [rollout?.percentage, rollout?.paused, rollout?.step?.number],
    notesOf(standing, undefined),
  ]);
}
