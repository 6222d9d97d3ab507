/** One class per remedy of the caller. Each sentence names what is wrong and what to do. */

/** There is no rollout of that id. Remedy: correct the id, or start the rollout. */
export class NoSuchRolloutError extends Error {
  override readonly name = 'NoSuchRolloutError';

  constructor(id: string) {
    super(`There is no rollout ${id}. GET /api/rollouts lists those that exist.`);
  }
}

/** There is no submission of that id. Remedy: correct the id, or submit it. */
export class NoSuchDeliveryError extends Error {
  override readonly name = 'NoSuchDeliveryError';

  constructor(id: string) {
    super(`There is no submission ${id}. GET /api/submissions lists those that exist.`);
  }
}

/** The settings name no such publisher. Remedy: name one of those they do. */
export class UnknownPublisherError extends Error {
  override readonly name = 'UnknownPublisherError';

  constructor(name: string | undefined, known: readonly string[]) {
    super(
      name === undefined
        ? `Which publisher? Name one of: ${known.join(', ')}.`
        : `There is no publisher "${name}". Name one of: ${known.join(', ')}.`,
    );
  }
}

/** What is asked contradicts what is. Remedy: as the sentence says. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/** The Store's submission cannot be rolled out gradually. Remedy: another submission. */
export class UnsuitableSubmissionError extends Error {
  override readonly name = 'UnsuitableSubmissionError';
}

/** Rampart or the Store cannot do it now; where an answer was lost, it may have been done. Remedy: the same again later, which does nothing twice. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  readonly retryAfterMs: number;

  constructor(sentence: string, retryAfterMs: number, options?: ErrorOptions) {
    super(sentence, options);
    this.retryAfterMs = retryAfterMs;
  }
}
