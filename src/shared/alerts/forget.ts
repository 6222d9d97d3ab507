import type { Rollout } from '../rollout/rollout.ts';
import type { AlertRecord } from './record.ts';

const day = 24 * 3_600_000;

/** How many days an alert is kept that does not come again. */
export const daysKept = 30;

/** Before this time an alert has to have come for the last time, to be forgotten. */
export const forgetBefore = (now: Date): Date => new Date(now.getTime() - daysKept * day);

/**
 * Whether an alert that came so long ago still counts: while it holds a rollout, and as long as a rollout goes on to which
 * it did something. A hold that a person has lifted would come back with the next repeat.
 *
 * @param active the rollouts that have not ended
 */
export const stillCounts = (
  { id, effects }: Pick<AlertRecord, 'id' | 'effects'>,
  active: readonly Pick<Rollout, 'id' | 'alertHolds'>[],
): boolean =>
  active.some(
    (rollout) =>
      rollout.alertHolds.some(({ alert }) => alert === id) ||
      effects.some(({ rolloutId }) => rolloutId === rollout.id),
  );
