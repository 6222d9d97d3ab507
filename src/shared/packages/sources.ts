import { createHash } from 'node:crypto';
import type { UploadSource } from '../msstore/port.ts';
import type { RandomAccess } from './archive.ts';
import type { PackageBlob, PackageContainer } from './container.ts';
import { zipOf } from './zipStream.ts';

/** A blob for `readArchive`. */
export const archiveSource = (
  container: PackageContainer,
  blob: PackageBlob,
  abortSignal?: AbortSignal,
): RandomAccess => ({
  size: blob.size,
  read: async (offset, count) => (await container.read(blob, offset, count, abortSignal)).bytes,
});

/** A blob that is a ZIP already: the Store's storage may copy it, or it is read range by range. */
export const blobSource = (container: PackageContainer, blob: PackageBlob): UploadSource => ({
  version: `${blob.name} ${blob.etag}`,
  size: blob.size,
  contentMd5: blob.contentMd5,
  read: (offset, count, abortSignal) => container.read(blob, offset, count, abortSignal),
  copyFrom: { signedUrl: () => container.signedUrl(blob), etag: blob.etag },
});

/** A bare package in the container, and its path in the ZIP. */
export type PackageToZip = { readonly fileName: string; readonly blob: PackageBlob };

/** Bare packages, which become a ZIP on the way; their order is the order in the ZIP. */
export const zipSource = (container: PackageContainer, packages: readonly PackageToZip[]): UploadSource =>
  zipOf(
    packages.map(({ fileName, blob }) => ({
      fileName,
      size: blob.size,
      version: `${blob.name} ${blob.etag}`,
      read: async (offset, count, abortSignal) =>
        (await container.read(blob, offset, count, abortSignal)).bytes,
    })),
  );

/** Bytes in memory. */
export const bytesSource = (bytes: Uint8Array): UploadSource => ({
  version: createHash('sha256').update(bytes).digest('hex'),
  size: bytes.byteLength,
  read: async (offset, count) => ({ bytes: bytes.subarray(offset, offset + count) }),
});
