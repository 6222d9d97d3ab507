/**
 * The budget has no room, or its table cannot be reached: the request is not to be sent. Remedy: try again after
 * `retryAfterMs`.
 */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
  /** Why, without a full stop. */
  readonly problem: string;
  readonly retryAfterMs: number;

  constructor(problem: string, options: { readonly retryAfterMs: number; readonly cause?: unknown }) {
    super(
      `There is no room for a request: ${problem}.`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.problem = problem;
    this.retryAfterMs = options.retryAfterMs;
  }
}
