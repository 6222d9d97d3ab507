import { RestError } from '@azure/data-tables';

/** Somebody else changed the rollout since it was read. Nothing was written: read it again, or leave it to them. */
export class LostRaceError extends Error {
  override readonly name = 'LostRaceError';

  constructor(rolloutId: string, options: ErrorOptions) {
    super(`The rollout ${rolloutId} was changed by somebody else in the meantime.`, options);
  }
}

/** The track has an active rollout already. */
export class TrackBusyError extends Error {
  override readonly name = 'TrackBusyError';
  readonly activeRolloutId: string;

  constructor(activeRolloutId: string, options: ErrorOptions) {
    super(`The track has an active rollout already: ${activeRolloutId}.`, options);
    this.activeRolloutId = activeRolloutId;
  }
}

/** Whether the tables answered with this status. */
export const isStatus = (error: unknown, ...statuses: readonly number[]): boolean =>
  error instanceof RestError && error.statusCode !== undefined && statuses.includes(error.statusCode);

/** Whether the tables could not be reached, or are out of order: the same again later may work. */
export const isOutage = (error: unknown): boolean =>
  error instanceof RestError &&
  (error.statusCode === undefined || error.statusCode === 429 || error.statusCode >= 500);
