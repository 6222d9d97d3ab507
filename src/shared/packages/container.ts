import type { TokenCredential } from '@azure/identity';
import type { SourceRange } from '../msstore/port.ts';
import type { UploadUrl } from '../msstore/uploadUrl.ts';

/** How to reach the storage account: by a connection string, or by its blob endpoint and an identity. */
export type BlobAccess =
  | { readonly kind: 'connectionString'; readonly connectionString: string }
  | { readonly kind: 'identity'; readonly blobServiceUri: string; readonly credential: TokenCredential };

/** One blob as it was when it was looked at. */
export type PackageBlob = {
  readonly name: string;
  /** Another one when the bytes are others; with its quotes. */
  readonly etag: string;
  /** In bytes. */
  readonly size: number;
  /** The MD5 of all bytes in base64, where the blob has one. */
  readonly contentMd5?: string | undefined;
};

/**
 * The publisher's own container, where packages lie until they are submitted. Every method rejects with a
 * `PackageStorageError`, or with its abort signal's reason.
 */
export interface PackageContainer {
  /** The blob, or nothing where there is none of this name. */
  stat(name: string, abortSignal?: AbortSignal): Promise<PackageBlob | undefined>;
  /**
   * Exactly these bytes of the blob as it was looked at: a `PackageChangedError` if it is another one by now, and a
   * `PackageMissingError` if it has gone. The MD5 comes with ranges of up to 4 MiB.
   */
  read(blob: PackageBlob, offset: number, count: number, abortSignal?: AbortSignal): Promise<SourceRange>;
  /** A URL that lets its bearer read this one blob for an hour. */
  signedUrl(blob: PackageBlob, abortSignal?: AbortSignal): Promise<UploadUrl>;
  /** A small text in UTF-8, or nothing where there is none; a `PackageTooLargeError` beyond `maxBytes`. */
  readText(name: string, maxBytes: number, abortSignal?: AbortSignal): Promise<string | undefined>;
  /** Creates the container if it is not there. */
  createIfMissing(abortSignal?: AbortSignal): Promise<void>;
}

/** The container of this name; no request is made yet. */
export function createPackageContainer(access: BlobAccess, containerName: string): PackageContainer {
  let opened: Promise<PackageContainer> | undefined;
  // Loaded at the first use: the blob SDK is a tenth of the time in which the app starts, and most passes need none.
  const open = (): Promise<PackageContainer> => {
    opened ??= import('./blobContainer.ts').then(({ openContainer }) => openContainer(access, containerName));
    return opened;
  };
  return {
    stat: async (...given) => (await open()).stat(...given),
    read: async (...given) => (await open()).read(...given),
    signedUrl: async (...given) => (await open()).signedUrl(...given),
    readText: async (...given) => (await open()).readText(...given),
    createIfMissing: async (...given) => (await open()).createIfMissing(...given),
  };
}
