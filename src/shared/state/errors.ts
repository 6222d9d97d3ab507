import { RestError } from '@azure/data-tables';

/** Somebody else changed it since it was read. Nothing was written: read it again, or leave it to them. */
export class LostRaceError extends Error {
  override readonly name = 'LostRaceError';

  constructor(id: string, options: ErrorOptions) {
    super(`${id} was changed by somebody else in the meantime.`, options);
  }
}

/** The track has an active one already: a rollout, or a delivery. */
export class TrackBusyError extends Error {
  override readonly name = 'TrackBusyError';
  readonly activeId: string;

  constructor(activeId: string, options: ErrorOptions) {
    super(`The track is taken already by ${activeId}.`, options);
    this.activeId = activeId;
  }
}

/** Whether the tables answered with this status. */
export const isStatus = (error: unknown, ...statuses: readonly number[]): boolean =>
  error instanceof RestError && error.statusCode !== undefined && statuses.includes(error.statusCode);

/** Whether the tables could not be reached, did not answer, or are out of order: the same again later may work. */
export const isOutage = (error: unknown): boolean =>
  isTimeout(error) ||
  (error instanceof RestError &&
    (error.statusCode === undefined || error.statusCode === 429 || error.statusCode >= 500));

/** The SDK aborts a request that takes too long, and does not repeat it. */
const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
