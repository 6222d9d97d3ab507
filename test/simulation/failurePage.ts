import type { Failure } from './campaign.ts';
import type { Planned } from './engine/disturbance.ts';
import type { Violation } from './facts.ts';
import { hang, pad, pageWidth, some } from './lines.ts';
import type { Replay } from './replay.ts';

/** What people read of one run. */

const mostStory = 40;

export function failurePage(failure: Failure, width = pageWidth): string {
  const { seed, violation, schedule, drawn, story } = failure;
  const shown = story.slice(-mostStory);
  return [
    '',
    hang('', brokenBy(seed, violation), width),
    '',
    `The shortest schedule found, ${schedule.length} of ${some(drawn, 'disturbance')}:`,
    ...scheduleLines(schedule, width),
    '',
    `What happened${shown.length < story.length ? ` (the last ${shown.length} of ${story.length} lines)` : ''}:`,
    ...storyLines(shown, margin, width),
    '',
  ].join('\n');
}

export type Replayed = Replay & {
  readonly story: readonly string[];
  readonly violation: Violation | undefined;
};

export function replayPage({ seed, schedule, story, violation }: Replayed, width: number): string {
  return [
    '',
    hang('', violation ? brokenBy(seed, violation) : `Everything held in seed ${seed}.`, width),
    '',
    `Its schedule, ${some(schedule.length, 'disturbance')}:`,
    ...scheduleLines(schedule, width),
    '',
    'What happened:',
    ...(story.length === 0 ? [margin + nothingToTell] : storyLines(story, margin, width)),
    '',
  ].join('\n');
}

/** What happened in a seed in which everything held. */
export const storyPage = (story: readonly string[], width: number): string =>
  story.length === 0 ? nothingToTell : storyLines(story, '', width).join('\n');

/** A story is of rollouts. */
const nothingToTell = 'There is nothing to tell: no rollout was started.';
const margin = '  ';

const brokenBy = (seed: string, { invariant, message }: Violation): string =>
  `Seed ${seed} breaks ${invariant}: ${message}`;

const scheduleLines = (schedule: readonly Planned[], width: number): string[] =>
  schedule.map((planned) => hang(margin, sayPlanned(planned), width));

function sayPlanned({ at, do: what }: Planned): string {
  const { kind, ...rest } = what;
  const details = Object.entries(rest).map(([name, value]) => `${name} ${value}`);
  return `${pad(at, 36)} ${kind}${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
}

/** What follows the time stands beside it, on all its lines. */
const storyLines = (story: readonly string[], before: string, width: number): string[] =>
  story.map((line) => {
    const [time = ''] = /^\S+ +/.exec(line) ?? [];
    return hang(before + time, line.slice(time.length), width);
  });
