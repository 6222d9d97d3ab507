import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import type { QueueOptions } from './hostJson.ts';
import type { Logger } from './logger.ts';
import { pause } from './pause.ts';
import { decodeMessage } from './queueMessage.ts';

/** One queue, and what is done with its messages. */
export interface QueueWork {
  /** Whom the log names: a function, or `host`. */
  source: string;
  queue: QueueClient;
  queueOptions: QueueOptions;
  /** Whether the message is done with. A rejection counts as a try that failed. */
  run: (content: string, message: DequeuedMessageItem) => Promise<boolean>;
  /** Where a message goes that failed for the last time; without it such a message stays hidden. */
  poisonQueue: ((messageText: string) => Promise<QueueClient>) | undefined;
  /** How long a message stays hidden before it must be hidden again; a host that dies gives it back after this. */
  invisibilityMs: number;
  logger: Logger;
}

/** Takes one message through its work and then, by the outcome, out of the queue, back into it, or aside. */
export class MessageProcessor {
  readonly #work: QueueWork;

  constructor(work: QueueWork) {
    this.#work = work;
  }

  /** Rejects only where the queue itself fails; the message then comes back by itself. */
  async process(message: DequeuedMessageItem): Promise<void> {
    const hidden = keepHidden(message, this.#work);
    const tooOften = message.dequeueCount > this.#work.queueOptions.maxDequeueCount;
    const succeeded = !tooOften && (await this.#run(message));
    const popReceipt = await hidden.end();
    if (succeeded) await this.#work.queue.deleteMessage(message.messageId, popReceipt);
    else await this.#fail(message, popReceipt);
  }

  async #run(message: DequeuedMessageItem): Promise<boolean> {
    const { source, queueOptions, run, logger } = this.#work;
    try {
      return await run(decodeMessage(message.messageText, queueOptions.messageEncoding), message);
    } catch (error) {
      logger('error', source, `Message ${message.messageId} failed before its function: ${String(error)}`);
      return false;
    }
  }

  async #fail(message: DequeuedMessageItem, popReceipt: string): Promise<void> {
    const { queue, queueOptions, poisonQueue } = this.#work;
    // Without a place to go it stays hidden, so that it does not spin.
    if (!poisonQueue) return;
    if (message.dequeueCount >= queueOptions.maxDequeueCount)
      await this.#setAside(message, popReceipt, await poisonQueue(message.messageText));
    else
      await queue.updateMessage(
        message.messageId,
        popReceipt,
        undefined,
        Math.round(queueOptions.visibilityTimeout / 1000),
      );
  }

  async #setAside(message: DequeuedMessageItem, popReceipt: string, poison: QueueClient): Promise<void> {
    const { source, queue, queueOptions, logger } = this.#work;
    const reason = `Message has reached MaxDequeueCount of ${queueOptions.maxDequeueCount}`;
    logger('warning', source, `${reason}. Moving message to queue '${poison.name}'.`);
    await poison.sendMessage(message.messageText);
    await queue.deleteMessage(message.messageId, popReceipt);
  }
}

/** Hides a message again at half its time, until ended; answers the receipt that is valid then. */
function keepHidden(message: DequeuedMessageItem, work: QueueWork) {
  const { queue, invisibilityMs, source, logger } = work;
  const ended = new AbortController();
  let popReceipt = message.popReceipt;
  const renew = async (): Promise<void> => {
    for (;;) {
      await pause(invisibilityMs / 2, ended.signal);
      if (ended.signal.aborted) return;
      const seconds = Math.ceil(invisibilityMs / 1000);
      const updated = await queue.updateMessage(message.messageId, popReceipt, undefined, seconds);
      popReceipt = updated.popReceipt ?? popReceipt;
    }
  };
  const renewing = renew().catch((error: unknown) => {
    logger('warning', source, `Message ${message.messageId} is not kept hidden: ${String(error)}`);
  });
  return {
    end: async (): Promise<string> => {
      ended.abort();
      await renewing;
      return popReceipt;
    },
  };
}
