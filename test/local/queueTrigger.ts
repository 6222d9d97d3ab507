import type { DequeuedMessageItem } from '@azure/storage-queue';
import { isStatus } from './lease.ts';
import { MessageProcessor, type QueueWork } from './messageProcessor.ts';
import { pause } from './pause.ts';

/** The platform's shortest wait between two polls. */
const minPollingIntervalMs = 100;

/** Polls one queue and works on its messages, several at once. */
export class QueueListener {
  readonly #work: QueueWork;
  readonly #processor: MessageProcessor;
  readonly #stopping = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  #pausing = new AbortController();
  #running: Promise<void> | undefined;

  constructor(work: QueueWork) {
    this.#work = work;
    this.#processor = new MessageProcessor(work);
  }

  get queueUrl(): string {
    return this.#work.queue.url;
  }

  start(): void {
    this.#running = this.#listen();
  }

  /** Polls at once: somebody in this process has put a message into the queue. */
  wake(): void {
    this.#pausing.abort();
  }

  /** Takes no more messages, and resolves when those that it took are settled. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await Promise.all(this.#inFlight);
  }

  async #listen(): Promise<void> {
    const { maxPollingInterval } = this.#work.queueOptions;
    let intervalMs = minPollingIntervalMs;
    while (!this.#stopping.signal.aborted) {
      this.#pausing = new AbortController();
      const found = await this.#poll();
      intervalMs = found ? minPollingIntervalMs : Math.min(intervalMs * 2, maxPollingInterval);
      if (found) await this.#roomForNextBatch();
      else await pause(intervalMs, AbortSignal.any([this.#stopping.signal, this.#pausing.signal]));
    }
  }

  /** Takes a batch and starts on it. Whether there was one. */
  async #poll(): Promise<boolean> {
    try {
      const messages = await this.#receive();
      for (const message of messages) this.#track(message);
      return messages.length > 0;
    } catch (error) {
      // A queue that was deleted comes back; anything else is tried again at the next poll.
      if (isStatus(error, 404)) await this.#work.queue.createIfNotExists().catch(this.#warn);
      else this.#warn(error);
      return false;
    }
  }

  async #receive(): Promise<DequeuedMessageItem[]> {
    const { queue, queueOptions, invisibilityMs } = this.#work;
    const { receivedMessageItems } = await queue.receiveMessages({
      numberOfMessages: queueOptions.batchSize,
      visibilityTimeout: Math.ceil(invisibilityMs / 1000),
    });
    return receivedMessageItems;
  }

  #track(message: DequeuedMessageItem): void {
    const processing = this.#processor
      .process(message)
      .catch(this.#warn)
      .finally(() => this.#inFlight.delete(processing));
    this.#inFlight.add(processing);
  }

  /** The next batch is taken once no more than `newBatchThreshold` messages of earlier ones are being worked on. */
  async #roomForNextBatch(): Promise<void> {
    const { batchSize, newBatchThreshold = Math.floor(batchSize / 2) } = this.#work.queueOptions;
    while (this.#inFlight.size > newBatchThreshold && !this.#stopping.signal.aborted)
      await Promise.race(this.#inFlight);
  }

  readonly #warn = (error: unknown): void => {
    this.#work.logger('warning', this.#work.source, `The queue failed: ${String(error)}`);
  };
}
