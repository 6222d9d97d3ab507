import type { BlobClients } from './blobClients.ts';
import { blobQueueName } from './blobMessage.ts';
import { BlobScanner } from './blobScanner.ts';
import { BlobWork } from './blobWork.ts';
import { type FunctionDefinition, hasTrigger, type Trigger, type TriggerOf } from './functionDefinition.ts';
import { blobQueueOptions, type HostJson } from './hostJson.ts';
import { HostStorage } from './hostStorage.ts';
import type { Invoker } from './invoker.ts';
import type { Logger } from './logger.ts';
import type { QueueWork } from './messageProcessor.ts';
import type { QueueClients } from './queueClients.ts';
import { encodeMessage, messageData } from './queueMessage.ts';
import { QueueListener } from './queueTrigger.ts';
import { connectionString, type Settings } from './settings.ts';
import { TimerListener } from './timerTrigger.ts';

export interface ListenerOptions {
  functions: readonly FunctionDefinition[];
  settings: Settings;
  hostJson: HostJson;
  hostId: string;
  invisibilityMs: number;
  queues: QueueClients;
  blobs: BlobClients;
  invoker: Invoker;
  logger: Logger;
}

interface Listener {
  start(): void;
  stop(): Promise<void>;
}

const poisonSuffix = '-poison';

/** What waits for timers, messages and blobs, and runs the functions that are not switched off. */
export class Listeners {
  readonly #queues: QueueListener[] = [];
  readonly #others: Listener[] = [];

  async create(options: ListenerOptions): Promise<void> {
    this.#queues.push(...(await createQueueListeners(options)));
    const timers = enabled(options.functions, 'timerTrigger');
    const blobFunctions = enabled(options.functions, 'blobTrigger');
    if (timers.length === 0 && blobFunctions.length === 0) return;
    const storage = new HostStorage(connectionString('', options.settings), options.hostId);
    await storage.create();
    const { invoker, logger } = options;
    this.#others.push(
      ...timers.map((definition) => new TimerListener({ definition, storage, invoker, logger })),
    );
    if (blobFunctions.length > 0) await this.#createBlobListeners(options, storage);
  }

  start(): void {
    for (const listener of [...this.#queues, ...this.#others]) listener.start();
  }

  /** Takes no more work, and resolves when what was taken is settled. */
  async stop(): Promise<void> {
    await Promise.all([...this.#queues, ...this.#others].map((listener) => listener.stop()));
  }

  /** Somebody in this process has put a message into a queue. */
  wake(queueUrl: string): void {
    for (const listener of this.#queues) if (listener.queueUrl === queueUrl) listener.wake();
  }

  /** One scanner for each function, and one queue between them and the functions, which hosts with one id share. */
  async #createBlobListeners(options: ListenerOptions, storage: HostStorage): Promise<void> {
    const { functions, hostJson, hostId, invisibilityMs, queues, blobs, invoker, logger } = options;
    const definitions = enabled(functions, 'blobTrigger');
    const queue = await queues.get('', blobQueueName(hostId));
    const enqueue = async (message: unknown): Promise<void> => {
      await queue.sendMessage(encodeMessage(JSON.stringify(message), 'base64'));
      this.wake(queue.url);
    };
    const intervalMs = hostJson.extensions.queues.maxPollingInterval;
    for (const definition of definitions) {
      const service = blobs.get(definition.trigger.connection);
      this.#others.push(new BlobScanner({ definition, service, storage, enqueue, intervalMs, logger }));
    }
    const work = new BlobWork({ definitions, blobs, queues, invoker, logger });
    this.#queues.push(
      new QueueListener({
        source: 'host',
        queue,
        queueOptions: blobQueueOptions(hostJson.extensions),
        run: (content) => work.run(content),
        poisonQueue: (messageText) => work.poisonQueue(messageText),
        invisibilityMs,
        logger,
      }),
    );
  }
}

function enabled<Type extends Trigger['type']>(
  functions: readonly FunctionDefinition[],
  type: Type,
): FunctionDefinition<TriggerOf<Type>>[] {
  return functions.filter((one) => !one.disabled).filter((one) => hasTrigger(one, type));
}

const createQueueListeners = (options: ListenerOptions): Promise<QueueListener[]> =>
  Promise.all(
    enabled(options.functions, 'queueTrigger').map(
      async (definition) => new QueueListener(await queueWork(definition, options)),
    ),
  );

async function queueWork(
  definition: FunctionDefinition<TriggerOf<'queueTrigger'>>,
  { queues, hostJson, invisibilityMs, invoker, logger }: ListenerOptions,
): Promise<QueueWork> {
  const { connection, queueName } = definition.trigger;
  return {
    source: definition.name,
    queue: await queues.get(connection, queueName),
    queueOptions: hostJson.extensions.queues,
    run: async (content, message) =>
      (await invoker.invoke(definition, messageData(content, message))).succeeded,
    // A poison queue has no poison queue of its own.
    poisonQueue: queueName.endsWith(poisonSuffix)
      ? undefined
      : () => queues.get(connection, `${queueName}${poisonSuffix}`),
    invisibilityMs,
    logger,
  };
}
