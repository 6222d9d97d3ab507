import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import type { FunctionDefinition, TriggerOf } from './functionDefinition.ts';
import type { QueueOptions } from './hostJson.ts';
import type { Invoker } from './invoker.ts';
import type { Logger } from './logger.ts';
import { pause } from './pause.ts';
import type { QueueClients } from './queueClients.ts';
import { decodeMessage, messageData } from './queueMessage.ts';

export type QueueFunction = FunctionDefinition<TriggerOf<'queueTrigger'>>;

export interface MessageProcessorOptions {
  definition: QueueFunction;
  queue: QueueClient;
  clients: QueueClients;
  queueOptions: QueueOptions;
  /** How long a message stays hidden before it must be hidden again; a host that dies gives it back after this. */
  invisibilityMs: number;
  invoker: Invoker;
  logger: Logger;
}

const poisonSuffix = '-poison';

/** Takes one message through its function and then, by the outcome, out of the queue, back into it, or aside. */
export class MessageProcessor {
  readonly #options: MessageProcessorOptions;

  constructor(options: MessageProcessorOptions) {
    this.#options = options;
  }

  /** Rejects only where the queue itself fails; the message then comes back by itself. */
  async process(message: DequeuedMessageItem): Promise<void> {
    const hidden = keepHidden(message, this.#options);
    const tooOften = message.dequeueCount > this.#options.queueOptions.maxDequeueCount;
    const succeeded = !tooOften && (await this.#run(message));
    const popReceipt = await hidden.end();
    if (succeeded) await this.#options.queue.deleteMessage(message.messageId, popReceipt);
    else await this.#fail(message, popReceipt);
  }

  async #run(message: DequeuedMessageItem): Promise<boolean> {
    const { definition, queueOptions, invoker, logger } = this.#options;
    let content: string;
    try {
      content = decodeMessage(message.messageText, queueOptions.messageEncoding);
    } catch (error) {
      logger('error', definition.name, `Message ${message.messageId} is not readable: ${String(error)}`);
      return false;
    }
    return (await invoker.invoke(definition, messageData(content, message))).succeeded;
  }

  async #fail(message: DequeuedMessageItem, popReceipt: string): Promise<void> {
    const { queue, queueOptions } = this.#options;
    // A poison queue has no poison queue of its own; its message stays hidden, so that it does not spin.
    if (queue.name.endsWith(poisonSuffix)) return;
    if (message.dequeueCount >= queueOptions.maxDequeueCount) await this.#setAside(message, popReceipt);
    else
      await queue.updateMessage(
        message.messageId,
        popReceipt,
        undefined,
        Math.round(queueOptions.visibilityTimeout / 1000),
      );
  }

  async #setAside(message: DequeuedMessageItem, popReceipt: string): Promise<void> {
    const { definition, queue, clients, queueOptions, logger } = this.#options;
    const poisonName = `${queue.name}${poisonSuffix}`;
    const reason = `Message has reached MaxDequeueCount of ${queueOptions.maxDequeueCount}`;
    logger('warning', definition.name, `${reason}. Moving message to queue '${poisonName}'.`);
    const poison = await clients.get(definition.trigger.connection, poisonName);
    await poison.sendMessage(message.messageText);
    await queue.deleteMessage(message.messageId, popReceipt);
  }
}

/** Hides a message again at half its time, until ended; answers the receipt that is valid then. */
function keepHidden(message: DequeuedMessageItem, options: MessageProcessorOptions) {
  const { queue, invisibilityMs, definition, logger } = options;
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
    logger('warning', definition.name, `Message ${message.messageId} is not kept hidden: ${String(error)}`);
  });
  return {
    end: async (): Promise<string> => {
      ended.abort();
      await renewing;
      return popReceipt;
    },
  };
}
