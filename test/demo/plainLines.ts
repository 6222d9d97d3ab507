import { sayPercentage, sayTime } from '../../src/shared/rollout/sentence.ts';
import type { Snapshot, Watched } from './watch.ts';

/** A bake that counts down is no news. */
const countdown = /\d+ (d|h|min|s)( \d+ (h|min|s))? left/;
const newsOf = ({ view, sentence }: Watched): string =>
  `${view.phase} ${view.percentage} ${sentence.replace(countdown, 'some time left')}`;

/** One line for each rollout that moved or says something new, with the domain time. */
export function plainLines(previous: Snapshot | undefined, current: Snapshot): string[] {
  return current.rollouts.flatMap((rollout) => {
    const { build, view, sentence } = rollout;
    const before = previous?.rollouts.find((one) => one.view.id === view.id);
    if (before && newsOf(before) === newsOf(rollout)) return [];
    const percentage = sayPercentage(view.percentage).padStart(5);
    return [`${sayTime(current.now)}  ${build.application}  ${percentage}  ${view.phase}: ${sentence}`];
  });
}
