import type { InvocationResponse } from './coreTypes.ts';
import type { FunctionDefinition } from './functionDefinition.ts';
import type { QueueClients } from './queueClients.ts';
import { encodeMessage, type MessageEncoding, outputMessages } from './queueMessage.ts';

export interface QueueOutputOptions {
  clients: QueueClients;
  encoding: MessageEncoding;
  /** Told of each queue that got messages, so that its listener here need not wait for its next poll. */
  onEnqueued: (queueUrl: string) => void;
}

/** Puts what a function returned or set for its queue outputs into the queues, in order. */
export async function writeQueueOutputs(
  definition: FunctionDefinition,
  response: InvocationResponse,
  { clients, encoding, onEnqueued }: QueueOutputOptions,
): Promise<void> {
  for (const { name, connection, queueName } of definition.queueOutputs) {
    const data =
      name === '$return'
        ? response.returnValue
        : response.outputData?.find((output) => output.name === name)?.data;
    const messages = outputMessages(data);
    if (messages.length === 0) continue;
    const queue = await clients.get(connection, queueName);
    for (const message of messages) await queue.sendMessage(encodeMessage(message, encoding));
    onEnqueued(queue.url);
  }
}
