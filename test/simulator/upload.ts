import {
  BlobServiceClient,
  type ContainerClient,
  SASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import type { Upload } from './state.ts';
import type { Archive } from './submissions.ts';
import { fileNames } from './zip.ts';

/** Where drafts are uploaded to. */
export interface Uploads {
  /** The signed URL of a draft's blob: a credential. */
  url(upload: Upload): string;
  /** What was uploaded there. */
  archive(upload: Upload): Promise<Archive>;
}

/** Without storage the URL leads nowhere, and nothing is checked at the commit. */
export const fakeUploads: Uploads = {
  url: ({ blobName, expiresAt }) => {
    const expiry = encodeURIComponent(storageDate(expiresAt));
    return `https://ingestionpackages.invalid/ingestion/${blobName}?sv=${sasVersion}&sr=b&sig=none&se=${expiry}&sp=rwl`;
  },
  archive: async () => 'unchecked',
};

/** Blobs of a real storage service, in its container `ingestion`, which is created if it is not there. */
export async function storageUploads(connectionString: string): Promise<Uploads> {
  const service = BlobServiceClient.fromConnectionString(connectionString);
  const container = service.getContainerClient('ingestion');
  await container.createIfNotExists();
  const { credential } = service;
  if (!(credential instanceof StorageSharedKeyCredential)) {
    throw new TypeError('The connection string of the simulator needs an account key to sign upload URLs.');
  }
  return {
    url: (upload) => `${container.getBlobClient(upload.blobName).url}?${sas(upload, container, credential)}`,
    archive: (upload) => readArchive(container, upload.blobName),
  };
}

const sasVersion = '2018-11-09';

/**
 * A blob's SAS with the permissions `rwl`, as the Store gives it. The library does not sign `l` for a blob, so the
 * string to sign is put together here: https://learn.microsoft.com/rest/api/storageservices/create-service-sas
 */
function sas(
  { blobName, expiresAt }: Upload,
  container: ContainerClient,
  credential: StorageSharedKeyCredential,
): string {
  const permissions = 'rwl';
  const resource = `/blob/${container.accountName}/${container.containerName}/${blobName}`;
  const head = [permissions, '', storageDate(expiresAt), resource, '', '', ''];
  const signed = [...head, sasVersion, 'b', '', '', '', '', '', ''].join('\n');
  return new SASQueryParameters(sasVersion, credential.computeHMACSHA256(signed), {
    permissions,
    expiresOn: new Date(expiresAt),
    resource: 'b',
  }).toString();
}

const storageDate = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

async function readArchive(container: ContainerClient, blobName: string): Promise<Archive> {
  const blob = container.getBlobClient(blobName);
  if (!(await blob.exists())) return 'missing';
  return fileNames(await blob.downloadToBuffer()) ?? 'invalid';
}
