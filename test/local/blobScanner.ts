import type { BlobClient, BlobServiceClient, ContainerClient } from '@azure/storage-blob';
import { type BlobFunction, findProperties } from './blobData.ts';
import { type BlobMessage, blobMessage } from './blobMessage.ts';
import { type BlobPath, parseBlobPath } from './blobPath.ts';
import { deliverOnce } from './blobReceipt.ts';
import type { HostStorage } from './hostStorage.ts';
import { isStatus } from './lease.ts';
import type { Logger } from './logger.ts';
import { pause } from './pause.ts';

export interface BlobScannerOptions {
  definition: BlobFunction;
  service: BlobServiceClient;
  storage: HostStorage;
  /** Puts a message where a host will take it from. */
  enqueue: (message: BlobMessage) => Promise<void>;
  /** Milliseconds from the end of one listing to the next. */
  intervalMs: number;
  logger: Logger;
}

/** Lists one container again and again, and enqueues every version of a blob that its function has not seen. */
export class BlobScanner {
  readonly #options: BlobScannerOptions;
  readonly #path: BlobPath;
  readonly #container: ContainerClient;
  readonly #stopping = new AbortController();
  /** The version of each blob that needs no second look, so that a listing costs one request and not one per blob. */
  #settled = new Map<string, string>();
  #running: Promise<void> | undefined;

  /** Throws a BlobPathError. */
  constructor(options: BlobScannerOptions) {
    this.#options = options;
    this.#path = parseBlobPath(options.definition.trigger.path);
    this.#container = options.service.getContainerClient(this.#path.container);
  }

  start(): void {
    this.#running = this.#listen();
  }

  /** Resolves when the blob that it looks at is enqueued. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #listen(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#scan();
      } catch (error) {
        // A container that is missing is waited for, as on the platform; anything else is tried again after the pause.
        if (!isStatus(error, 404)) this.#warn(error);
      }
      await pause(this.#options.intervalMs, signal);
    }
  }

  async #scan(): Promise<void> {
    const settled = new Map<string, string>();
    for await (const { name, properties } of this.#container.listBlobsFlat()) {
      if (this.#stopping.signal.aborted) return;
      if (this.#settled.get(name) === properties.etag || (await this.#settle(name)))
        settled.set(name, properties.etag);
    }
    this.#settled = settled;
  }

  /** Whether the blob needs no second look; one that fails is no reason to keep the others back. */
  async #settle(name: string): Promise<boolean> {
    if (!this.#isWanted(name)) return true;
    try {
      return await this.#deliver(this.#container.getBlobClient(name));
    } catch (error) {
      this.#warn(error);
      return false;
    }
  }

  /** Event Grid knows nothing of the path: what its subscription lets through comes, and so does all here. */
  #isWanted(name: string): boolean {
    return this.#options.definition.trigger.source === 'EventGrid' || this.#path.match(name) !== undefined;
  }

  async #deliver(blob: BlobClient): Promise<boolean> {
    const { definition, storage, enqueue } = this.#options;
    const properties = await findProperties(blob);
    if (!properties) return true;
    const message = blobMessage(definition.name, blob.containerName, blob.name, properties);
    return deliverOnce(storage.blobReceipt(message), () => enqueue(message));
  }

  #warn(error: unknown): void {
    const { definition, logger } = this.#options;
    logger('warning', definition.name, `The container "${this.#path.container}" failed: ${String(error)}`);
  }
}
