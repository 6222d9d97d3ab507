import type { AlertView, TrialView } from '../api/alertViews.ts';
import type { Paint, Tone } from './paint.ts';
import { cut, hanging, wrap, wrapTo } from './text.ts';

type Room = { readonly width: number; readonly paint: Paint };

/** The alerts that came in: the one that came last stands last, where the eye is. */
export const alertLines = (alerts: readonly AlertView[], room: Room): string[] =>
  alerts
    .toSorted((a, b) => (a.lastAt ?? '').localeCompare(b.lastAt ?? ''))
    .flatMap((alert) => [
      room.paint('faint', cut(headOf(alert), room.width)),
      ...below(titleOf(alert), room, toneOf(alert)),
      ...below(sinceOf(alert), room, 'faint'),
      ...labelLines(alert, room),
      ...alert.effects.flatMap(({ rolloutId, outcome, sentence = '' }) =>
        effectLines(outcome, rolloutId, sentence, room),
      ),
      ...below(alert.matched === false ? 'It never concerned a rollout.' : '', room, 'uncertain'),
      ...remarkLines(alert, room),
      // An address is of use only whole: it is neither wrapped nor cut.
      ...(alert.url === undefined ? [] : [room.paint('faint', `  ${alert.url}`)]),
    ]);

/** What the alerts of a payload would do. */
export function trialLines(trials: readonly TrialView[], room: Room): string[] {
  if (trials.length === 0) return wrap('It holds no alert: the sender speaks of something else.', room.width);
  return trials.flatMap((trial) => [
    ...wrap(titleOf(trial), room.width).map((line) => room.paint(toneOf(trial), line)),
    ...labelLines(trial, room),
    ...trial.rollouts.flatMap(({ id, would }) => effectLines(`would ${would}`, id, '', room)),
    ...(trial.rollouts.length === 0 ? below('It would do nothing.', room, 'uncertain') : []),
    ...remarkLines(trial, room),
  ]);
}

/** `2026-11-21 06:00:00  prometheus (alertmanager)  3 times` */
function headOf({ lastAt = '', sender, format, count }: AlertView): string {
  const from = [sender, format === undefined || format === sender ? '' : `(${format})`]
    .filter(Boolean)
    .join(' ');
  const times = count === undefined || count === 1 ? '' : `${count} times`;
  return [lastAt.slice(0, 19).replace('T', ' '), from, times].filter(Boolean).join('  ');
}

const sinceOf = ({ startsAt, firstAt, lastAt, count = 1 }: AlertView): string => {
  const since = startsAt ?? firstAt;
  return since === undefined || (count === 1 && since.slice(0, 19) === lastAt?.slice(0, 19))
    ? ''
    : `since ${since.slice(0, 19).replace('T', ' ')}`;
};

type Titled = Pick<AlertView, 'title' | 'status'>;
const titleOf = ({ title = 'an alert without a title', status }: Titled): string =>
  [status, title].filter(Boolean).join(': ');
const toneOf = ({ status }: Titled): Tone => (status === 'firing' ? 'bad' : 'good');

/** They name rollouts and labels, which are of use only whole. */
const remarkLines = ({ remarks }: Pick<AlertView, 'remarks'>, { width, paint }: Room): string[] =>
  remarks.flatMap((remark) =>
    hanging(remark, width - 2)
      .split('\n')
      .map((line) => `  ${paint('uncertain', line)}`),
  );

/** Labels may be many and long, and policies are written by them: as JSON they are whole. */
const mostLabelLines = 4;

function labelLines({ labels }: Pick<AlertView, 'labels'>, { width, paint }: Room): string[] {
  const words = Object.entries(labels).map(([name, value]) => `${name}=${quoted(value)}`);
  if (words.length === 0) return [];
  return wrapTo(words.join(' '), width - 2, mostLabelLines).map((line) => `  ${paint('faint', line)}`);
}

/** As a policy would have to write it, where that is not plain to see. */
const quoted = (value: string): string => (/^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value));

/** The id whole, since it must be copied, and what is said of it below. */
function effectLines(outcome: string, rolloutId: string, sentence: string, room: Room): string[] {
  const head = `  ${outcome} ${rolloutId}`;
  return [
    room.paint(tones[outcome] ?? 'plain', head),
    ...(sentence === '' ? [] : wrap(sentence, room.width - 4).map((line) => `    ${line}`)),
  ];
}

const tones: Readonly<Record<string, Tone>> = {
  halted: 'bad',
  halting: 'bad',
  'would halt': 'bad',
  held: 'uncertain',
  'would hold': 'uncertain',
  released: 'good',
  'would release': 'good',
  refused: 'uncertain',
  unavailable: 'bad',
};

const below = (text: string, { width, paint }: Room, tone: Tone): string[] =>
  text === '' ? [] : wrap(text, width - 2).map((line) => `  ${paint(tone, line)}`);
