import type { UploadProgress } from '../msstore/port.ts';
import type { StoredDelivery } from '../state/deliveries.ts';
import { LostRaceError } from '../state/errors.ts';

/** How often the progress of an upload is written down, in real time. */
const everyMs = 3_000;

/**
 * Writes down how far an upload is, one writing after the other, while it goes on. Whoever wrote the delivery in between
 * has something else in mind for it: then the upload is given up.
 */
export class Progress {
  readonly #save: (current: StoredDelivery, seen: UploadProgress) => Promise<StoredDelivery>;
  readonly #lost = new AbortController();
  #current: StoredDelivery;
  #writing: Promise<void> | undefined;
  #writtenAt = performance.now();

  constructor(
    claimed: StoredDelivery,
    save: (current: StoredDelivery, seen: UploadProgress) => Promise<StoredDelivery>,
  ) {
    this.#current = claimed;
    this.#save = save;
  }

  /** Aborts when somebody else has written the delivery. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  saw(seen: UploadProgress): void {
    if (this.#writing || performance.now() - this.#writtenAt < everyMs) return;
    this.#writing = this.#write(seen);
  }

  /** The delivery as it was written last. @throws LostRaceError */
  async last(): Promise<StoredDelivery> {
    await this.#writing;
    if (this.#lost.signal.aborted) throw this.#lost.signal.reason;
    return this.#current;
  }

  async #write(seen: UploadProgress): Promise<void> {
    try {
      this.#current = await this.#save(this.#current, seen);
    } catch (error) {
      // Any other failure to write costs a line of progress, and nothing else.
      if (error instanceof LostRaceError) this.#lost.abort(error);
    } finally {
      this.#writtenAt = performance.now();
      this.#writing = undefined;
    }
  }
}
