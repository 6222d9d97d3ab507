import { progressed } from '../../delivery/settle.ts';
import type { UploadProgress } from '../../msstore/port.ts';
import type { Log } from '../../platform/log.ts';
import type { DeliveryStore, StoredDelivery } from '../../state/deliveries.ts';
import { LostRaceError } from '../../state/errors.ts';
import { causeOf } from '../../text/cause.ts';

/** How often the progress of an upload is written down, in real time. */
const everyMs = 3_000;

/**
 * Writes down how far an upload is, one writing after the other, while it goes on. Whoever wrote the delivery in between
 * has something else in mind for it: then the upload is given up.
 */
export class Progress {
  readonly #deliveries: Pick<DeliveryStore, 'get' | 'save'>;
  readonly #log: Log;
  readonly #lost = new AbortController();
  #current: StoredDelivery;
  #writing: Promise<void> | undefined;
  #writtenAt = performance.now();

  constructor(claimed: StoredDelivery, deliveries: Pick<DeliveryStore, 'get' | 'save'>, log: Log) {
    this.#current = claimed;
    this.#deliveries = deliveries;
    this.#log = log;
  }

  /** Aborts when somebody else has written the delivery. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  saw(seen: UploadProgress): void {
    if (this.#writing || performance.now() - this.#writtenAt < everyMs) return;
    this.#writing = this.#write(seen).finally(() => {
      this.#writtenAt = performance.now();
      this.#writing = undefined;
    });
  }

  /** The delivery as it was written last. @throws LostRaceError */
  async last(): Promise<StoredDelivery> {
    await this.#writing;
    if (this.#lost.signal.aborted) throw this.#lost.signal.reason;
    return this.#current;
  }

  /** Progress that cannot be written costs a line, and nothing else. */
  async #write(seen: UploadProgress): Promise<void> {
    const { delivery } = this.#current;
    try {
      this.#current = await this.#deliveries.save(this.#current, progressed(delivery, seen));
    } catch (error) {
      await this.#reread(error);
    }
  }

  /** The writing may have come through without its answer: what is read then says whose it is. */
  async #reread(error: unknown): Promise<void> {
    const { id } = this.#current.delivery;
    try {
      const found = await this.#deliveries.get(id);
      if (found && isOurs(this.#current, found)) this.#current = found;
      else this.#lost.abort(new LostRaceError(id, { cause: error }));
    } catch (second) {
      this.#log.info(`${id}: the progress could not be written (${causeOf(error)}; ${causeOf(second)}).`);
    }
  }
}

/** Progress changes neither the journal nor the claim; everybody else's writing does. */
const isOurs = ({ delivery: a }: StoredDelivery, { delivery: b }: StoredDelivery): boolean =>
  a.journalLength === b.journalLength &&
  a.phase === b.phase &&
  a.nextLookAt?.getTime() === b.nextLookAt?.getTime();
