import {
  BlobSASPermissions,
  BlobServiceClient,
  type ContainerClient,
  SASProtocol,
  type StoragePipelineOptions,
} from '@azure/storage-blob';
import type { SourceRange } from '../msstore/port.ts';
import { UploadUrl } from '../msstore/uploadUrl.ts';
import { blobError, isMissing } from './blobErrors.ts';
import type { BlobAccess, PackageBlob, PackageContainer } from './container.ts';
import {
  PackageChangedError,
  PackageMissingError,
  PackageStorageUnavailableError,
  PackageTooLargeError,
} from './errors.ts';

/** Larger ranges come without their MD5: https://learn.microsoft.com/rest/api/storageservices/get-blob */
const longestRangeWithMd5 = 4 * 2 ** 20;
const signedForMs = 3_600_000;
/** How far the storage's clock may be behind ours; a key that is not yet valid signs nothing. */
const clockSkewMs = 5 * 60_000;

const pipelineOptions: StoragePipelineOptions = { retryOptions: { maxTries: 3, retryDelayInMs: 1_000 } };

const openService = (access: BlobAccess): BlobServiceClient =>
  access.kind === 'connectionString'
    ? BlobServiceClient.fromConnectionString(access.connectionString, pipelineOptions)
    : new BlobServiceClient(access.blobServiceUri, access.credential, pipelineOptions);

type Properties = { etag?: string; contentLength?: number; contentMD5?: Uint8Array };

function packageBlob(name: string, { etag, contentLength, contentMD5 }: Properties): PackageBlob {
  if (etag === undefined || contentLength === undefined)
    throw new PackageStorageUnavailableError(`The storage said too little about the blob ${name}.`);
  const contentMd5 = contentMD5 && Buffer.from(contentMD5).toString('base64');
  return { name, etag, size: contentLength, ...(contentMd5 && { contentMd5 }) };
}

/** An SDK's call, with what fails in it as our own error. */
async function ask<Answer>(
  what: string,
  abortSignal: AbortSignal | undefined,
  request: (options: { abortSignal?: AbortSignal }) => Promise<Answer>,
): Promise<Answer> {
  try {
    abortSignal?.throwIfAborted();
    return await request(abortSignal === undefined ? {} : { abortSignal });
  } catch (error) {
    abortSignal?.throwIfAborted();
    throw blobError(error, what);
  }
}

const theBlob = (name: string): string => `The blob ${name}`;

/** The body of a range in one piece. */
async function collect(body: AsyncIterable<Uint8Array>, count: number, name: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  let at = 0;
  for await (const chunk of body) {
    if (at + chunk.byteLength <= count) bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  if (at === count) return bytes;
  throw new PackageStorageUnavailableError(`${theBlob(name)} gave ${at} bytes instead of ${count}.`);
}

/** The container over the SDK; imported by `container.ts` at the first use. */
export function openContainer(access: BlobAccess, containerName: string): PackageContainer {
  const service = openService(access);
  const container = service.getContainerClient(containerName);
  return {
    stat: (name, abortSignal) => stat(container, name, abortSignal),
    read: (blob, offset, count, abortSignal) => read(container, blob, offset, count, abortSignal),
    signedUrl: (blob, abortSignal) => signedUrl(access, service, container, blob.name, abortSignal),
    readText: (name, maxBytes, abortSignal) => readText(container, name, maxBytes, abortSignal),
    createIfMissing: (abortSignal) =>
      ask(`The container ${containerName}`, abortSignal, async (options) => {
        await container.createIfNotExists(options);
      }),
  };
}

async function stat(container: ContainerClient, name: string, abortSignal: AbortSignal | undefined) {
  return ask(theBlob(name), abortSignal, async (options) => {
    try {
      return packageBlob(name, await container.getBlobClient(name).getProperties(options));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  });
}

async function read(
  container: ContainerClient,
  blob: PackageBlob,
  offset: number,
  count: number,
  abortSignal: AbortSignal | undefined,
): Promise<SourceRange> {
  if (count === 0) return { bytes: new Uint8Array() };
  try {
    return await readRange(container, blob, offset, count, abortSignal);
  } catch (error) {
    // A condition on a blob that is not there is not met either, and some answer that.
    if (error instanceof PackageChangedError && !(await stat(container, blob.name, abortSignal)))
      throw new PackageMissingError(`${theBlob(blob.name)} is not there.`, { cause: error.cause });
    throw error;
  }
}

async function readRange(
  container: ContainerClient,
  { name, etag }: PackageBlob,
  offset: number,
  count: number,
  abortSignal: AbortSignal | undefined,
): Promise<SourceRange> {
  return ask(theBlob(name), abortSignal, async (options) => {
    const { readableStreamBody, contentMD5 } = await container.getBlobClient(name).download(offset, count, {
      ...options,
      conditions: { ifMatch: etag },
      rangeGetContentMD5: count <= longestRangeWithMd5,
    });
    const bytes = await collect(bodyOf(readableStreamBody), count, name);
    return { bytes, md5: contentMD5 };
  });
}

/** The SDK's body is a stream of Node.js, whose chunks its type does not tell. */
async function* bodyOf(body: NodeJS.ReadableStream | undefined): AsyncGenerator<Uint8Array> {
  for await (const chunk of body ?? []) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('A blob is read as bytes.');
    yield chunk;
  }
}

/** Signed by the account's key, or, with an identity, by a key that the service gives to it for the while. */
async function signedUrl(
  access: BlobAccess,
  service: BlobServiceClient,
  container: ContainerClient,
  name: string,
  abortSignal: AbortSignal | undefined,
): Promise<UploadUrl> {
  const blob = container.getBlobClient(name);
  const expiresOn = new Date(Date.now() + signedForMs);
  const options = {
    permissions: BlobSASPermissions.parse('r'),
    expiresOn,
    ...(blob.url.startsWith('https:') && { protocol: SASProtocol.Https }),
  };
  return ask(theBlob(name), abortSignal, async (given) => {
    if (access.kind === 'connectionString') return new UploadUrl(await blob.generateSasUrl(options));
    const key = await service.getUserDelegationKey(new Date(Date.now() - clockSkewMs), expiresOn, given);
    return new UploadUrl(await blob.generateUserDelegationSasUrl(options, key));
  });
}

async function readText(
  container: ContainerClient,
  name: string,
  maxBytes: number,
  abortSignal: AbortSignal | undefined,
): Promise<string | undefined> {
  const blob = await stat(container, name, abortSignal);
  if (blob === undefined) return undefined;
  if (blob.size > maxBytes)
    throw new PackageTooLargeError(
      `${theBlob(name)} has ${blob.size} bytes, and at most ${maxBytes} are read.`,
    );
  const { bytes } = await read(container, blob, 0, blob.size, abortSignal);
  return new TextDecoder().decode(bytes);
}
