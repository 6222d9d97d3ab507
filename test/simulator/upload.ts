import {
  BlobServiceClient,
  type ContainerClient,
  RestError,
  SASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { filesOf } from './archive.ts';
import { type ByteSource, UnreadableUploadError } from './byteSource.ts';
import type { Archive } from './commits.ts';
import { contentsOf } from './packageFile.ts';
import { normalized } from './packages.ts';
import type { Contents, Upload } from './state.ts';
import type { Toggles } from './toggles.ts';

/** A blob as it was when the draft was committed. */
export type UploadedBlob = { readonly blobName: string; readonly bytes: number; readonly etag: string };
export type Inspection = { readonly archive: Archive; readonly blob?: UploadedBlob };

/** Where drafts are uploaded to. */
export interface Uploads {
  /** The signed URL of a draft's blob: a credential. */
  url(upload: Upload, toggles: Toggles): string;
  /** Looks at what was uploaded there, and into the files of these paths. Throws `UnreadableUploadError`. */
  inspect(upload: Upload, paths: readonly string[]): Promise<Inspection>;
}

/** Without storage the URL leads nowhere, and nothing is checked at the commit. */
export const fakeUploads: Uploads = {
  url: ({ blobName, expiresAt }, { plusInSignature }) => {
    const expiry = encodeURIComponent(storageDate(expiresAt));
    const signature = plusInSignature === 'literal' ? 'no+ne' : 'none';
    return `https://ingestionpackages.invalid/ingestion/${blobName}?sv=${sasVersion}&sr=b&sig=${signature}&se=${expiry}&sp=rwl`;
  },
  inspect: async () => ({ archive: 'unchecked' }),
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
  const sign = (upload: Upload) => signed(upload, container, credential);
  return {
    url: (upload, { plusInSignature }) => {
      const query = plusInSignature === 'literal' ? literalQuery(upload, sign) : sign(upload).toString();
      return `${container.getBlobClient(upload.blobName).url}?${query}`;
    },
    inspect: ({ blobName }, paths) => inspect(container, blobName, paths),
  };
}

const sasVersion = '2018-11-09';

/**
 * A blob's SAS with the permissions `rwl`, as the Store gives it. The library does not sign `l` for a blob, so the
 * string to sign is put together here: https://learn.microsoft.com/rest/api/storageservices/create-service-sas
 */
function signed(
  { blobName, expiresAt }: Upload,
  container: ContainerClient,
  credential: StorageSharedKeyCredential,
): SASQueryParameters {
  const permissions = 'rwl';
  const resource = `/blob/${container.accountName}/${container.containerName}/${blobName}`;
  const head = [permissions, '', storageDate(expiresAt), resource, '', '', ''];
  const text = [...head, sasVersion, 'b', '', '', '', '', '', ''].join('\n');
  return new SASQueryParameters(sasVersion, credential.computeHMACSHA256(text), {
    permissions,
    expiresOn: new Date(expiresAt),
    resource: 'b',
  });
}

/** The query of a SAS whose signature holds a `+`, unencoded. One expiry in two gives such a signature. */
function literalQuery(upload: Upload, sign: (upload: Upload) => SASQueryParameters): string {
  const sas = sign(upload);
  if (!sas.signature.includes('+'))
    return literalQuery({ ...upload, expiresAt: upload.expiresAt + 1000 }, sign);
  const bare = sas.signature.replaceAll('=', '%3D');
  return sas.toString().replace(`sig=${encodeURIComponent(sas.signature)}`, `sig=${bare}`);
}

const storageDate = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

async function inspect(
  container: ContainerClient,
  blobName: string,
  paths: readonly string[],
): Promise<Inspection> {
  const client = container.getBlobClient(blobName);
  const properties = await client.getProperties().catch(nothingIfMissing);
  if (!properties) return { archive: 'missing' };
  const { contentLength: size = 0, etag = '' } = properties;
  const source: ByteSource = {
    size,
    read: (offset, length) =>
      client.downloadToBuffer(offset, length).catch((cause: unknown) => {
        throw new UnreadableUploadError('The storage did not give a part of the upload.', { cause });
      }),
  };
  return { archive: await opened(source, paths), blob: { blobName, bytes: size, etag } };
}

function nothingIfMissing(error: unknown): undefined {
  if (error instanceof RestError && error.statusCode === 404) return undefined;
  throw new UnreadableUploadError('The storage did not say what was uploaded.', { cause: error });
}

async function opened(source: ByteSource, paths: readonly string[]): Promise<Archive> {
  const files = await filesOf(source);
  if (!files) return 'invalid';
  const wanted = new Set(paths.map(normalized));
  const contents: Record<string, Contents> = {};
  for (const file of files) {
    const path = normalized(file.filename);
    if (wanted.has(path)) contents[path] = await contentsOf(file, source);
  }
  return { paths: files.map(({ filename }) => filename), contents };
}
