import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { connectionString, type Settings } from './settings.ts';

/** The queues that triggers and outputs name, created when first asked for. */
export class QueueClients {
  readonly #settings: Settings;
  readonly #queues = new Map<string, Promise<QueueClient>>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** `connection` names a setting; empty is the app's own storage. Rejects with a SettingError. */
  async get(connection: string, queueName: string): Promise<QueueClient> {
    const key = `${connection}/${queueName}`;
    const known = this.#queues.get(key);
    if (known) return known;
    const created = this.#create(connection, queueName);
    this.#queues.set(key, created);
    created.catch(() => this.#queues.delete(key));
    return created;
  }

  async #create(connection: string, queueName: string): Promise<QueueClient> {
    const service = QueueServiceClient.fromConnectionString(connectionString(connection, this.#settings));
    const queue = service.getQueueClient(queueName);
    await queue.createIfNotExists();
    return queue;
  }
}
