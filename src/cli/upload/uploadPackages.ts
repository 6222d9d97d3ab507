import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import { ConflictError } from '../errors.ts';
import { type FileDigest, requireUnchanged } from './digest.ts';

/** A file and the blob that it becomes. */
export type Package = { readonly file: FileDigest; readonly blobName: string };

type Uploading = {
  readonly signal: AbortSignal;
  /** The bytes of all files that are in the storage by now. */
  readonly onProgress: (file: FileDigest, uploadedBytes: number) => void;
};

/** Four blocks of a file are under way at once: 32 MiB of memory, whatever the file's size. */
const blockBytes = 8 << 20;
const concurrency = 4;

/**
 * Brings the files into the container, one after the other; what is there already is not uploaded again.
 *
 * @throws ConflictError where a blob of that name has another content
 */
export async function uploadPackages(
  container: ContainerClient,
  packages: readonly Package[],
  { signal, onProgress }: Uploading,
): Promise<void> {
  let before = 0;
  for (const one of packages) {
    const { file } = one;
    const start = before;
    onProgress(file, start);
    await uploadPackage(container, one, { signal, onProgress: (bytes) => onProgress(file, start + bytes) });
    before += file.bytes;
    onProgress(file, before);
  }
}

async function uploadPackage(
  container: ContainerClient,
  { file, blobName }: Package,
  options: { readonly signal: AbortSignal; readonly onProgress: (bytes: number) => void },
): Promise<void> {
  const blob = container.getBlockBlobClient(blobName);
  if (await isThere(blob, file, options.signal)) return;
  try {
    await upload(blob, file, options);
  } catch (error) {
    // Somebody else was faster, with the same file or with another one.
    if (!alreadyExists(error) || !(await isThere(blob, file, options.signal))) throw error;
  }
  await requireUnchanged(file);
}

async function upload(
  blob: BlockBlobClient,
  file: FileDigest,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (bytes: number) => void },
): Promise<void> {
  await blob.uploadFile(file.path, {
    blockSize: blockBytes,
    maxSingleShotSize: blockBytes,
    concurrency,
    abortSignal: signal,
    conditions: { ifNoneMatch: '*' },
    blobHTTPHeaders: { blobContentMD5: file.md5, blobContentType: 'application/octet-stream' },
    onProgress: ({ loadedBytes }) => onProgress(loadedBytes),
  });
}

/** @throws ConflictError if another file is there */
async function isThere(blob: BlockBlobClient, file: FileDigest, signal: AbortSignal): Promise<boolean> {
  const found = await propertiesOf(blob, signal);
  if (!found) return false;
  const { contentLength, contentMD5 } = found;
  if (contentLength === file.bytes && contentMD5 && Buffer.from(contentMD5).equals(file.md5)) return true;
  throw new ConflictError(
    `Another file is in the storage already as ${blob.name}. Give another --request-id, or none.`,
  );
}

async function propertiesOf(blob: BlockBlobClient, abortSignal: AbortSignal) {
  try {
    return await blob.getProperties({ abortSignal });
  } catch (error) {
    // A container that is missing answers the same to this request; the upload finds that out.
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return undefined;
    throw error;
  }
}

const alreadyExists = (error: unknown): boolean =>
  error instanceof Error &&
  'statusCode' in error &&
  (error.statusCode === 409 || error.statusCode === 412) &&
  'code' in error &&
  (error.code === 'BlobAlreadyExists' || error.code === 'ConditionNotMet');
