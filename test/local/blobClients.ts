import { BlobServiceClient } from '@azure/storage-blob';
import { connectionString, type Settings } from './settings.ts';

/** The blob services that triggers name. */
export class BlobClients {
  readonly #settings: Settings;
  readonly #services = new Map<string, BlobServiceClient>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** `connection` names a setting; empty is the app's own storage. Throws a SettingError. */
  get(connection: string): BlobServiceClient {
    const known = this.#services.get(connection);
    if (known) return known;
    const service = BlobServiceClient.fromConnectionString(connectionString(connection, this.#settings));
    this.#services.set(connection, service);
    return service;
  }
}
