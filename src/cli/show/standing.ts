import { sayDuration } from '../../shared/rollout/duration.ts';
import { sayPercentage, sayTime } from '../../shared/rollout/sentence.ts';
import type { RolloutView, Standing, SubmissionView } from '../api/views.ts';
import { barOf } from './bar.ts';
import { type Note, notesOf } from './notes.ts';
import { type Paint, toneOf } from './paint.ts';
import { sayBytes, spread, unbounded, wrap, wrapTo } from './text.ts';

export type Room = {
  /** In columns; unbounded where there is no terminal. */
  readonly width: number;
  readonly now: number;
  readonly paint: Paint;
};

const margin = '  ';
/** A bar without an edge to reach. */
const usualBar = 60;
/** `100 %` and a space before it. */
const percentageWidth = 6;

/** A submission or a rollout as lines, none wider than the room. */
export function standingLines(standing: Standing, room: Room): string[] {
  const { submission, rollout, phase, sentence, id } = standing;
  const { paint, width } = room;
  const [title = '', where] = spread(id, phaseOf(standing), width);
  return [
    paintEnd(title, where === undefined ? phaseOf(standing) : '', phase, paint),
    ...(where === undefined ? [] : [paint(toneOf(phase), where)]),
    ...(rollout?.percentage === undefined ? [] : rolloutBar(rollout, rollout.percentage, phase, room)),
    ...(submission?.upload && phase === 'uploading'
      ? bytesBar({ ...submission.upload, bytes: submission.upload.uploadedBytes }, room)
      : []),
    ...(rollout?.evidence ?? []).flatMap((evidence) => evidenceLines(evidence, room)),
    ...indented(sentence, room, (line) => line),
    ...notesOf(standing, room.now).flatMap((note) => noteLines(note, room)),
    ...(submission ? submissionLines(submission, sentence, room) : []),
    ...nextLook(submission?.nextLookAt ?? rollout?.nextLookAt, standing, room),
  ];
}

function paintEnd(line: string, end: string, phase: string, paint: Paint): string {
  const start = line.slice(0, line.length - end.length);
  return paint('title', start) + paint(toneOf(phase), end);
}

/** `ramping · step 2 of 4 · paused` */
const phaseOf = ({ phase, ended, rollout }: Standing): string =>
  [
    phase,
    ...(rollout?.step && !ended ? [`step ${rollout.step.number} of ${rollout.step.of}`] : []),
    ...(rollout?.paused && !ended ? ['paused'] : []),
  ].join(' · ');

const cellsIn = (width: number): number =>
  width === unbounded ? usualBar : Math.max(1, width - margin.length - percentageWidth);

function rolloutBar(
  rollout: RolloutView,
  percentage: number,
  phase: string,
  { width, paint }: Room,
): string[] {
  const steps = (rollout.policy?.steps ?? []).map((step) => step.percentage);
  const { filled, rest, scale } = barOf(percentage, steps, cellsIn(width));
  const bar = paint(toneOf(phase), filled) + paint('faint', rest);
  return [
    margin + bar + sayPercentage(percentage).padStart(percentageWidth),
    ...(scale === '' ? [] : [margin + paint('faint', scale)]),
  ];
}

/** Bytes that go somewhere, as a bar with the numbers below it. */
export function bytesBar(
  { bytes, totalBytes }: { readonly bytes: number; readonly totalBytes: number },
  { width, paint }: Pick<Room, 'width' | 'paint'>,
): string[] {
  const percentage = totalBytes > 0 ? Math.min(100, (bytes / totalBytes) * 100) : 0;
  const { filled, rest } = barOf(percentage, [], cellsIn(width));
  return [
    `${margin}${paint('plain', filled)}${paint('faint', rest)}${`${Math.floor(percentage)} %`.padStart(percentageWidth)}`,
    margin + paint('faint', `${sayBytes(bytes)} of ${sayBytes(totalBytes)}`),
  ];
}

