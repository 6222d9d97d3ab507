import type { QueueClient } from '@azure/storage-queue';
import type { BlobClients } from './blobClients.ts';
import { type BlobFunction, blobData, findProperties } from './blobData.ts';
import {
  type BlobMessage,
  blobFunctionId,
  blobPoisonQueueName,
  parseBlobMessage,
  quotedEtag,
} from './blobMessage.ts';
import type { Invoker } from './invoker.ts';
import type { Logger } from './logger.ts';
import type { QueueClients } from './queueClients.ts';
import { decodeMessage } from './queueMessage.ts';

export interface BlobWorkOptions {
  definitions: readonly BlobFunction[];
  blobs: BlobClients;
  queues: QueueClients;
  invoker: Invoker;
  logger: Logger;
}

/** Runs blob functions for the messages that scanners put into the host's queue. */
export class BlobWork {
  readonly #options: BlobWorkOptions;

  constructor(options: BlobWorkOptions) {
    this.#options = options;
  }

  /** Whether the message is done with: also one whose function or blob is gone, or whose blob has a newer version. */
  async run(content: string): Promise<boolean> {
    const message = parseBlobMessage(content);
    const definition = this.#find(message);
    if (!definition) return this.#drop(message, 'its function is not here');
    const container = this.#options.blobs
      .get(definition.trigger.connection)
      .getContainerClient(message.ContainerName);
    const blob = container.getBlobClient(message.BlobName);
    const properties = await findProperties(blob);
    if (!properties) return this.#drop(message, 'it is gone');
    const isNewer = quotedEtag(properties.etag) !== message.ETag;
    // The platform looks at the version only where it scans; an event's blob is run as it is by then.
    if (isNewer && definition.trigger.source === 'LogsAndContainerScan')
      return this.#drop(message, 'it has a newer version');
    const data = await blobData(definition.name, definition.trigger, blob, properties);
    return (await this.#options.invoker.invoke(definition, data)).succeeded;
  }

  /** Beside the blob, as on the platform; for a message that nobody can read, in the app's own storage. */
  async poisonQueue(messageText: string): Promise<QueueClient> {
    return this.#options.queues.get(this.#connectionOf(messageText), blobPoisonQueueName);
  }

  #connectionOf(messageText: string): string {
    try {
      const content = decodeMessage(messageText, 'base64');
      return this.#find(parseBlobMessage(content))?.trigger.connection ?? '';
    } catch {
      // `run` has said what is wrong with it.
      return '';
    }
  }

  #find({ FunctionId }: BlobMessage): BlobFunction | undefined {
    return this.#options.definitions.find(({ name }) => blobFunctionId(name) === FunctionId);
  }

  #drop({ ContainerName, BlobName }: BlobMessage, reason: string): true {
    this.#options.logger(
      'information',
      'host',
      `The blob "${ContainerName}/${BlobName}" is left out: ${reason}`,
    );
    return true;
  }
}
