import { BlobServiceClient, type BlockBlobClient, type ContainerClient } from '@azure/storage-blob';
import type { BlobMessage } from './blobMessage.ts';
import { acquireLease, isStatus, type Lease } from './lease.ts';
import { type ScheduleStatus, scheduleStatusSchema } from './timerInfo.ts';

/** The blobs that the platform keeps for its hosts, in the container and under the names that it uses. */
export class HostStorage {
  readonly #container: ContainerClient;
  readonly #hostId: string;

  constructor(connectionString: string, hostId: string) {
    this.#container =
      BlobServiceClient.fromConnectionString(connectionString).getContainerClient('azure-webjobs-hosts');
    this.#hostId = hostId;
  }

  async create(): Promise<void> {
    await this.#container.createIfNotExists();
  }

  /** The right to run one timer, which one host at a time holds. */
  acquireListenerLock(functionName: string): Promise<Lease | undefined> {
    return acquireLease(this.#blob(`locks/${this.#hostId}/Host.Functions.${functionName}.Listener`));
  }

  async readScheduleStatus(functionName: string): Promise<ScheduleStatus | undefined> {
    try {
      const text = await this.#statusBlob(functionName).downloadToBuffer();
      return scheduleStatusSchema.parse(JSON.parse(text.toString()));
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async writeScheduleStatus(functionName: string, status: ScheduleStatus): Promise<void> {
    const text = JSON.stringify(status);
    await this.#statusBlob(functionName).upload(text, Buffer.byteLength(text));
  }

  /** The receipt of one version of a blob for one function. */
  blobReceipt({ FunctionId, ETag, ContainerName, BlobName }: BlobMessage): BlockBlobClient {
    return this.#blob(`blobreceipts/${this.#hostId}/${FunctionId}/${ETag}/${ContainerName}/${BlobName}`);
  }

  #statusBlob(functionName: string): BlockBlobClient {
    return this.#blob(`timers/${this.#hostId}/Host.Functions.${functionName}/status`);
  }

  #blob(name: string): BlockBlobClient {
    return this.#container.getBlockBlobClient(name);
  }
}