const signs: Readonly<Record<string, string>> = { good: '✔', bad: '✘', inconclusive: '…', unmeasured: '?' };

function evidenceLines(
  { check, kind, sentence, onBad }: RolloutView['evidence'][number],
  { width, paint }: Room,
): string[] {
  const text = `${check}${onBad === 'nothing' ? ' (dry run)' : ''}: ${sentence}`;
  const sign = Object.hasOwn(signs, kind) ? signs[kind] : '·';
  return wrapTo(text, width - 4, 2).map((line, index) =>
    index === 0
      ? `${margin}${paint(toneOf(kind), `${sign} ${line}`)}`
      : `${margin}${margin}${paint(toneOf(kind), line)}`,
  );
}

function indented(text: string, { width }: Pick<Room, 'width'>, painted: (line: string) => string): string[] {
  return text === '' ? [] : wrap(text, width - margin.length).map((line) => margin + painted(line));
}

/** A command is of use only whole: it is neither wrapped nor cut, and stands on a line of its own. */
function noteLines({ tone, text, command }: Note, room: Room): string[] {
  const { paint } = room;
  return [
    ...indented(text, room, (line) => paint(tone, line)),
    ...(command === undefined ? [] : [margin + margin + paint(tone, command)]),
  ];
}

function submissionLines(view: SubmissionView, sentence: string, room: Room): string[] {
  const { paint } = room;
  const { problem, trouble, store, packages, policyName, submissionId, rolloutPercentage } = view;
  const faint = (text: string) => indented(text, room, (line) => paint('faint', line));
  const sorry = problem?.sentence === undefined || problem.sentence === sentence ? '' : problem.sentence;
  return [
    ...indented(sorry, room, (line) => paint('bad', line)),
    ...indented(untold(trouble?.cause, sentence), room, (line) => paint('uncertain', line)),
    ...(store?.errors ?? []).flatMap((error) => remark('error', error, room)),
    ...(store?.warnings ?? []).flatMap((warning) => remark('warning', warning, room)),
    ...(store?.certificationReports ?? []).flatMap(({ reportUrl, date }) =>
      // An address is of use only whole: it is neither wrapped nor cut.
      reportUrl === undefined ? [] : [...faint(`report${date ? ` of ${date}` : ''}:`), margin + reportUrl],
    ),
    ...faint(
      packages
        .map(({ fileName, bytes }) => fileName + (bytes === undefined ? '' : `, ${sayBytes(bytes)}`))
        .join('; '),
    ),
    ...faint(
      [
        ...(policyName === undefined ? [] : [`policy ${policyName}`]),
        ...(rolloutPercentage === undefined ? [] : [`begins at ${sayPercentage(rolloutPercentage)}`]),
        ...(submissionId === undefined ? [] : [`the Store’s submission ${submissionId}`]),
        ...(store?.status === undefined ? [] : [store.status]),
      ].join(', '),
    ),
  ];
}

/** The cause of a trouble mostly stands in the sentence already, where it may begin with a capital. */
const untold = (cause = '', sentence: string): string =>
  sentence.toLowerCase().includes(cause.toLowerCase()) ? '' : cause;

function remark(
  word: string,
  { code, details }: { code?: string | undefined; details?: string | undefined },
  room: Room,
): string[] {
  const text = [`the Store’s ${word}`, code, details]
    .filter((part) => part !== undefined && part !== '')
    .join(': ');
  return indented(text, room, (line) => room.paint(word === 'error' ? 'bad' : 'uncertain', line));
}

function nextLook(at: string | undefined, { ended }: Standing, { now, paint, width }: Room): string[] {
  const time = at === undefined ? Number.NaN : Date.parse(at);
  if (ended || Number.isNaN(time)) return [];
  const left = time - now;
  const when = left > 0 ? `in ${sayDuration(left)}` : 'now';
  return indented(`Rampart looks again ${when} (${sayTime(new Date(time))}).`, { width }, (line) =>
    paint('faint', line),
  );
}
