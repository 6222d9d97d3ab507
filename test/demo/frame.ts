import { sayDuration } from '../../src/shared/rollout/duration.ts';
import { sayPercentage, sayTime } from '../../src/shared/rollout/sentence.ts';
import { hasEnded } from '../../src/shared/rollout/vocabulary.ts';
import type { RolloutView } from '../support/api.ts';
import { barOf } from './bar.ts';
import { type Paint, toneOf } from './paint.ts';
import { cut, spread, wrapTo } from './text.ts';
import type { Snapshot, Watched } from './watch.ts';

/** What does not change from frame to frame. */
export type Setting = {
  /** When the domain clock began to run. */
  readonly start: Date;
  readonly steps: readonly number[];
  readonly checks: readonly string[];
};
export type Size = { readonly width: number; readonly height: number };

const widest = 100;
const margin = '  ';
/** Longer sentences are cut sooner where the terminal is low. */
const sentenceLines = [4, 3, 2, 1];

/** Both rollouts as lines for a terminal: none wider than `width`, and no more than `height`. */
export function frameOf(snapshot: Snapshot, setting: Setting, size: Size, paint: Paint): string[] {
  const width = Math.min(size.width, widest);
  const drawn = sentenceLines.map((count) => [
    header(snapshot, setting, width, paint),
    ...snapshot.rollouts.flatMap((rollout) => [
      '',
      ...rolloutLines(rollout, snapshot.now, setting, { width, count }, paint),
    ]),
  ]);
  return drawn.find((lines) => lines.length <= size.height) ?? (drawn.at(-1) ?? []).slice(0, size.height);
}

function header({ now, speed }: Snapshot, { start }: Setting, width: number, paint: Paint): string {
  const elapsed = sayDuration(floorToMinute(now.getTime() - start.getTime()));
  const [left, gap, right] = spread(`Rampart, ${sayPace(speed)}`, `${sayTime(now)}, ${elapsed} in`, width);
  return paint('title', left) + gap + right;
}

const secondsOfDay = 86_400;
const sayPace = (speed: number): string =>
  speed === 0 ? 'the clock stands' : `a day in ${sayDuration((secondsOfDay / speed) * 1_000)}`;

type Room = { readonly width: number; readonly count: number };

function rolloutLines(
  { build, view, sentence }: Watched,
  now: Date,
  setting: Setting,
  { width, count }: Room,
  paint: Paint,
): string[] {
  const [name, gap, where] = spread(
    `${build.application} ${build.version}: ${build.sort}`,
    standing(view),
    width,
  );
  const inner = width - margin.length;
  return [
    paint('title', name) + gap + paint(toneOf(view.phase), where),
    ...barLines(view, setting.steps, width, paint),
    margin + paint('faint', cut(timing(view, now, setting.start), inner)),
    ...setting.checks.flatMap((check) => checkLines(view, check, { width: inner, count }, paint)),
    ...wrapTo(sentence, inner, count).map((line) => (line === '' ? '' : margin + line)),
  ];
}

const standing = ({ phase, step, paused }: RolloutView): string =>
  [phase, ...(step ? [`step ${step.number} of ${step.of}`] : []), ...(paused ? ['paused'] : [])].join(' · ');

/** The percentage is at most `100 %`, after a space. */
const percentageWidth = 6;

function barLines(view: RolloutView, steps: readonly number[], width: number, paint: Paint): string[] {
  const cells = Math.max(1, width - margin.length - percentageWidth);
  const { filled, rest, scale } = barOf(view.percentage, steps, cells);
  const percentage = cut(sayPercentage(view.percentage).padStart(percentageWidth), percentageWidth);
  return [
    margin + paint(toneOf(view.phase), filled) + paint('faint', rest) + percentage,
    margin + paint('faint', cut(scale, cells)),
  ];
}

function timing(view: RolloutView, now: Date, start: Date): string {
  const { phase, endedAt, step, submissionStatus } = view;
  if (hasEnded(phase) && endedAt !== undefined)
    return `${phase} ${sayDuration(floorToMinute(Date.parse(endedAt) - start.getTime()))} after the start`;
  if (!step) return `the Store is at ${submissionStatus ?? 'an unknown status'}`;
  const left = Date.parse(step.bakeEndsAt) - now.getTime();
  return left > 0 ? `bake: ${sayDuration(floorToMinute(left))} left` : 'bake: over';
}

/** Where there is room, the numbers may take a second line. */
function checkLines(
  { evidence }: RolloutView,
  check: string,
  { width, count }: Room,
  paint: Paint,
): string[] {
  const found = evidence.find((entry) => entry.check === check);
  const kind = found?.kind ?? 'unasked';
  const dryRun = found?.onBad === 'nothing' ? ' (dry run)' : '';
  const text = `${check}${dryRun}: ${found?.sentence ?? 'not asked yet'}`;
  const [first = '', second = ''] = wrapTo(text, width - 2, count > 2 ? 2 : 1);
  const tone = toneOf(kind);
  const lines = [`${margin}${paint(tone, signs[kind] ?? '·')} ${paint(tone, first)}`];
  return second === '' ? lines : [...lines, `${margin}${margin}${paint(tone, second)}`];
}

const signs: Readonly<Record<string, string>> = { good: '✔', bad: '✘', inconclusive: '…', unmeasured: '?' };

const minute = 60_000;
/** Seconds would only flicker. */
const floorToMinute = (ms: number): number => Math.floor(ms / minute) * minute;
