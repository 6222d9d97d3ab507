import type { BlobServiceClient, ContainerClient } from '@azure/storage-blob';
import { WrongInputError } from '../errors.ts';
import type { PackagesSettings } from '../settings.ts';

/** The SDK repeats what fails in transit. */
const options = { retryOptions: { maxTries: 4, retryDelayInMs: 1_000, maxRetryDelayInMs: 20_000 } };

/** The container for packages. The libraries are loaded only here: most commands do not need them. */
export async function openContainer(settings: PackagesSettings): Promise<ContainerClient> {
  const { BlobServiceClient, ContainerClient } = await import('@azure/storage-blob');
  switch (settings.kind) {
    case 'signature':
      return new ContainerClient(settings.url, undefined, options);
    case 'connectionString':
      return serviceOf(BlobServiceClient, settings.connectionString).getContainerClient(settings.container);
    case 'identity': {
      const { DefaultAzureCredential } = await import('@azure/identity');
      return new ContainerClient(settings.url, new DefaultAzureCredential(), options);
    }
  }
}

/** @throws WrongInputError, without the library's own error: it may quote the setting */
function serviceOf(Client: typeof BlobServiceClient, connectionString: string): BlobServiceClient {
  try {
    return Client.fromConnectionString(connectionString, options);
  } catch {
    throw new WrongInputError('RAMPART_STORAGE is not a connection string, or not the whole of one.');
  }
}

/** What must not be shown of these settings. */
export function secretsOf(settings: PackagesSettings): string[] {
  switch (settings.kind) {
    case 'signature':
      return [settings.url, settings.url.slice(settings.url.indexOf('?') + 1)];
    case 'connectionString':
      return [settings.connectionString, ...settings.connectionString.split(';').flatMap(secretPart)];
    case 'identity':
      return [];
  }
}

const secretPart = (part: string): string[] => {
  const secret = /^\s*(?:AccountKey|SharedAccessSignature)=(.+)$/i.exec(part)?.[1];
  return secret === undefined ? [] : [secret];
};
