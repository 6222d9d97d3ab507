import type { DequeuedMessageItem } from '@azure/storage-queue';
import { isStatus } from './lease.ts';
import { MessageProcessor, type MessageProcessorOptions } from './messageProcessor.ts';
import { pause } from './pause.ts';

/** The platform's shortest wait between two polls. */
const minPollingIntervalMs = 100;

/** Polls one queue and runs its function, several messages at once. */
export class QueueListener {
  readonly #options: MessageProcessorOptions;
  readonly #processor: MessageProcessor;
  readonly #stopping = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  #pausing = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: MessageProcessorOptions) {
    this.#options = options;
    this.#processor = new MessageProcessor(options);
  }

  get queueUrl(): string {
    return this.#options.queue.url;
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
    const { maxPollingInterval } = this.#options.queueOptions;
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
      if (isStatus(error, 404)) await this.#options.queue.createIfNotExists().catch(this.#warn);
      else this.#warn(error);
      return false;
    }
  }

  async #receive(): Promise<DequeuedMessageItem[]> {
    const { queue, queueOptions, invisibilityMs } = this.#options;
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
    const { batchSize, newBatchThreshold = Math.floor(batchSize / 2) } = this.#options.queueOptions;
    while (this.#inFlight.size > newBatchThreshold && !this.#stopping.signal.aborted)
      await Promise.race(this.#inFlight);
  }

  readonly #warn = (error: unknown): void => {
    this.#options.logger('warning', this.#options.definition.name, `The queue failed: ${String(error)}`);
  };
}
